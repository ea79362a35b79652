package dev.smsroutes.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.api.ReplyClassifier.BulkVerdict;
import dev.smsroutes.api.ReplyClassifier.SentMessage;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.testing.Mutations;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever the API or a proxy before it answers, each message gets exactly one outcome. */
class ReplyFuzzTest {
  private static final Clock NOON =
      Clock.fixed(Instant.parse("2026-03-01T12:00:00Z"), ZoneOffset.UTC);

  private final ReplyClassifier replies = new ReplyClassifier(NOON);

  @Provide
  Arbitrary<Integer> statuses() {
    return Arbitraries.oneOf(
        Arbitraries.of(200, 202, 204, 301, 400, 401, 403, 404, 408, 429, 500, 502, 503, 504),
        Arbitraries.integers().between(100, 599));
  }

  @Provide
  Arbitrary<byte[]> bodies() {
    return Mutations.ofTexts(
        "{\"requestId\":\"r\",\"errorcode\":0,\"responses\":[{\"messageKey\":\"k0\"},{\"messageKey\":\"k1\"}]}",
        "{\"errorcode\":109001,\"responses\":[{\"messageKey\":\"k1\",\"errorcode\":\"109110\",\"message\":\"no\"}]}",
        "{\"message\":\"bad\",\"errorCode\":109111,\"documentation\":\"\",\"retryAfter\":\"3\"}",
        "<html>502 Bad Gateway</html>");
  }

  @Provide
  Arbitrary<byte[]> waits() {
    return Mutations.ofTexts(
        "0",
        "-1",
        "120",
        "1.5",
        "Sun, 01 Mar 2026 12:00:30 GMT",
        "Sun, 01 Mar 9999 12:00:30 +1800");
  }

  @Provide
  Arbitrary<byte[]> tokens() {
    return Mutations.ofTexts(
        "{\"access_token\":\"abc.def-_\",\"token_type\":\"Bearer\",\"expires_in\":1079,\"scope\":\"sms_send\"}",
        "{\"access_token\":\"abc\",\"expires_in\":\"1079\"}");
  }

  @Property
  void each_message_has_one_outcome(
      @ForAll("statuses") int status,
      @ForAll("bodies") byte[] body,
      @ForAll("waits") byte[] wait,
      @ForAll boolean uncertain)
      throws Exception {
    ApiReply reply = new ApiReply(status, body, Optional.of(text(wait)));

    Outcome one = Mutations.ends(() -> replies.classify(reply, "r", "k0", uncertain));
    BulkVerdict many =
        Mutations.ends(
            () ->
                replies.classifyMany(
                    reply, List.of(new SentMessage("r", "k0"), new SentMessage("r", "k1"))));

    assertThat(one.state()).isNotNull();
    assertThat(many.ofEach()).hasSize(2).doesNotContainNull();
    if (status != 202 && (status < 400 || status >= 500)) {
      // Nothing but the API's own words settles a message.
      assertThat(one.state().settled()).isFalse();
    }
  }

  @Property
  void a_wait_is_never_below_zero_or_above_an_hour(@ForAll("waits") byte[] wait) throws Exception {
    Optional<Duration> read = Mutations.ends(() -> RetryAfter.read(text(wait), NOON));

    assertThat(read.orElse(Duration.ZERO)).isBetween(Duration.ZERO, RetryAfter.LONGEST);
  }

  @Property
  void a_token_can_stand_in_a_header_or_there_is_none(@ForAll("tokens") byte[] body)
      throws Exception {
    TokenSource source =
        new TokenSource(() -> new ApiReply(200, body, Optional.empty()), NOON, () -> 1);
    try {
      assertThat(Mutations.ends(() -> source.token(2))).matches("[!-~]+");
    } catch (TokenException e) {
      assertThat(e.getMessage()).contains("answered without one");
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
