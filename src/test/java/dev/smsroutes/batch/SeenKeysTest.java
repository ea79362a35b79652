package dev.smsroutes.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.batch.SeenKeys.Before;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Keys that occur twice in a file. */
class SeenKeysTest {
  private static final int MANY = 200_000;

  private static String fingerprint(int request) {
    return "%016x".formatted(Long.reverse(request) + 1);
  }

  @Property(tries = 30)
  void knows_what_a_map_knows(
      @ForAll @IntRange(max = 3_000) int count, @ForAll @IntRange(max = 1_500) int inMemory)
      throws IOException {
    try (SeenKeys keys = new SeenKeys(inMemory)) {
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
  }

  /** In memory, in the file as it is made, and in one that has grown, more than once. */
  @Test
  void holds_many_keys() throws IOException {
    try (SeenKeys keys = new SeenKeys()) {
      for (int i = 0; i < MANY; i++) {
        assertThat(keys.add("k" + i, fingerprint(i))).isEqualTo(Before.NEVER);
      }
      for (int i = 0; i < MANY; i += 1_000) {
        assertThat(keys.add("k" + i, fingerprint(i))).isEqualTo(Before.SAME);
        assertThat(keys.add("k" + i, fingerprint(i + 1))).isEqualTo(Before.OTHER);
      }
    }
  }

  @Test
  void leaves_no_file_behind() throws IOException {
    Set<Path> before = temporary();
    try (SeenKeys keys = new SeenKeys(10)) {
      for (int i = 0; i < 1_000; i++) {
        keys.add("k" + i, fingerprint(i));
      }
    }
    assertThat(temporary()).isSubsetOf(before);
  }

  private static Set<Path> temporary() throws IOException {
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("sms-routes-keys-"))
          .collect(Collectors.toSet());
    }
  }
}
