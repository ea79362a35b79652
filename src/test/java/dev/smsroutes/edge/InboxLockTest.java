package dev.smsroutes.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.SettableClock;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.camel.component.file.GenericFile;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InboxLockTest {
  private static final Duration AGE = Duration.ofSeconds(2);

  @TempDir Path inbox;
  private final SettableClock clock = new SettableClock();
  private final InboxLock lock = new InboxLock(AGE, Duration.ofSeconds(30), 2, clock);

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
  void leaves_a_paused_file_and_takes_one_that_was_cancelled_as_well() throws IOException {
    Path file = unchanged("a.csv");
    Files.createFile(inbox.resolve(".a.csv.sms-paused"));
    assertThat(lock.ready(file)).isFalse();
    Files.createFile(inbox.resolve(".a.csv.sms-cancelled"));
    assertThat(lock.ready(file)).isTrue();
  }
}
