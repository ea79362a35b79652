package dev.smsroutes.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** W3C Trace Context, section 3.2, and the id that a caller gives to its request. */
class TraceContextTest {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String SPAN = "00f067aa0ba902b7";
  private static final String VALID = "00-" + TRACE + "-" + SPAN + "-01";

  @ParameterizedTest
  @CsvSource({
    // sampled, and what else a flag may say
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01, true",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00, false",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03, true",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-02, false",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-ff, true",
    // a later version, with more fields or without
    "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01, true",
    "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-the-future-brings, true",
    "fe-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00-, false",
  })
  void takes_a_traceparent(String value, boolean sampled) {
    assertThat(TraceContext.of(value)).contains(new TraceContext(TRACE, SPAN, sampled));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "0-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "0x-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00F067AA0BA902B7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e47361-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0g",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-",
        "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01more",
        "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.more",
        "00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01",
        " 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\n",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01,"
            + "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "٠٠-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "+49 151 12345678",
      })
  void a_malformed_one_counts_as_none(String value) {
    assertThat(TraceContext.of(value)).isEmpty();
  }

  @Test
  void none_and_an_endless_one_count_as_none() {
    assertThat(TraceContext.of(null)).isEmpty();
    assertThat(TraceContext.of("cc-" + TRACE + "-" + SPAN + "-01-" + "x".repeat(1_000))).isEmpty();
  }

  @Property
  void writes_what_it_reads(
      @ForAll @CharRange(from = '1', to = '9') @StringLength(32) String trace,
      @ForAll @CharRange(from = 'a', to = 'f') @StringLength(16) String span,
      @ForAll boolean sampled) {
    TraceContext context = new TraceContext(trace, span, sampled);

    assertThat(TraceContext.of(context.traceparent())).contains(context);
  }

  @Property
  void whatever_is_changed_in_a_good_one_it_is_read_or_is_none_and_never_fails(
      @ForAll @IntRange(max = 55) int at, @ForAll char by) {
    String changed = VALID.substring(0, at) + by + VALID.substring(Math.min(55, at + 1));

    TraceContext.of(changed)
        .ifPresent(
            context -> {
              assertThat(context.traceId()).matches("[0-9a-f]{32}");
              assertThat(context.spanId()).matches("[0-9a-f]{16}");
            });
  }

  @Property
  void any_text_is_read_without_failing(@ForAll String text) {
    assertThat(TraceContext.of(text)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "7b8f0f9a-6a3e-4a0e-9d0e-2f8b6c5d4e3f",
        "req_01J8Z3K5M7P9R1T3V5X7Z9B1D3",
        "|trace.span/+=:;,\"'<>{}~!"
      })
  void takes_the_id_that_a_caller_gives_to_its_request(String id) {
    assertThat(Correlation.callerRequestId(id)).contains(id);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", " ", "two words", "tab\there", "line\nbreak", "ä", "\u2028", "\u007f"})
  void an_id_of_other_characters_counts_as_none(String id) {
    assertThat(Correlation.callerRequestId(id)).isEmpty();
  }

  @Test
  void an_id_has_at_most_100_characters() {
    assertThat(Correlation.callerRequestId("x".repeat(100))).isPresent();
    assertThat(Correlation.callerRequestId("x".repeat(101))).isEqualTo(Optional.empty());
    assertThat(Correlation.callerRequestId(null)).isEmpty();
  }
}
