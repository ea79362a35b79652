package dev.smsroutes.edge;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.impl.VertxWrapper;

/**
 * The Vert.x of the HTTP servers. Camel makes a server with options of its own, which cannot be set
 * from outside; so they are set here, where it asks for one. Thread-safe.
 */
public final class HttpVertx extends VertxWrapper {
  /** The most bytes of all headers of a request: gateways add tokens of some kilobytes each. */
  static final int MOST_HEADER_BYTES = 16 * 1024;

  private HttpVertx(Vertx vertx) {
    super((VertxInternal) vertx);
  }

  /**
   * To be closed by the caller.
   *
   * @param workers how many requests can be worked on at the same time
   */
  public static Vertx start(int workers) {
    return new HttpVertx(Vertx.vertx(new VertxOptions().setWorkerPoolSize(workers)));
  }

  @Override
  public HttpServer createHttpServer(HttpServerOptions options) {
    options.setMaxHeaderSize(MOST_HEADER_BYTES);
    options.getInitialSettings().setMaxHeaderListSize(MOST_HEADER_BYTES);
    return super.createHttpServer(options).invalidRequestHandler(HttpDoor::noHttp);
  }
}
