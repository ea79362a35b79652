package dev.smsroutes.intake.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.intake.request.RequestReader;
import dev.smsroutes.ledger.Entry;
import dev.smsroutes.ledger.LedgerUnavailableException;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Accepted;
import dev.smsroutes.model.Outcome.Parked;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

/** What no request over the wire can bring about; all else is tested there. */
class HttpIntakeTest {
  private final HttpIntake httpIntake =
      new HttpIntake(
          new RequestReader(1),
          HttpIntakeTest::broken,
          caller -> true,
          true,
          false,
          Set.of(),
          new HttpRefusals());
  private final Exchange exchange = new DefaultExchange(new DefaultCamelContext());

  @Test
  void asks_to_come_again_when_the_record_cannot_be_read() {
    httpIntake.status("k", exchange);

    assertThat(exchange.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE)).isEqualTo(500);
    assertThat(exchange.getMessage().getHeader("Retry-After")).isEqualTo("5");
    assertThat(body())
        .contains("\"messageKey\":\"k\"", "\"errorcode\":50300", "\"errors\":[]")
        .doesNotContain("disk");
  }

  /** An item that is parked without a code is not an accepted one. */
  @Test
  void distinguishes_accepted_items_from_items_without_a_code() {
    List<Outcome> outcomes =
        List.of(
            new Accepted("r1", Optional.of("k1"), false),
            new Parked("r2", Optional.of("k2"), 0, "A person has to decide"));
    exchange.getMessage().setBody(outcomes);

    httpIntake.answerMany(exchange);

    assertThat(body()).contains("\"errorcode\":109001", "A person has to decide");
  }

  private String body() {
    return StandardCharsets.UTF_8
        .decode(exchange.getMessage().getBody(ByteBuffer.class))
        .toString();
  }

  private static Optional<Entry> broken(String messageKey) {
    throw new LedgerUnavailableException("the disk is full");
  }
}
