package dev.smsroutes.intake.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Fault;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Refused;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OutcomeJsonTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private static Outcome refused(int faults) {
    return Refused.of(
        "id",
        Optional.of("key"),
        IntStream.range(0, faults)
            .mapToObj(i -> new Fault("recipient.f" + i, ErrorCode.BAD_VALUE, "Expected x; got y"))
            .toList());
  }

  @Test
  void lists_50_faults_of_one_request_and_counts_the_rest() throws IOException {
    JsonNode errors = JSON.readTree(OutcomeJson.one(refused(60))).path("errors");

    assertThat(errors).hasSize(51);
    assertThat(errors.get(50).path("field").asText()).isEmpty();
    assertThat(errors.get(50).path("message").asText()).contains("10 more are not listed");
  }

  /** 500 recipients with seven faults each made an answer 22 times as long as the request. */
  @Test
  void lists_50_faults_of_many_recipients_together_and_counts_the_rest() throws IOException {
    List<Outcome> outcomes = IntStream.range(0, 500).mapToObj(i -> refused(7)).toList();

    String answer = OutcomeJson.many("id", ErrorCode.NO_VALID_RECIPIENTS, outcomes);

    JsonNode responses = JSON.readTree(answer).path("responses");
    assertThat(responses).hasSize(500);
    assertThat(responses).allMatch(item -> item.path("errorcode").asInt() == 10005);
    assertThat(responses.findValuesAsText("field")).hasSize(51);
    assertThat(responses.get(7).path("errors").get(1).path("message").asText())
        .contains("3450 more are not listed");
    assertThat(answer).hasSizeLessThan(500 * 110);
  }

  @Test
  void lists_all_faults_of_many_recipients_when_they_are_few() throws IOException {
    String answer =
        OutcomeJson.many(
            "id", ErrorCode.NO_VALID_RECIPIENTS, List.of(refused(20), refused(10), refused(20)));

    assertThat(JSON.readTree(answer).path("responses").findValuesAsText("field")).hasSize(50);
    assertThat(answer).doesNotContain("not listed");
  }

  @Test
  void counts_the_rest_when_the_last_recipients_have_it() throws IOException {
    Outcome one =
        Refused.of(
            "id",
            Optional.of("key"),
            List.of(new Fault("a", ErrorCode.BAD_VALUE, "Expected x; got y"), Fault.more(90)));

    String answer = OutcomeJson.many("id", ErrorCode.NO_VALID_RECIPIENTS, List.of(one, one));

    assertThat(answer).contains("180 more are not listed").doesNotContain("90 more");
  }
}
