package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** A line of the log as JSON. */
class JsonLogLayoutTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final LoggerContext loggers = new LoggerContext();

  private String line(String logger, Throwable failure, String message, Object... arguments) {
    LoggingEvent event =
        new LoggingEvent(
            "here", loggers.getLogger(logger), Level.INFO, message, failure, arguments);
    event.setInstant(Instant.parse("2026-11-26T10:15:02.817Z"));
    return new JsonLogLayout().doLayout(event);
  }

  private JsonNode json(String logger, String message, Object... arguments)
      throws JsonProcessingException {
    return JSON.readTree(line(logger, null, message, arguments));
  }

  @Test
  void the_line_of_an_outcome_has_each_value_as_a_field() throws JsonProcessingException {
    JsonNode line =
        json(
            "dev.smsroutes.outcome",
            "requestId={} route={} messageKey={} definitionKey={} outcome={} code={} fields={}"
                + " ms={}{}{}{}",
            "id-1",
            "sms-http-intake",
            "order-1",
            "order-shipped",
            "ACCEPTED",
            0,
            "[]",
            38L,
            " caller=shop",
            "",
            " traceId=4bf92f3577b34da6a3ce929d0e0e4736");

    assertThat(line.toString())
        .isEqualTo(
            "{\"time\":\"2026-11-26T10:15:02.817Z\",\"level\":\"INFO\","
                + "\"logger\":\"dev.smsroutes.outcome\","
                + "\"message\":\"requestId=id-1 route=sms-http-intake messageKey=order-1"
                + " definitionKey=order-shipped outcome=ACCEPTED code=0 fields=[] ms=38"
                + " caller=shop traceId=4bf92f3577b34da6a3ce929d0e0e4736\",\"requestId\":\"id-1\",\"route\":\"sms-http-intake\","
                + "\"messageKey\":\"order-1\",\"definitionKey\":\"order-shipped\","
                + "\"outcome\":\"ACCEPTED\",\"code\":0,\"fields\":\"[]\",\"ms\":38,"
                + "\"caller\":\"shop\",\"traceId\":\"4bf92f3577b34da6a3ce929d0e0e4736\"}");
  }

  @Test
  void words_between_the_values_and_constants_do_not_shift_them() throws JsonProcessingException {
    JsonNode line =
        json(
            "dev.smsroutes.broker.X",
            "queue=\"{}\" refused: {} of {} state=BAD last={}",
            "a b",
            1,
            2,
            true);

    assertThat(line.path("queue").asText()).isEqualTo("a b");
    assertThat(line.path("state").asText()).isEqualTo("BAD");
    assertThat(line.path("last").isBoolean()).isTrue();
  }

  @Test
  void a_value_forges_neither_a_field_nor_a_line() throws JsonProcessingException {
    String written =
        line("dev.smsroutes.X", null, "key={} level={}", "a\",\"level\":\"x\n\u202e=1 b=2", "LOW");

    assertThat(written.lines()).hasSize(1);
    JsonNode line = JSON.readTree(written);
    assertThat(line.path("level").asText()).isEqualTo("INFO");
    assertThat(line.path("key").asText()).isEqualTo("a\",\"level\":\"x??=1 b=2");
    assertThat(line.has("b")).isFalse();
  }

  @Test
  void lines_of_libraries_have_no_fields_of_their_own() throws JsonProcessingException {
    assertThat(json("org.example", "a={}", 1).has("a")).isFalse();
  }

  @Test
  void a_failure_has_its_stack_in_the_same_line() throws JsonProcessingException {
    String written =
        line("dev.smsroutes.X", new IllegalStateException("broken"), "file={}", "orders.csv");

    assertThat(written.lines()).hasSize(1);
    assertThat(JSON.readTree(written).path("stack").asText())
        .contains("IllegalStateException: broken")
        .contains("JsonLogLayoutTest");
  }

  @Test
  void too_few_arguments_do_no_harm() throws JsonProcessingException {
    assertThat(json("dev.smsroutes.X", "a={} b={}", 1).path("a").asInt()).isEqualTo(1);
    assertThat(json("dev.smsroutes.X", "nothing").path("message").asText()).isEqualTo("nothing");
  }
}
