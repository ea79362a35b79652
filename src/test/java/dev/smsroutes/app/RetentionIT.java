package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.smsroutes.testing.RunningBundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A start deletes what is too old by the clock of the bundle. */
@Timeout(60)
class RetentionIT {
  @TempDir private Path home;

  @Test
  void a_start_deletes_files_of_batches_that_ended_long_ago() throws Exception {
    Path old = file("done/old.csv");
    Path rejects = file("results/old.csv.rejects.csv");
    Path forEver = file("failed/old.csv");
    Path waiting = file("inbox/old.part");
    Clock later = Clock.offset(Clock.systemUTC(), Duration.ofDays(31));

    try (RunningBundle bundle =
        RunningBundle.startWithFiles(later, home, "sms.file.failed-retention", "0")) {
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> Files.notExists(old) && Files.notExists(rejects));
      assertThat(bundle.port()).isPositive();
    }
    assertThat(forEver).exists();
    assertThat(waiting).exists();
  }

  private Path file(String name) throws Exception {
    Path file = home.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, "x");
  }
}
