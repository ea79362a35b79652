package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.model.PlainText;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

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
            List.of(),
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
                + "\"outcome\":\"ACCEPTED\",\"code\":0,\"fields\":[],\"ms\":38,"
                + "\"caller\":\"shop\",\"traceId\":\"4bf92f3577b34da6a3ce929d0e0e4736\"}");
  }

  static Stream<Arguments> shapes() {
    return Stream.of(
        arguments("a={} b={} c={}", List.of(1, 2L, true), "{'a':1,'b':2,'c':true}"),
        arguments("rate={}", List.of(new BigDecimal("12.5")), "{'rate':12.5}"),
        arguments("rate={}", List.of(Double.NaN), "{'rate':'NaN'}"),
        arguments("wait_ms={}", List.of(7L), "{'wait_ms':7}"),
        arguments("fields={}", List.of(List.of("to", "a=1\n")), "{'fields':['to','a=1?']}"),
        arguments("words=\"{}\"", List.of("two words"), "{'words':'two words'}"),
        arguments("words=\"fixed words\"", List.of(), "{'words':'fixed words'}"),
        arguments("reason=\"{}: {}\" n={}", List.of("X", "y z", 3), "{'reason':'X: y z','n':3}"),
        arguments("over=\"more than {} bytes\"", List.of(9), "{'over':'more than 9 bytes'}"),
        arguments("attempt={}/{} n={}", List.of(1, 154, 3), "{'attempt':'1/154','n':3}"),
        arguments(
            "url=tcp://{}:{} tls={}", List.of("h", 1, false), "{'url':'tcp://h:1','tls':false}"),
        arguments("done name={}: {} n={}", List.of("a", "b", 1), "{'name':'a','n':1}"),
        arguments(
            "ms={}{}{}{}",
            List.of(1L, " caller=shop", "", " traceId=0af7"),
            "{'ms':1,'caller':'shop','traceId':'0af7'}"),
        arguments("message={} level={}", List.of("x", "y"), "{}"),
        arguments("a={} a={}", List.of(1, 2), "{'a':1}"));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void each_value_of_a_line_is_a_field(String template, List<Object> values, String fields)
      throws JsonProcessingException {
    ObjectNode line = (ObjectNode) json("dev.smsroutes.X", template, values.toArray());

    line.remove(List.of("time", "level", "logger", "message"));
    assertThat(line).isEqualTo(JSON.readTree(fields.replace('\'', '"')));
  }

  @Test
  void a_line_of_any_characters_and_length_is_one_object_on_one_line()
      throws JsonProcessingException {
    StringBuilder all = new StringBuilder();
    for (int i = 0; i <= 0xffff; i++) {
      all.append((char) i);
    }
    String text = all + "😀";

    String written =
        line("dev.smsroutes.X", new IllegalStateException(text), "key={} n={}", text, 1);

    assertThat(written.lines()).hasSize(1);
    assertThat(written.strip().codePoints().filter(each -> each < ' ' || each == 0x2028)).isEmpty();
    JsonNode line = JSON.readTree(written);
    assertThat(line.path("key").asText()).isEqualTo(PlainText.of(text));
    assertThat(line.path("n").asInt()).isEqualTo(1);
    assertThat(line.path("stack").asText()).contains("JsonLogLayoutTest");
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
