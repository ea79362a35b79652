package dev.smsroutes.intake.http;

import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;

/** Which of the bundle's own routes a request is for, by its path. */
public enum SendPath {
  /** One recipient; the key is in the path. */
  KEYED,
  /** Many recipients. */
  BARE,
  /** No request to send by these routes: another method, or another path. */
  NONE;

  private static final String MESSAGES = "/messaging/v1/sms/messages";

  public static SendPath of(RoutingContext request) {
    String path = request.normalizedPath();
    if (request.request().method() != HttpMethod.POST || !path.startsWith(MESSAGES)) {
      return NONE;
    }
    int start = MESSAGES.length() + 1;
    if (path.length() <= start) {
      return path.length() < start || path.charAt(start - 1) == '/' ? BARE : NONE;
    }
    int slash = path.indexOf('/', start);
    boolean oneStep = slash < 0 || slash == path.length() - 1;
    return path.charAt(start - 1) == '/' && slash != start && oneStep ? KEYED : NONE;
  }
}
