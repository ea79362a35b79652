package dev.smsroutes.intake.http;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * Serves the description of the HTTP intake at {@code /openapi.json}: OpenAPI 3.1, written by hand
 * in {@code openapi.yaml}. It is the same in every installation and names no setting of this one.
 * Thread-safe.
 */
public final class OpenApi {
  /** Its path, on the intake and on management. */
  public static final String PATH = "/openapi.json";

  private OpenApi() {}

  /** Made at the first question, so that a start does not wait for it. */
  private static final class Document {
    static final Buffer JSON = read();

    private static Buffer read() {
      try (InputStream yaml = OpenApi.class.getResourceAsStream("/openapi.yaml")) {
        return Buffer.buffer(YAMLMapper.builder().build().readTree(yaml).toString());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /**
   * Adds its path.
   *
   * @param router only those pass whom the door of this server lets in
   */
  public static void on(Router router) {
    // The first question reads a file: not on the event loop.
    router.get(PATH).blockingHandler(OpenApi::answer, false);
  }

  private static void answer(RoutingContext request) {
    request.response().putHeader("Content-Type", "application/json").end(Document.JSON);
  }
}
