package dev.smsroutes.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.smsroutes.model.InvalidRequestException;
import dev.smsroutes.model.Message;
import dev.smsroutes.model.Outcome.State;
import dev.smsroutes.testing.SettableClock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Care for single messages, whatever route they take. It is one o'clock at night in Germany. */
class ContactPolicyStepsTest {
  private final SettableClock clock = new SettableClock();
  private final ContactPolicySteps contactPolicySteps =
      new ContactPolicySteps(
          PipelineBuilder.policy(List.of("14255550123", "ada"), "08:00-20:00", clock));

  private static InFlight message(String contactKey, String to, boolean batch) {
    return Messages.inFlight(
        new Message(
            "r", "k", "d", contactKey, to, Map.of(), Optional.empty(), false, OptionalInt.empty()),
        batch);
  }

  @ParameterizedTest
  @CsvSource({"bob, 14255550123, false", "ada, 4915112345678, false", "bob, 4915112345678, true"})
  void refuses_a_recipient_on_the_suppression_list(String contactKey, String to, boolean passes) {
    ThrowingCallable step =
        () -> contactPolicySteps.refuseSuppressed(message(contactKey, to, true));

    if (passes) {
      assertThatCode(step).doesNotThrowAnyException();
    } else {
      assertThatThrownBy(step).isInstanceOf(InvalidRequestException.class);
    }
  }

  @Test
  void holds_back_rows_of_a_file_until_their_window_opens() {
    InFlight held = held(message("bob", "4915112345678", true));

    assertThat(held.outcome.state()).isEqualTo(State.WAITING);
    assertThat(held.outcome.retryAfter()).contains(Duration.ofHours(7));
    assertThat(held(message("bob", "4915112345678", false)).outcome).isNull();
    clock.forward(Duration.ofHours(7));
    assertThat(held(message("bob", "4915112345678", true)).outcome).isNull();
  }

  private InFlight held(InFlight message) {
    contactPolicySteps.hold(ApiCall.of(new Sends(List.of(message), Optional.empty()), message));
    return message;
  }

  @Test
  void checks_again_when_a_message_is_about_to_leave() {
    InFlight german = message("bob", "4915112345678", true);
    InFlight ada = message("ada", "4915112345678", true);
    clock.forward(Duration.ofHours(18));

    assertThat(rechecked(german).aboard).containsExactly(german);
    assertThat(german.outcome).isNull();
    assertThat(rechecked(ada).aboard).isEmpty();
    assertThat(ada.outcome.state()).isEqualTo(State.REFUSED);
    clock.forward(Duration.ofHours(1));
    assertThat(rechecked(german).aboard).isEmpty();
    assertThat(german.outcome.state()).isEqualTo(State.WAITING);
    assertThat(german.outcome.retryAfter()).contains(Duration.ofHours(12));
  }

  private ApiCall rechecked(InFlight message) {
    ApiCall call = ApiCall.of(new Sends(List.of(message), Optional.empty()), message);
    call.begin();
    contactPolicySteps.recheck(call);
    return call;
  }
}
