package dev.smsroutes.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.http.HttpConstants;

/** The call of the token endpoint (contract, section 2). */
public final class TokenRoute extends RouteBuilder {
  static final String TOKEN = "direct:sms-token";
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final String tokenUri;
  private final Credentials credentials;

  /**
   * What we authenticate with; the account is optional. The others are asked for with each call,
   * because a file may have a new one.
   */
  public record Credentials(
      Supplier<String> clientId, Supplier<String> clientSecret, Optional<String> accountId) {
    public Credentials(String clientId, String clientSecret, Optional<String> accountId) {
      this(() -> clientId, () -> clientSecret, accountId);
    }

    @Override
    public String toString() {
      return "Credentials[…]";
    }
  }

  /**
   * @param tokenUri the Camel endpoint of {@code /v2/token}
   */
  public TokenRoute(String tokenUri, Credentials credentials) {
    this.tokenUri = tokenUri;
    this.credentials = credentials;
  }

  /** The endpoint as the token source calls it, through this route. */
  public static TokenSource.Endpoint endpoint(CamelContext context) {
    ProducerTemplate template = context.createProducerTemplate();
    return () -> {
      Exchange exchange = template.request(TOKEN, asked -> {});
      if (exchange.getException() != null) {
        throw asIoException(exchange.getException());
      }
      return CamelReply.of(exchange);
    };
  }

  private static IOException asIoException(Exception failure) {
    if (failure instanceof IOException io) {
      return io;
    }
    throw new RuntimeCamelException(failure);
  }

  @Override
  public void configure() {
    from(TOKEN)
        .routeId("sms-token")
        .description("Fetches an access token for the SMS API")
        .errorHandler(noErrorHandler())
        .process(
            exchange -> {
              Message call = exchange.getMessage();
              call.removeHeaders("*");
              call.setHeader(HttpConstants.CONTENT_TYPE, "application/json");
              call.setBody(request());
            })
        .to(tokenUri);
  }

  private byte[] request() throws JsonProcessingException {
    ObjectNode body = JSON.createObjectNode();
    body.put("grant_type", "client_credentials");
    body.put("client_id", credentials.clientId().get());
    body.put("client_secret", credentials.clientSecret().get());
    credentials.accountId().ifPresent(account -> body.put("account_id", account));
    return JSON.writeValueAsBytes(body);
  }
}
