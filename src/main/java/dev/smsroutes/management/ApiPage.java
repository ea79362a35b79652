package dev.smsroutes.management;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Properties;
import org.apache.hc.core5.http.HttpStatus;

/**
 * Shows the description of the HTTP intake to people: Swagger UI at {@code /api/}, from its webjar.
 * Only the files that are listed here are served, each by its own path. The browser is told to load
 * nothing from elsewhere and to run no script but these files. Thread-safe.
 */
public final class ApiPage {
  private static final String PATH = "/api";

  /** Of this jar: the page, and what starts Swagger UI in it. */
  private static final Map<String, String> OURS =
      Map.of("index.html", "text/html; charset=utf-8", "start.js", "text/javascript");

  private static final Map<String, String> OF_SWAGGER_UI =
      Map.of(
          "swagger-ui.css", "text/css; charset=utf-8",
          "swagger-ui-bundle.js", "text/javascript; charset=utf-8",
          "swagger-ui-bundle.js.LICENSE.txt", "text/plain; charset=utf-8",
          "favicon-32x32.png", "image/png");

  /** Swagger UI has pictures as data in its style sheet. */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private final String webjar = "/META-INF/resources/webjars/swagger-ui/" + version() + "/";

  /** Which version of the webjar is there: it is a part of the path. */
  private static String version() {
    Properties pom = new Properties();
    try (InputStream file = file("/META-INF/maven/org.webjars/swagger-ui/pom.properties")) {
      pom.load(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return pom.getProperty("version");
  }

  /**
   * Adds its paths.
   *
   * @param router only those pass whom the door of management lets in
   */
  public void on(Router router) {
    router.get(PATH).blockingHandler(this::page, false);
    add(router, "/api/", OURS);
    add(router, webjar, OF_SWAGGER_UI);
  }

  private static void add(Router router, String folder, Map<String, String> files) {
    files.forEach(
        (name, type) ->
            router
                .get(PATH + "/" + name)
                .blockingHandler(request -> answer(request, folder + name, type), false));
  }

  /** Its files are named relative to it, so its path has to end with a slash. */
  private void page(RoutingContext request) {
    if (request.request().path().endsWith("/")) {
      answer(request, "/api/index.html", OURS.get("index.html"));
    } else {
      request
          .response()
          .setStatusCode(HttpStatus.SC_MOVED_PERMANENTLY)
          .putHeader("Location", PATH.substring(1) + "/")
          .end();
    }
  }

  private static void answer(RoutingContext request, String path, String type) {
    HttpServerResponse response = request.response();
    try (InputStream file = file(path)) {
      response
          .putHeader("Content-Type", type)
          .putHeader("Content-Security-Policy", POLICY)
          .putHeader("Referrer-Policy", "no-referrer")
          .end(Buffer.buffer(file.readAllBytes()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InputStream file(String path) {
    return ApiPage.class.getResourceAsStream(path);
  }
}
