package dev.smsroutes.api;

import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.http.HttpConstants;

/** What camel-http left in the exchange, as a value. */
public final class CamelReply {
  private CamelReply() {}

  public static ApiReply of(Exchange exchange) {
    Message message = exchange.getMessage();
    byte[] body = message.getBody(byte[].class);
    return new ApiReply(
        message.getHeader(HttpConstants.HTTP_RESPONSE_CODE, 0, Integer.class),
        body == null ? new byte[0] : body,
        Optional.ofNullable(message.getHeader("Retry-After", String.class)));
  }
}
