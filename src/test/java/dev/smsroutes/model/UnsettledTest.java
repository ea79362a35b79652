package dev.smsroutes.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.model.Outcome.State;
import dev.smsroutes.model.Outcome.Unsettled;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A message that may have been taken stays uncertain, whatever holds it up afterwards. */
class UnsettledTest {
  @Test
  void keeps_an_attempt_uncertain_when_the_request_is_queued_again() {
    assertThat(Unsettled.queued("r", "k", true).state()).isEqualTo(State.UNCERTAIN);
    assertThat(Unsettled.notQueued("r", "k", true).state()).isEqualTo(State.UNCERTAIN);
    assertThat(Unsettled.queued("r", "k", false).state()).isEqualTo(State.WAITING);
  }

  @Test
  void an_uncertain_attempt_stays_so_after_a_failed_later_one() {
    Outcome outcome =
        Unsettled.notSent(Reason.UNREACHABLE, "r", "k", true, "no connection", Optional.empty());

    assertThat(outcome.state()).isEqualTo(State.UNCERTAIN);
  }
}
