package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.smsroutes.testing.Requests;
import dev.smsroutes.testing.RunningBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Who may read what a whole run over all channels leaves on the disk. */
@Timeout(120)
@DisabledOnOs(OS.WINDOWS)
class PrivateFilesIT {
  private static final String ROW =
      """
      {"messageKey":"KEY","definitionKey":"account-reset","recipient":{"contactKey":"c",\
      "to":"+1 425 555 0123","attributes":{"FirstName":"Ada","password":"p"}}}""";
  private static final Set<PosixFilePermission> OF_OTHERS =
      PosixFilePermissions.fromString("---rwxrwx");

  @TempDir private Path home;

  @Test
  void nothing_can_be_read_by_group_or_others() throws Exception {
    Path data = home.resolve("data");
    try (RunningBundle bundle = start(data)) {
      runOverAllChannels(bundle, data);

      assertThat(readable(data)).isEmpty();
      assertThat(Files.getPosixFilePermissions(data.resolve("broker")))
          .doesNotContainAnyElementsOf(OF_OTHERS);
      try (Stream<Path> files = Files.walk(data)) {
        // The broker makes its own files; its folder protects them, and so does the start script.
        assertThat(files.filter(path -> !path.startsWith(data.resolve("broker/"))))
            .filteredOn(path -> !path.getParent().equals(data.resolve("done")))
            .filteredOn(path -> !path.getFileName().toString().equals("bad.txt"))
            .hasSizeGreaterThan(10)
            .allSatisfy(
                path ->
                    assertThat(Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS))
                        .as(path.toString())
                        .doesNotContainAnyElementsOf(OF_OTHERS));
      }
    }
  }

  @Test
  void a_group_that_shares_the_results_folder_reads_the_results_and_nothing_else()
      throws Exception {
    Path data = home.resolve("data");
    Path results = Files.createDirectories(data.resolve("results"));
    Files.setPosixFilePermissions(results, PosixFilePermissions.fromString("rwxr-x---"));
    try (RunningBundle bundle = start(data)) {
      runOverAllChannels(bundle, data);

      assertThat(Files.getPosixFilePermissions(results))
          .isEqualTo(PosixFilePermissions.fromString("rwxr-x---"));
      for (String name :
          List.of("a.ndjson.results.ndjson", "a.ndjson.summary.json", "a.ndjson.rejects.ndjson")) {
        assertThat(Files.getPosixFilePermissions(results.resolve(name)))
            .as(name)
            .isEqualTo(PosixFilePermissions.fromString("rw-r-----"));
      }
      assertThat(Files.getPosixFilePermissions(data.resolve("done")))
          .isEqualTo(PosixFilePermissions.fromString("rwx------"));
    }
  }

  private static RunningBundle start(Path data) {
    return RunningBundle.startWithFiles(data, RunningBundle.withLedgerAndBroker(data));
  }

  private static void runOverAllChannels(RunningBundle bundle, Path data) throws Exception {
    bundle.keyed("http", Requests.keyed());
    bundle.queue(List.of(ROW.replace("KEY", "jms"), "{\"messageKey\":\"none\"}"));
    drop(data, "a.ndjson", ROW.replace("KEY", "row") + "\n{}\n");
    drop(data, "bad.txt", "no batch");
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () ->
                Files.exists(data.resolve("done/a.ndjson"))
                    && Files.exists(data.resolve("failed/bad.txt"))
                    && bundle.sandbox().find("jms").isPresent());
  }

  private static void drop(Path data, String name, String content) throws IOException {
    Path hidden = Files.writeString(data.resolve("inbox/." + name), content);
    Files.move(hidden, data.resolve("inbox/" + name));
  }

  /** All that a user of another group could get at: a folder that may not be entered protects. */
  private static List<Path> readable(Path folder) throws IOException {
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(folder);
    if (permissions.stream().noneMatch(OF_OTHERS::contains)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(folder)) {
      return all.toList();
    }
  }
}
