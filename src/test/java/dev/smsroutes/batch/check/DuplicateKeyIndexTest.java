package dev.smsroutes.batch.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.batch.check.DuplicateKeyIndex.Before;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Keys that occur twice in a file. */
class DuplicateKeyIndexTest {
  private static final int MANY = 200_000;

  @Property(tries = 30)
  void knows_what_a_map_knows(@ForAll @IntRange(max = 3_000) int count) throws IOException {
    try (DuplicateKeyIndex keys = new DuplicateKeyIndex()) {
      Map<String, Integer> first = new HashMap<>();
      for (int i = 0; i < count; i++) {
        String key = "k" + i * 7 % 997;
        int request = i % 5;
        Integer before = first.putIfAbsent(key, request);
        assertThat(keys.add(key, "f" + request))
            .isEqualTo(
                before == null ? Before.NEVER : before == request ? Before.SAME : Before.OTHER);
      }
    }
  }

  /** As different as the ledger takes them. */
  @Test
  void distinguishes_keys_that_look_alike() throws IOException {
    try (DuplicateKeyIndex keys = new DuplicateKeyIndex()) {
      for (String key :
          new String[] {"a", "A", "a ", " a", "ä", "a\u0308", "a\u0000b", "\uD83D\uDE42"}) {
        assertThat(keys.add(key, "f")).as(key).isEqualTo(Before.NEVER);
        assertThat(keys.add(key, "f")).as(key).isEqualTo(Before.SAME);
      }
    }
  }

  @Test
  void holds_more_keys_than_fit_into_memory() throws IOException {
    try (DuplicateKeyIndex keys = new DuplicateKeyIndex()) {
      for (int i = 0; i < MANY; i++) {
        assertThat(keys.add("k" + i, "f" + i)).isEqualTo(Before.NEVER);
      }
      for (int i = 0; i < MANY; i += 1_000) {
        assertThat(keys.add("k" + i, "f" + i)).isEqualTo(Before.SAME);
        assertThat(keys.add("k" + i, "f" + (i + 1))).isEqualTo(Before.OTHER);
      }
    }
  }
}
