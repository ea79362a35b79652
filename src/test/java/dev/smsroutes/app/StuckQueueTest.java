package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.broker.QueueState;
import dev.smsroutes.testing.SettableClock;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class StuckQueueTest {
  private static final Duration AFTER = Duration.ofMinutes(5);

  private final SettableClock clock = new SettableClock();
  private long taken;
  private boolean paused;
  private final StuckQueue queue = new StuckQueue(AFTER, () -> taken, () -> paused, clock);

  @Test
  void tells_of_requests_that_nobody_takes() {
    look(3, 3, Duration.ZERO);
    assertThat(queue.outage()).isEmpty();
    look(4, 4, AFTER);

    assertThat(queue.outage())
        .hasValueSatisfying(why -> assertThat(why).startsWith("4 requests wait"));
  }

  @Test
  void is_well_while_requests_are_taken() {
    look(3, 3, Duration.ZERO);
    taken++;
    look(30, 30, AFTER);

    assertThat(queue.outage()).isEmpty();
  }

  @Test
  void is_well_while_the_api_holds_everything_up() {
    paused = true;
    look(3, 3, Duration.ZERO);
    look(3, 3, AFTER);

    assertThat(queue.outage()).isEmpty();
  }

  @Test
  void is_well_while_all_requests_wait_for_another_delivery() {
    look(3, 0, Duration.ZERO);
    look(3, 0, AFTER);

    assertThat(queue.outage()).isEmpty();
  }

  @Test
  void is_well_before_the_first_look_and_where_it_is_not_checked() {
    assertThat(queue.outage()).isEmpty();

    StuckQueue unchecked = new StuckQueue(Duration.ZERO, () -> 0, () -> false, clock);
    unchecked.look(state(3, 3));
    clock.forward(AFTER);
    unchecked.look(state(3, 3));
    assertThat(unchecked.outage()).isEmpty();
  }

  private void look(long messages, long ready, Duration later) {
    clock.forward(later);
    queue.look(state(messages, ready));
  }

  private static QueueState state(long messages, long ready) {
    return new QueueState(messages, OptionalLong.of(ready), OptionalLong.empty(), Optional.empty());
  }
}
