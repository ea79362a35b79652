package dev.smsroutes.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.model.CallerToken;
import dev.smsroutes.model.SendRequest;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Messages that go through the pipeline together. */
class SendsTest {
  private static InFlight message(String key) {
    return Messages.inFlight(new SendRequest(key, "account-reset", null, null));
  }

  @Test
  void a_message_that_waited_for_its_key_still_has_the_token_of_its_caller() {
    Optional<CallerToken> token = Optional.of(new CallerToken("own"));
    InFlight waiting = message("used");
    waiting.keyInUse = true;
    Sends sends = new Sends(List.of(message("free"), waiting), token);

    List<Sends> again = sends.keysInUse();

    assertThat(again).hasSize(1);
    assertThat(again.get(0).messages()).containsExactly(waiting);
    assertThat(again.get(0).callerToken()).isEqualTo(token);
    assertThat(waiting.keyInUse).isFalse();
    assertThat(sends.hasKeysInUse()).isFalse();
  }
}
