package dev.smsroutes.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.smsroutes.faults.OperationsPlay.Played;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The short form of {@code operations/play}. */
@Timeout(300)
class OperationsPlayIT {
  private static final Map<String, Played> PLAYED = new HashMap<>();

  @BeforeAll
  static void play() throws InterruptedException {
    OperationsPlay.play(List.of(), true, one -> PLAYED.put(one.name(), one));
  }

  static List<String> names() {
    return OperationsPlay.names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void a_cause_of_no_sms_is_named_within_a_minute(String name) {
    Played played = PLAYED.get(name);

    assumeThat(played.after()).doesNotStartWith("skipped");
    assertThat(played.wrong()).as(played.toString()).isFalse();
  }
}
