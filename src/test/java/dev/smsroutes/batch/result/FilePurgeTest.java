package dev.smsroutes.batch.result;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is deleted when it is old, and what never is. */
class FilePurgeTest {
  private static final Duration DAY = Duration.ofDays(1);
  private static final Retention MONTH =
      new Retention(DAY.multipliedBy(30), DAY.multipliedBy(30), DAY.multipliedBy(30));

  @TempDir private Path home;
  private BatchFolders folders;

  @BeforeEach
  void makeFolders() throws IOException {
    folders =
        new BatchFolders(
            home.resolve("inbox"),
            home.resolve("results"),
            home.resolve("done"),
            home.resolve("failed"));
    folders.prepare();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "done/a.csv",
        "done/check/a.csv",
        "failed/check/a.csv",
        "done/a~2.ndjson.gz",
        "results/a.csv.results.ndjson",
        "results/a.csv.results.csv",
        "results/a.csv.rejects.csv",
        "results/a.csv.summary.json",
        "results/a.csv.check.txt",
        "failed/a.csv",
        "failed/b.txt.reason.json",
      })
  void deletes_what_a_batch_left_a_month_ago(String name) throws IOException {
    file(name);

    run(MONTH, DAY.multipliedBy(29));
    assertThat(home.resolve(name)).exists();

    run(MONTH, DAY.multipliedBy(31));
    assertThat(home.resolve(name)).doesNotExist();
  }

  @Test
  void deletes_a_failed_file_of_any_name_that_has_a_reason() throws IOException {
    file("failed/notes.txt");
    for (int i = 0; i < 50; i++) {
      // In whatever order the folder gives them.
      file("failed/picture" + i);
      file("failed/picture" + i + ".reason.json");
    }

    run(MONTH, DAY.multipliedBy(31));
    run(MONTH, DAY.multipliedBy(31));

    assertThat(all()).containsExactly("failed/notes.txt");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "inbox/a.csv",
        "done/notes.txt",
        "done/archive/a.csv",
        "results/.a.csv.results.ndjson.sms-tmp",
        "results/.a.csv.sms-end",
        "results/a.csv.progress.json",
        "results/a.csv",
        "elsewhere/a.csv",
      })
  void never_deletes_anything_else(String name) throws IOException {
    file(name);

    run(MONTH, DAY.multipliedBy(400));

    assertThat(home.resolve(name)).exists();
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void never_follows_or_deletes_a_link() throws IOException {
    Path elsewhere = file("elsewhere/a.csv");
    Path link = Files.createSymbolicLink(home.resolve("done/a.csv"), elsewhere);

    run(MONTH, DAY.multipliedBy(400));

    assertThat(link).isSymbolicLink();
    assertThat(elsewhere).exists();
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void counts_the_age_from_the_move_and_not_from_the_senders_clock() throws IOException {
    Path file = file("done/a.csv");
    Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2001-01-01T00:00:00Z")));

    run(MONTH, Duration.ZERO);

    assertThat(file).exists();
  }

  @Test
  void keeps_all_for_ever_with_zero() throws IOException {
    file("done/a.csv");
    file("failed/a.csv");
    file("results/a.csv.summary.json");

    run(new Retention(Duration.ZERO, Duration.ZERO, Duration.ZERO), DAY.multipliedBy(9_999));

    assertThat(all()).hasSize(3);
  }

  @Test
  void a_file_is_known_to_have_ended_although_an_older_one_of_its_name_was_deleted()
      throws IOException {
    Path again = file("inbox/a.csv");
    Path ended = file("done/a~3.csv");
    Files.setLastModifiedTime(ended, Files.getLastModifiedTime(again));

    assertThat(folders.hasEnded("a.csv", again)).isTrue();
    assertThat(folders.numbers("a.csv")).containsExactly(3);
  }

  private Path file(String name) throws IOException {
    Path file = home.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, "x");
  }

  private void run(Retention retention, Duration later) {
    Clock clock = Clock.fixed(Instant.now().plus(later), ZoneOffset.UTC);
    new FilePurge(folders, retention, clock).run();
  }

  private List<String> all() throws IOException {
    try (Stream<Path> files = Files.walk(home)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> home.relativize(file).toString())
          .toList();
    }
  }
}
