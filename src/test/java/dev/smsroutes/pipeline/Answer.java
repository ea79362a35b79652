package dev.smsroutes.pipeline;

import dev.smsroutes.api.ApiReply;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.RoutesBuilder;
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

  /** The n-th token that it gives. */
  static ApiReply token(int n) {
    return new ApiReply(
        200,
        ("{\"access_token\":\"token-" + n + "\",\"expires_in\":1080}")
            .getBytes(StandardCharsets.UTF_8),
        Optional.empty());
  }

  /** The routes of a pipeline whose API is {@code direct:api}, and others with them. */
  static RoutesBuilder[] routes(Pipeline pipeline, String queueUri, RoutesBuilder... others) {
    List<RoutesBuilder> all =
        new ArrayList<>(pipeline.routes("direct:api", Optional.empty(), queueUri));
    all.addAll(List.of(others));
    return all.toArray(RoutesBuilder[]::new);
  }
}
