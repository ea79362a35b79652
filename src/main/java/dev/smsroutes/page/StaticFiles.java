package dev.smsroutes.page;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The page itself: one HTML, one style sheet, one module of JavaScript. Read once. */
final class StaticFiles {
  /** Nothing from elsewhere, nothing inline, and in no frame. */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:;"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private StaticFiles() {}

  static void on(Router router) {
    add(router, "/", "index.html", "text/html; charset=utf-8");
    add(router, "/page/page.css", "page.css", "text/css; charset=utf-8");
    add(router, "/page/page.js", "page.js", "text/javascript; charset=utf-8");
  }

  private static void add(Router router, String path, String name, String type) {
    Buffer content = Buffer.buffer(read(name));
    router
        .get(path)
        .handler(
            request -> secured(request.response()).putHeader("Content-Type", type).end(content));
  }

  static HttpServerResponse secured(HttpServerResponse response) {
    return response
        .putHeader("Content-Security-Policy", POLICY)
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("Referrer-Policy", "no-referrer")
        .putHeader("X-Frame-Options", "DENY")
        .putHeader("Cross-Origin-Opener-Policy", "same-origin")
        .putHeader("Cross-Origin-Resource-Policy", "same-origin");
  }

  private static byte[] read(String name) {
    try (InputStream in = StaticFiles.class.getResourceAsStream("/page/" + name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("The page's own file " + name + " cannot be read", e);
    }
  }
}
