package dev.smsroutes.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.http.HttpConstants;
import org.apache.camel.http.base.HttpHeaderFilterStrategy;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.HeaderFilterStrategy;

/**
 * Asks the API questions for a command: one token, and its definitions. Sends no message. For one
 * thread; to be closed.
 */
public final class ApiProbe implements AutoCloseable {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String DATE = "Date";
  private static final String WITH_DATE = "withDate";
  private static final int PAGE = 50;

  /** More than any account has; an API that never ends a list must not hold up a person. */
  private static final int MAX_PAGES = 100;

  private final CamelContext context = new DefaultCamelContext();
  private final ApiEndpoints api;
  private final Clock clock;
  private final TokenSource tokens;
  private Optional<Instant> date = Optional.empty();

  /**
   * Calls nothing yet.
   *
   * @param client as the service has it
   */
  public ApiProbe(ApiEndpoints api, ApiClient client, Clock clock) {
    this.api = api;
    this.clock = clock;
    try {
      client.install(context);
      context.getRegistry().bind(WITH_DATE, withDate());
      context.addRoutes(
          new TokenRoute(api.token() + "&headerFilterStrategy=#" + WITH_DATE, api.credentials()));
      context.start();
    } catch (Exception e) {
      context.stop();
      throw new IllegalStateException("The API cannot be asked", e);
    }
    ProducerTemplate template = context.createProducerTemplate();
    this.tokens = new TokenSource(() -> reply(template), clock, () -> 0);
  }

  /** Camel drops this header of an answer. */
  private static HeaderFilterStrategy withDate() {
    return new HttpHeaderFilterStrategy() {
      @Override
      public boolean applyFilterToExternalHeaders(String name, Object value, Exchange exchange) {
        return !name.equalsIgnoreCase(DATE)
            && super.applyFilterToExternalHeaders(name, value, exchange);
      }
    };
  }

  private ApiReply reply(ProducerTemplate template) throws IOException {
    Exchange exchange = template.request(TokenRoute.TOKEN, asked -> {});
    if (exchange.getException() != null) {
      throw new IOException(exchange.getException());
    }
    date = date(exchange);
    return CamelReply.of(exchange);
  }

  private static Optional<Instant> date(Exchange exchange) {
    try {
      return Optional.ofNullable(exchange.getMessage().getHeader(DATE, String.class))
          .map(text -> ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  /**
   * A token, asked for once.
   *
   * @throws TokenException if the API gives no token; the message says why, without a secret
   */
  public String token() throws TokenException {
    return tokens.token(0);
  }

  /** What the last answer said about the time. */
  public Optional<Instant> date() {
    return date;
  }

  /**
   * The definitions that the API has, with the status of each, by key (contract, section 2).
   *
   * @throws IOException if it does not tell
   */
  public Map<String, String> definitions(String token) throws IOException {
    Map<String, String> all = new TreeMap<>();
    for (int page = 1; page <= MAX_PAGES; page++) {
      JsonNode shown = page(token, page).path("definitions");
      shown.forEach(
          each -> all.put(each.path("definitionKey").asText(), each.path("status").asText("")));
      if (shown.size() < PAGE) {
        return all;
      }
    }
    return all;
  }

  private JsonNode page(String token, int page) throws IOException {
    Exchange exchange =
        context
            .createProducerTemplate()
            .request(
                api.definitions(),
                asked -> {
                  asked.getMessage().setHeader("Authorization", "Bearer " + token);
                  asked
                      .getMessage()
                      .setHeader(HttpConstants.HTTP_QUERY, "$page=" + page + "&$pagesize=" + PAGE);
                });
    if (exchange.getException() != null) {
      throw new IOException("no answer: " + exchange.getException().getClass().getSimpleName());
    }
    ApiReply reply = CamelReply.of(exchange);
    if (reply.status() != 200) {
      throw new IOException("it answered " + reply.status());
    }
    try {
      return JSON.readTree(reply.body());
    } catch (IOException e) {
      throw new IOException("it answered without a list");
    }
  }

  /** The time of this machine, to compare with {@link #date}. */
  public Instant now() {
    return clock.instant();
  }

  @Override
  public void close() {
    context.stop();
  }
}
