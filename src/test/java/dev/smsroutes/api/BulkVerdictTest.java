package dev.smsroutes.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.api.ReplyClassifier.BulkVerdict;
import dev.smsroutes.api.ReplyClassifier.SentMessage;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.State;
import dev.smsroutes.model.Outcome.Unsettled;
import dev.smsroutes.model.Reason;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What one reply means to the messages of a bulk call. */
class BulkVerdictTest {
  private static final List<SentMessage> SENT =
      List.of(
          new SentMessage("ours-a", "a"),
          new SentMessage("ours-b", "b"),
          new SentMessage("ours-c", "c"));

  private final ReplyClassifier replies = new ReplyClassifier(Clock.systemUTC());

  /**
   * Status and body; what became of the call, and of a, b and c. Unsettled ones are sent in calls
   * of one.
   */
  @ParameterizedTest(name = "{0} {1} → {2}: {3}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          202 | {"errorcode":0,"responses":[{"messageKey":"a"},{"messageKey":"b"},{"messageKey":"c"}]}                                            | ACCEPTED  | ACCEPTED ACCEPTED ACCEPTED
          202 | {"errorcode":"0","responses":[{"messageKey":"c"},{"messageKey":"a","errorcode":0},{"messageKey":"b"}]}                            | ACCEPTED  | ACCEPTED ACCEPTED ACCEPTED
          202 | {"errorcode":109001,"responses":[{"messageKey":"a"},{"messageKey":"b","errorcode":109121},{"messageKey":"c","errorCode":"0"}]}    | ACCEPTED  | ACCEPTED REFUSED/109121 ACCEPTED
          202 | {"errorcode":109001,"responses":[{"messageKey":"c","errorcode":109110},{"messageKey":"b"},{"messageKey":"a","errorcode":777}]}    | ACCEPTED  | REFUSED/777 ACCEPTED DUPLICATE/109110
          202 | {"errorcode":0,"responses":[{"messageKey":"a","errorcode":109109},{"messageKey":"b"},{"messageKey":"c"}]}                         | ACCEPTED  | REFUSED/109109 ACCEPTED ACCEPTED
          202 | {"errorcode":0,"responses":[{},{"errorcode":109121},{}]}                                                                          | ACCEPTED  | ACCEPTED REFUSED/109121 ACCEPTED
          202 | {"errorcode":0,"responses":[{"messageKey":"b"},{},{"messageKey":"a"}]}                                                            | ACCEPTED  | ACCEPTED ACCEPTED UNCERTAIN
          202 | {"errorcode":0,"responses":[{"messageKey":"a"},{"messageKey":"a","errorcode":109121},{"messageKey":"b"}]}                         | ACCEPTED  | UNCERTAIN ACCEPTED UNCERTAIN
          202 | {"errorcode":0,"responses":[{"messageKey":"a"},{"messageKey":"x"},{"messageKey":"y"},{"messageKey":"b"}]}                         | ACCEPTED  | ACCEPTED ACCEPTED UNCERTAIN
          202 | {"errorcode":0,"responses":[{"messageKey":"a"}]}                                                                                  | ACCEPTED  | ACCEPTED UNCERTAIN UNCERTAIN
          202 | {"errorcode":0,"responses":"none"}                                                                                                | ACCEPTED  | UNCERTAIN UNCERTAIN UNCERTAIN
          202 | {"errorcode":0}                                                                                                                   | ACCEPTED  | UNCERTAIN UNCERTAIN UNCERTAIN
          202 | {"errorcode":109001,"responses":[{"messageKey":"a"},{"messageKey":"b"},{"messageKey":"c"}]}                                       | REFUSED   | UNCERTAIN UNCERTAIN UNCERTAIN
          202 | {"errorcode":109001,"responses":[{"messageKey":"a","errorcode":50100},{"messageKey":"b"},{"messageKey":"c"}]}                     | ACCEPTED  | WAITING ACCEPTED ACCEPTED
          202 | {"errorcode":109001,"responses":[{"messageKey":"a","errorcode":50100},{"messageKey":"b","errorcode":50100}]}                      | UNCERTAIN | WAITING WAITING UNCERTAIN
          202 | {"responses":[{"messageKey":"a"},{"messageKey":"b","errorcode":109121},{"messageKey":"c"}]}                                       | ACCEPTED  | UNCERTAIN REFUSED/109121 UNCERTAIN
          202 | {"errorcode":424242,"responses":[{"messageKey":"a"},{"messageKey":"b"},{"messageKey":"c"}]}                                       | REFUSED   | UNCERTAIN UNCERTAIN UNCERTAIN
          202 | {"errorcode":50100}                                                                                                               | UNCERTAIN | UNCERTAIN UNCERTAIN UNCERTAIN
          202 | <html>ok</html>                                                                                                                   | UNCERTAIN | UNCERTAIN UNCERTAIN UNCERTAIN
          202 | ''                                                                                                                                | UNCERTAIN | UNCERTAIN UNCERTAIN UNCERTAIN
          400 | {"errorcode":109101,"message":"too many"}                                                                                         | REFUSED   | WAITING WAITING WAITING
          400 | {"errorcode":109122,"message":"a field"}                                                                                          | REFUSED   | WAITING WAITING WAITING
          400 | {"errorcode":109110,"message":"dup"}                                                                                              | REFUSED   | WAITING WAITING WAITING
          400 | {"errorcode":424242,"message":"?"}                                                                                                | REFUSED   | WAITING WAITING WAITING
          400 | <html>no</html>                                                                                                                   | REFUSED   | WAITING WAITING WAITING
          400 | {"errorcode":109103,"responses":[{"messageKey":"a","errorcode":109110},{"messageKey":"b","errorcode":109121},{"messageKey":"c"}]} | ACCEPTED  | DUPLICATE/109110 REFUSED/109121 UNCERTAIN
          400 | {"errorcode":109001}                                                                                                              | REFUSED   | UNCERTAIN UNCERTAIN UNCERTAIN
          404 | {"errorcode":30003,"message":"no"}                                                                                                | REFUSED   | WAITING WAITING WAITING
          404 | <html>no such page</html>                                                                                                         | UNCERTAIN | UNCERTAIN UNCERTAIN UNCERTAIN
          500 | {"errorcode":109121}                                                                                                              | UNCERTAIN | UNCERTAIN UNCERTAIN UNCERTAIN
          502 | <html>bad gateway</html>                                                                                                          | UNCERTAIN | UNCERTAIN UNCERTAIN UNCERTAIN
          302 | ''                                                                                                                                | UNCERTAIN | UNCERTAIN UNCERTAIN UNCERTAIN
          200 | {"errorcode":0,"responses":[{"messageKey":"a"},{"messageKey":"b"},{"messageKey":"c"}]}                                            | UNCERTAIN | UNCERTAIN UNCERTAIN UNCERTAIN
          """)
  void classifies_each_message_by_what_is_said_of_it(
      int status, String body, State ofCall, String ofEach) {
    BulkVerdict verdict = replies.classifyMany(reply(status, body), SENT);

    String each =
        verdict.ofEach().stream().map(BulkVerdictTest::shown).collect(Collectors.joining(" "));
    assertThat(each).isEqualTo(ofEach);
    assertThat(kind(verdict.ofCall())).isEqualTo(kind(ofCall));
    for (int i = 0; i < SENT.size(); i++) {
      assertThat(verdict.ofEach().get(i).messageKey()).contains(SENT.get(i).messageKey());
    }
  }

  /** The throttle tells settled ones apart from the others, not from one another. */
  private static State kind(State state) {
    return state.settled() ? State.ACCEPTED : state;
  }

  private static State kind(Outcome outcome) {
    return kind(outcome.state());
  }

  private static String shown(Outcome outcome) {
    boolean refused = outcome.state() == State.REFUSED || outcome.state() == State.DUPLICATE;
    return outcome.state() + (refused ? "/" + outcome.errorCode() : "");
  }

  @ParameterizedTest
  @CsvSource({"401, UNAUTHENTICATED", "403, FORBIDDEN", "429, RATE_LIMITED", "503, UNAVAILABLE"})
  void what_was_not_looked_at_waits_as_a_whole(int status, Reason reason) {
    BulkVerdict verdict = replies.classifyMany(reply(status, "{\"retryAfter\":7}"), SENT);

    assertThat(verdict.ofCall().state()).isEqualTo(State.WAITING);
    assertThat(verdict.ofEach())
        .allMatch(outcome -> ((Unsettled) outcome).reason() == reason)
        .allMatch(outcome -> outcome.state() == State.WAITING)
        .extracting(Outcome::requestId)
        .containsExactly("ours-a", "ours-b", "ours-c");
    assertThat(verdict.ofEach().get(2).retryAfter()).contains(Duration.ofSeconds(7));
  }

  @Test
  void a_code_that_refuses_the_account_makes_all_wait() {
    BulkVerdict verdict = replies.classifyMany(reply(400, "{\"errorcode\":40002}"), SENT);

    assertThat(verdict.ofCall().state()).isEqualTo(State.WAITING);
    assertThat(verdict.ofEach())
        .allMatch(outcome -> ((Unsettled) outcome).reason() == Reason.FORBIDDEN);
  }

  @Test
  void has_the_request_id_of_the_call_and_each_items_words() {
    BulkVerdict verdict =
        replies.classifyMany(
            reply(
                202,
                "{\"requestId\":\"theirs\",\"errorcode\":109001,\"message\":\"top\",\"responses\":["
                    + "{\"messageKey\":\"a\"},{\"messageKey\":\"b\",\"errorcode\":109121,"
                    + "\"message\":\"no number\"},{\"messageKey\":\"c\",\"errorcode\":109109}]}"),
            SENT);

    assertThat(verdict.ofEach()).extracting(Outcome::requestId).containsOnly("theirs");
    assertThat(verdict.ofEach().get(1).message()).isEqualTo("no number");
  }

  @Test
  void each_message_gets_one_verdict_for_any_reply() {
    for (String body : Arrays.asList("[]", "null", "{\"responses\":[null,1,\"x\",[],{}]}", "{")) {
      for (int status : new int[] {0, 100, 202, 204, 299, 400, 418, 499, 500, 599}) {
        assertThat(replies.classifyMany(reply(status, body), SENT).ofEach())
            .as(status + " " + body)
            .hasSize(SENT.size());
      }
    }
  }

  private static ApiReply reply(int status, String body) {
    return new ApiReply(status, body.getBytes(StandardCharsets.UTF_8), Optional.empty());
  }
}
