package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.testing.Reply;
import dev.smsroutes.testing.Requests;
import dev.smsroutes.testing.RunningBundle;
import dev.smsroutes.testing.SettableClock;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A clock that jumps, forth or back, never makes the bundle send twice or forget. */
@Timeout(60)
class ClockJumpsIT {
  private final SettableClock clock = new SettableClock();
  private RunningBundle bundle;

  @BeforeEach
  void start() {
    bundle = RunningBundle.start(clock);
  }

  @AfterEach
  void stop() {
    bundle.close();
  }

  @ParameterizedTest(name = "by {0} h")
  @ValueSource(longs = {1, 47, 71, 167, -1, -47, -1000})
  void remembers_an_accepted_key(long hours) {
    assertThat(bundle.keyed("k", Requests.keyed()).status()).isEqualTo(202);

    clock.forward(Duration.ofHours(hours));

    assertThat(bundle.keyed("k", Requests.keyed()).status()).isEqualTo(202);
    assertThat(bundle.sandbox().sends()).isEqualTo(1);
  }

  @ParameterizedTest(name = "by {0} h")
  @ValueSource(longs = {1, 47})
  void repeats_an_uncertain_key_while_the_api_knows_it(long hours) {
    leaveUncertain("k");

    clock.forward(Duration.ofHours(hours));

    assertThat(bundle.keyed("k", Requests.keyed()).status()).isEqualTo(202);
    assertThat(bundle.sandbox().message("k").path("times").asInt()).isEqualTo(1);
  }

  @ParameterizedTest(name = "by {0} h")
  @ValueSource(longs = {49, 100, 10_000, -1, -47, -1000})
  void parks_an_uncertain_key_of_high_or_unknown_age(long hours) {
    leaveUncertain("k");
    int sends = bundle.sandbox().sends();

    clock.forward(Duration.ofHours(hours));

    Reply reply = bundle.keyed("k", Requests.keyed());
    assertThat(reply.status()).isEqualTo(500);
    assertThat(reply.message()).contains("a person has to decide");
    assertThat(bundle.sandbox().sends()).isEqualTo(sends);

    // And stays parked when the clock is put right.
    clock.forward(Duration.ofHours(-hours));
    assertThat(bundle.keyed("k", Requests.keyed()).message()).contains("a person has to decide");
    assertThat(bundle.sandbox().sends()).isEqualTo(sends);
  }

  @ParameterizedTest(name = "by {0} h")
  @ValueSource(longs = {1, -1})
  void continues_to_send_although_token_lifetimes_jump(long hours) {
    assertThat(bundle.keyed("before", Requests.keyed()).status()).isEqualTo(202);

    clock.forward(Duration.ofHours(hours));
    bundle.sandbox().faults("{\"expireTokens\": true, \"calls\": 1}");

    assertThat(bundle.keyed("after", Requests.keyed()).status()).isEqualTo(202);
  }

  /** The API has it, and we do not know. */
  private void leaveUncertain(String key) {
    bundle.sandbox().faults("{\"dropReply\": \"after\", \"calls\": 1}", "{\"status\": 500}");
    assertThat(bundle.keyed(key, Requests.keyed()).status()).isEqualTo(500);
    bundle.sandbox().faults();
  }
}
