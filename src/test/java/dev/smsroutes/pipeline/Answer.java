package dev.smsroutes.pipeline;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.camel.Exchange;
import org.apache.camel.component.http.HttpConstants;

/** What an API that is played from a script does with one call. */
@FunctionalInterface
interface Answer {
  void answer(Exchange exchange) throws IOException;

  /** Replies with nothing but this. */
  static Answer reply(int status, String body) {
    return exchange -> {
      exchange.getMessage().removeHeaders("*");
      exchange.getMessage().setHeader(HttpConstants.HTTP_RESPONSE_CODE, status);
      exchange.getMessage().setBody(body.getBytes(StandardCharsets.UTF_8));
    };
  }
}
