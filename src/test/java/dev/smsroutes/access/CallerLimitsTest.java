package dev.smsroutes.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.testing.SettableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CallerLimitsTest {
  private final Map<String, Key> callers = new HashMap<>();
  private final SettableClock clock = new SettableClock();
  private long now = 5;
  private long onRecord;
  private Instant countedSince;

  private final CallerLimits limits =
      new CallerLimits(
          id -> Optional.ofNullable(callers.get(id)),
          (caller, since) -> {
            countedSince = since;
            return onRecord;
          },
          clock,
          () -> now);

  @BeforeEach
  void oneHourBeforeMidnight() {
    clock.forward(Duration.between(clock.instant(), Instant.parse("2026-03-01T23:00:00Z")));
  }

  private void caller(String id, OptionalDouble rate, OptionalLong daily) {
    callers.put(
        id,
        new Key(
            id,
            List.of(),
            Set.of(Role.SEND),
            new Rights(List.of(), Set.of(), rate, daily, true, false),
            Instant.EPOCH,
            Optional.empty(),
            Optional.empty()));
  }

  private int permits(String caller, int asked) {
    int permits = 0;
    for (int i = 0; i < asked; i++) {
      permits += limits.permit(caller).isZero() ? 1 : 0;
    }
    return permits;
  }

  @Test
  void gives_as_many_permits_a_second_as_the_rate_says() {
    caller("shop", OptionalDouble.of(20), OptionalLong.empty());
    assertThat(permits("shop", 100)).isEqualTo(20);
    assertThat(limits.permit("shop")).isEqualTo(Duration.ofMillis(50));

    int later = 0;
    for (int i = 0; i < 100; i++) {
      now += 100_000_000;
      later += permits("shop", 10);
    }
    assertThat(later).isEqualTo(200);
  }

  @Test
  void a_slow_rate_gives_one_permit_at_a_time() {
    caller("shop", OptionalDouble.of(0.5), OptionalLong.empty());

    assertThat(permits("shop", 3)).isEqualTo(1);
    assertThat(limits.permit("shop")).isEqualTo(Duration.ofSeconds(2));
    now += 2_000_000_000L;
    assertThat(permits("shop", 3)).isEqualTo(1);
  }

  @Test
  void callers_do_not_share_a_rate_and_others_have_none() {
    caller("a", OptionalDouble.of(1), OptionalLong.empty());
    caller("b", OptionalDouble.of(1), OptionalLong.empty());
    caller("free", OptionalDouble.empty(), OptionalLong.empty());

    assertThat(permits("a", 5)).isEqualTo(1);
    assertThat(permits("b", 5)).isEqualTo(1);
    assertThat(permits("free", 5)).isEqualTo(5);
    assertThat(permits("unknown", 5)).isEqualTo(5);
  }

  @Test
  void the_allowance_of_a_day_counts_what_is_on_record() {
    caller("shop", OptionalDouble.empty(), OptionalLong.of(5));
    onRecord = 3;

    assertThat(limits.reserve("shop")).isTrue();
    assertThat(limits.reserve("shop")).isTrue();
    assertThat(limits.reserve("shop")).isFalse();
    assertThat(countedSince).isEqualTo("2026-03-01T00:00:00Z");
    assertThat(limits.reserve("unknown")).isTrue();
  }

  @Test
  void the_allowance_is_new_at_midnight_in_utc() {
    caller("shop", OptionalDouble.empty(), OptionalLong.of(1));
    assertThat(limits.reserve("shop")).isTrue();
    assertThat(limits.reserve("shop")).isFalse();

    clock.forward(Duration.ofMinutes(59));
    assertThat(limits.reserve("shop")).isFalse();
    clock.forward(Duration.ofMinutes(1));
    assertThat(limits.reserve("shop")).isTrue();
    assertThat(countedSince).isEqualTo("2026-03-02T00:00:00Z");
  }

  @Test
  void what_is_given_back_may_be_used() {
    caller("shop", OptionalDouble.empty(), OptionalLong.of(1));
    assertThat(limits.reserve("shop")).isTrue();
    limits.giveBack("shop");

    assertThat(limits.reserve("shop")).isTrue();
    assertThat(limits.reserve("shop")).isFalse();
  }

  @Test
  void what_another_node_has_sent_counts_after_a_while() {
    caller("shop", OptionalDouble.empty(), OptionalLong.of(10));
    assertThat(limits.reserve("shop")).isTrue();

    onRecord = 10;
    clock.forward(Duration.ofSeconds(11));
    assertThat(limits.reserve("shop")).isFalse();
  }
}
