package dev.smsroutes.intake.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.testing.SettableClock;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.camel.component.file.GenericFile;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InboxLockTest {
  private static final Duration AGE = Duration.ofSeconds(2);

  @TempDir Path inbox;
  private final SettableClock clock = new SettableClock();
  private boolean stopping;
  private InboxLock lock;

  @BeforeEach
  void unlocked() {
    lock = lock(2, 0);
  }

  private InboxLock lock(int atOnce, int smallAtOnce) {
    return new InboxLock(
        Optional.of(inbox),
        AGE,
        Duration.ofSeconds(30),
        atOnce,
        smallAtOnce,
        false,
        clock,
        () -> stopping);
  }

  private Path unchanged(String name) throws IOException {
    Path file = Files.writeString(inbox.resolve(name), "x");
    assertThat(lock.ready(file)).isFalse();
    clock.forward(AGE);
    return file;
  }

  private void ended(Path file) throws IOException {
    GenericFile<File> camels = new GenericFile<>();
    camels.setAbsoluteFilePath(file.toString());
    camels.setAbsolute(true);
    try (DefaultCamelContext context = new DefaultCamelContext(false)) {
      lock.releaseExclusiveReadLockOnCommit(null, camels, new DefaultExchange(context));
    }
  }

  /** Camel forgets what is in progress when there are more than a thousand files in the inbox. */
  @Test
  void takes_no_file_twice_whatever_camel_remembers() throws IOException {
    Path file = unchanged("a.csv");
    assertThat(lock.ready(file)).isTrue();
    clock.forward(AGE);
    assertThat(lock.ready(file)).isFalse();
    assertThat(lock.ready(file)).isFalse();
  }

  @Test
  void takes_no_more_files_than_have_room_and_the_next_as_soon_as_one_has_ended()
      throws IOException {
    Path first = unchanged("a.csv");
    Path second = unchanged("b.csv");
    Path third = unchanged("c.csv");
    assertThat(lock.ready(first)).isTrue();
    assertThat(lock.ready(second)).isTrue();
    assertThat(lock.ready(third)).isFalse();
    Files.delete(first);
    ended(first);
    assertThat(lock.ready(third)).isTrue();
  }

  @Test
  void small_files_have_places_of_their_own_and_packed_ones_are_not_small() throws IOException {
    stopping = true;
    lock = lock(1, 2);
    Path packed = unchanged("a.csv.gz");
    Path large = unchanged("large.csv");
    Files.writeString(large, "x".repeat(InboxLock.SMALL_BYTES + 1));
    assertThat(lock.ready(large)).isFalse();
    Path first = unchanged("b.csv");
    Path second = unchanged("c.csv");
    Path third = unchanged("d.csv");
    assertThat(lock.ready(packed)).isTrue();
    assertThat(lock.ready(large)).isFalse();
    assertThat(lock.ready(first)).isTrue();
    assertThat(lock.ready(second)).isTrue();
    assertThat(lock.ready(third)).isFalse();
    ended(packed);
    assertThat(lock.ready(third)).isFalse();
    assertThat(lock.ready(large)).isTrue();
    ended(second);
    assertThat(lock.ready(third)).isTrue();
  }

  @Test
  void a_small_file_waits_for_a_place_that_becomes_free() throws Exception {
    lock = lock(1, 1);
    Path first = unchanged("a.csv");
    Path second = unchanged("b.csv");
    assertThat(lock.ready(first)).isTrue();
    CompletableFuture<Boolean> waiting =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return lock.ready(second);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    ended(first);
    assertThat(waiting.get(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void what_is_replaced_by_another_file_of_the_same_size_and_time_begins_anew() throws IOException {
    Path file = unchanged("a.csv");
    Path other = Files.writeString(inbox.resolve(".b"), "y");
    Files.setLastModifiedTime(other, Files.getLastModifiedTime(file));
    Files.move(other, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    assertThat(lock.ready(file)).isFalse();
    clock.forward(AGE);
    assertThat(lock.ready(file)).isTrue();
  }

  @Test
  void takes_nothing_of_a_folder_that_must_not_be_a_link() throws IOException {
    Path real = Files.createDirectory(inbox.resolve("real"));
    Path link = Files.createSymbolicLink(inbox.resolve("link"), real);
    lock =
        new InboxLock(
            Optional.of(link), AGE, Duration.ofSeconds(30), 2, 0, false, clock, () -> stopping);
    assertThat(lock.ready(unchanged("link/a.csv"))).isFalse();
  }

  @Test
  void leaves_a_paused_file_and_takes_one_that_was_cancelled_as_well() throws IOException {
    Path file = unchanged("a.csv");
    Files.createFile(inbox.resolve(".a.csv.sms-paused"));
    assertThat(lock.ready(file)).isFalse();
    Files.createFile(inbox.resolve(".a.csv.sms-cancelled"));
    assertThat(lock.ready(file)).isTrue();
  }
}
