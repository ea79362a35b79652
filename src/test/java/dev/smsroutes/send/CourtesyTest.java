package dev.smsroutes.send;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.smsroutes.SettableClock;
import dev.smsroutes.care.Care;
import dev.smsroutes.care.OpeningHours;
import dev.smsroutes.care.SendWindow;
import dev.smsroutes.care.SuppressionLists;
import dev.smsroutes.outcome.InvalidRequestException;
import dev.smsroutes.outcome.Outcome;
import dev.smsroutes.outcome.Outcome.State;
import dev.smsroutes.outcome.StatusTable;
import dev.smsroutes.request.Message;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Care for single messages, whatever route they take. It is one o'clock at night in Germany. */
class CourtesyTest {
  private final SettableClock clock = new SettableClock();
  private final Courtesy courtesy =
      new Courtesy(
          new Care(
              () -> SuppressionLists.of(List.of("14255550123", "ada")),
              Optional.empty(),
              Optional.of(new OpeningHours(SendWindow.read("k", "08:00-20:00"), ZoneOffset.UTC)),
              clock),
          new StatusTable(Clock.systemUTC()));

  private static Message message(String contactKey, String to) {
    return new Message("r", "k", "d", contactKey, to, Map.of(), Optional.empty(), false);
  }

  @Test
  void lets_nobody_pass_who_is_on_the_list() {
    assertThatThrownBy(() -> courtesy.refuseSuppressed(message("bob", "14255550123")))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> courtesy.refuseSuppressed(message("ada", "4915112345678")))
        .isInstanceOf(InvalidRequestException.class);
    assertThatCode(() -> courtesy.refuseSuppressed(message("bob", "4915112345678")))
        .doesNotThrowAnyException();
  }

  @Test
  void holds_back_what_is_of_a_file_until_its_window_opens() {
    Message german = message("bob", "4915112345678");
    Outcome held = courtesy.heldBack(german, true, false).orElseThrow();

    assertThat(held.state()).isEqualTo(State.WAITING);
    assertThat(held.retryAfter()).contains(Duration.ofHours(7));
    assertThat(courtesy.heldBack(german, true, true).orElseThrow().state())
        .isEqualTo(State.UNCERTAIN);
    assertThat(courtesy.heldBack(german, false, false)).isEmpty();
    clock.forward(Duration.ofHours(7));
    assertThat(courtesy.heldBack(german, true, false)).isEmpty();
  }
}
