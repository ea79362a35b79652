package dev.smsroutes.intake.http;

import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;

/**
 * Who may come in to a server, and how its connections are secured. This one is open: nobody is
 * asked, and nothing is encrypted.
 */
public interface Entrance {
  /** Whether callers must show who they are. */
  default boolean asks() {
    return false;
  }

  /** Adds what the connections need, before the server is created. */
  default void secure(HttpServerOptions server) {}

  /**
   * Adds what identifies a caller, behind admission and before every route that needs it. It runs
   * before the body is read, and leaves the caller as the user of the request.
   */
  default void guard(Router routes) {}
}
