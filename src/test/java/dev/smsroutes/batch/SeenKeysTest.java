package dev.smsroutes.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.batch.SeenKeys.Before;
import java.util.HashMap;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Keys that occur twice in a file. */
class SeenKeysTest {
  private static String fingerprint(int request) {
    return "%016x".formatted(Long.reverse(request) + 1);
  }

  @Property(tries = 30)
  void knows_what_a_map_knows(@ForAll @IntRange(max = 3_000) int count) {
    SeenKeys keys = new SeenKeys();
    Map<String, Integer> first = new HashMap<>();
    for (int i = 0; i < count; i++) {
      String key = "k" + i * 7 % 997;
      int request = i % 5;
      Integer before = first.putIfAbsent(key, request);
      assertThat(keys.add(key, fingerprint(request)))
          .isEqualTo(
              before == null ? Before.NEVER : before == request ? Before.SAME : Before.OTHER);
    }
  }

  @Test
  void holds_many_keys() {
    SeenKeys keys = new SeenKeys();
    for (int i = 0; i < 200_000; i++) {
      assertThat(keys.add("k" + i, fingerprint(i))).isEqualTo(Before.NEVER);
    }
    for (int i = 0; i < 200_000; i += 1_000) {
      assertThat(keys.add("k" + i, fingerprint(i))).isEqualTo(Before.SAME);
      assertThat(keys.add("k" + i, fingerprint(i + 1))).isEqualTo(Before.OTHER);
    }
  }
}
