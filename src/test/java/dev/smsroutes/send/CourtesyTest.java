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
import dev.smsroutes.request.Origin;
import dev.smsroutes.request.SendRequest;
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
    Item german = item(message("bob", "4915112345678"));
    Outcome held = courtesy.heldBack(german, true).orElseThrow();

    assertThat(held.state()).isEqualTo(State.WAITING);
    assertThat(held.retryAfter()).contains(Duration.ofHours(7));
    assertThat(courtesy.heldBack(german, false)).isEmpty();
    clock.forward(Duration.ofHours(7));
    assertThat(courtesy.heldBack(german, true)).isEmpty();
  }

  @Test
  void looks_again_at_one_of_many_that_is_about_to_leave() {
    Item german = item(message("bob", "4915112345678"));
    clock.forward(Duration.ofHours(18));

    assertThat(courtesy.stays(german, true)).isEmpty();
    assertThat(courtesy.stays(item(message("ada", "4915112345678")), true).orElseThrow().state())
        .isEqualTo(State.REFUSED);
    clock.forward(Duration.ofHours(1));
    Outcome held = courtesy.stays(german, true).orElseThrow();
    assertThat(held.state()).isEqualTo(State.WAITING);
    assertThat(held.retryAfter()).contains(Duration.ofHours(12));
  }

  private static Item item(Message message) {
    Item item = new Item(new SendRequest(null, null, null, null), Origin.of("file", "f:1"));
    item.message = message;
    return item;
  }
}
