package dev.smsroutes.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.http.HttpConstants;

/** What camel-http left in the exchange, as a value. */
public final class CamelReply {
  private CamelReply() {}

  public static ApiReply of(Exchange exchange) {
    Message message = exchange.getMessage();
    return new ApiReply(
        message.getHeader(HttpConstants.HTTP_RESPONSE_CODE, 0, Integer.class),
        body(message),
        Optional.ofNullable(message.getHeader("Retry-After", String.class)));
  }

  /**
   * {@link ApiClient} read it already; Camel's own conversion would take buffers of 24 KB for it.
   */
  private static byte[] body(Message message) {
    InputStream body = message.getBody(InputStream.class);
    try {
      return body == null ? new byte[0] : body.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
