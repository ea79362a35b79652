package dev.smsroutes.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.smsroutes.SettableClock;
import dev.smsroutes.contactpolicy.ContactPolicy;
import dev.smsroutes.contactpolicy.SendWindow;
import dev.smsroutes.contactpolicy.SendWindowCalendar;
import dev.smsroutes.contactpolicy.SuppressionLists;
import dev.smsroutes.model.InvalidRequestException;
import dev.smsroutes.model.Message;
import dev.smsroutes.model.Origin;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.State;
import dev.smsroutes.model.SendRequest;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Care for single messages, whatever route they take. It is one o'clock at night in Germany. */
class ContactPolicyStepsTest {
  private final SettableClock clock = new SettableClock();
  private final ContactPolicySteps contactPolicySteps =
      new ContactPolicySteps(
          new ContactPolicy(
              () -> SuppressionLists.of(List.of("14255550123", "ada")),
              Optional.empty(),
              Optional.of(
                  new SendWindowCalendar(SendWindow.read("k", "08:00-20:00"), ZoneOffset.UTC)),
              clock),
          new StatusTable(Clock.systemUTC()));

  private static Message message(String contactKey, String to) {
    return new Message("r", "k", "d", contactKey, to, Map.of(), Optional.empty(), false);
  }

  @Test
  void lets_nobody_pass_who_is_on_the_list() {
    assertThatThrownBy(() -> contactPolicySteps.refuseSuppressed(message("bob", "14255550123")))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> contactPolicySteps.refuseSuppressed(message("ada", "4915112345678")))
        .isInstanceOf(InvalidRequestException.class);
    assertThatCode(() -> contactPolicySteps.refuseSuppressed(message("bob", "4915112345678")))
        .doesNotThrowAnyException();
  }

  @Test
  void holds_back_what_is_of_a_file_until_its_window_opens() {
    Item german = item(message("bob", "4915112345678"));
    Outcome held = contactPolicySteps.heldBack(german, true).orElseThrow();

    assertThat(held.state()).isEqualTo(State.WAITING);
    assertThat(held.retryAfter()).contains(Duration.ofHours(7));
    assertThat(contactPolicySteps.heldBack(german, false)).isEmpty();
    clock.forward(Duration.ofHours(7));
    assertThat(contactPolicySteps.heldBack(german, true)).isEmpty();
  }

  @Test
  void looks_again_at_one_of_many_that_is_about_to_leave() {
    Item german = item(message("bob", "4915112345678"));
    clock.forward(Duration.ofHours(18));

    assertThat(contactPolicySteps.stays(german, true)).isEmpty();
    assertThat(
            contactPolicySteps
                .stays(item(message("ada", "4915112345678")), true)
                .orElseThrow()
                .state())
        .isEqualTo(State.REFUSED);
    clock.forward(Duration.ofHours(1));
    Outcome held = contactPolicySteps.stays(german, true).orElseThrow();
    assertThat(held.state()).isEqualTo(State.WAITING);
    assertThat(held.retryAfter()).contains(Duration.ofHours(12));
  }

  private static Item item(Message message) {
    Item item = new Item(new SendRequest(null, null, null, null), Origin.of("file", "f:1"));
    item.message = message;
    return item;
  }
}
