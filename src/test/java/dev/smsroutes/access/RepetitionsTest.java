package dev.smsroutes.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RepetitionsTest {
  private long now;
  private final Repetitions three = new Repetitions(3, Duration.ofSeconds(10), () -> now);

  private boolean passes(String key, String... subject) {
    return three.passes(key, List.of(subject));
  }

  @Test
  void as_many_as_the_limit_pass_within_the_window() {
    assertThat(passes("1", "n")).isTrue();
    now += Duration.ofSeconds(4).toNanos();
    assertThat(passes("2", "n")).isTrue();
    assertThat(passes("3", "n")).isTrue();
    assertThat(passes("4", "n")).isFalse();
    assertThat(passes("4", "other")).isTrue();

    now += Duration.ofSeconds(6).toNanos();
    assertThat(passes("4", "n")).isTrue();
    assertThat(passes("5", "n")).isFalse();
  }

  @Test
  void a_message_that_is_handed_over_again_counts_once() {
    for (int i = 0; i < 10; i++) {
      assertThat(passes("1", "n")).isTrue();
    }
    assertThat(passes("2", "n")).isTrue();
    assertThat(passes("3", "n")).isTrue();
    assertThat(passes("4", "n")).isFalse();
    assertThat(passes("1", "n")).isTrue();
  }

  @Test
  void parts_of_a_subject_are_not_mixed_up() {
    for (int i = 0; i < 3; i++) {
      assertThat(passes("k" + i, "ab", "c")).isTrue();
    }
    assertThat(passes("x", "a", "bc")).isTrue();
    assertThat(passes("y", "ab", "c")).isFalse();
  }
}
