package dev.smsroutes.intake.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.smsroutes.batch.overview.BatchOverview;
import dev.smsroutes.batch.overview.Untaken;
import dev.smsroutes.batch.overview.Untaken.UntakenReason;
import dev.smsroutes.batch.result.BatchFolders;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What lies in the inbox and is not taken: left alone, said once in the log and in {@code status},
 * and no hindrance to the files beside it.
 */
@Timeout(120)
class UntakenIT {
  private static final String ROW = "definitionKey,messageKey,contactKey,to\nok,%s,c,1\n";
  private static final String SECRET = "a line of a file elsewhere";

  @TempDir private static Path home;
  private static FileRoute route;

  @BeforeAll
  static void start() throws Exception {
    route = new FileRoute(home);
  }

  @AfterAll
  static void stop() {
    route.close();
  }

  private static Path inbox(String name) {
    return home.resolve("inbox").resolve(name);
  }

  private static List<String> told(String name) {
    return route.log().stream()
        .map(ILoggingEvent::getFormattedMessage)
        .filter(line -> line.startsWith("file not taken name=\"" + name + "\" "))
        .toList();
  }

  private static void awaitTold(String name, UntakenReason why) {
    await(() -> !told(name).isEmpty());
    assertThat(told(name).get(0)).isEqualTo(line(name, why));
  }

  private static void await(Callable<Boolean> condition) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(10))
        .until(condition);
  }

  private static String line(String name, UntakenReason why) {
    return "file not taken name=\"" + name + "\" reason=\"" + why.reason() + "\"";
  }

  /** A file that is dropped later goes through, so whatever lies there holds up nothing. */
  private static void assertLeftAloneAndSaidOnce(Path path, String shown, UntakenReason why)
      throws Exception {
    awaitTold(shown, why);
    String next = "after-" + Instant.now().toEpochMilli() + "-" + System.nanoTime() + ".csv";
    route.drop(next, ROW.formatted(next));
    await(() -> Files.exists(route.done(next)));

    assertThat(Files.exists(path, LinkOption.NOFOLLOW_LINKS)).isTrue();
    assertThat(told(shown)).hasSize(1);
    BatchFolders folders =
        new BatchFolders(
            home.resolve("inbox"),
            home.resolve("results"),
            home.resolve("done"),
            home.resolve("failed"));
    assertThat(BatchOverview.of(folders, 0, Instant.now()).untaken())
        .anyMatch(each -> each.file().equals(path) && each.why() == why);
  }

  @ParameterizedTest
  @CsvSource({
    "WinSCP,              orders.csv.filepart",
    "Firefox,             orders.csv.part",
    "Chrome,              orders.ndjson.crdownload",
    "Chrome 2,            Unconfirmed 4711.crdownload",
    "Edge and IE,         orders.csv.partial",
    "Opera,               orders.json.opdownload",
    "Safari,              orders.jsonl.download",
    "aria2,               orders.csv.gz.aria2",
    "a program's own,     orders.csv.writing",
    "a program's own 2,   orders.csv.a7f3",
    "a program's own 3,   ORDERS.CSV.TMP",
    "without extension,   upload.tmp",
    "Flink,               part-0.inprogress",
    "Hadoop,              orders.csv._COPYING_",
    "Camel,               orders.csv.camelLock",
    "Office,              ~$orders.csv",
    "LibreOffice,         .~lock.orders.csv#",
    "Vim,                 .orders.csv.swp",
    "Vim 2,               orders.csv.swp",
    "Emacs,               orders.csv~",
    "Emacs 2,             #orders.csv#",
    "rsync,               .orders.csv.Xk3dQ2",
    "NFS,                 .nfs000000000123",
    "a copy,              orders.csv (1)",
  })
  void an_upload_under_way_is_left_alone(String client, String name) throws Exception {
    Files.writeString(inbox(name), ROW.formatted("never"));

    assertLeftAloneAndSaidOnce(
        inbox(name), name, name.startsWith(".") ? UntakenReason.HIDDEN : UntakenReason.UNDER_WAY);
    assertThat(route.handedOver).noneMatch(request -> request.messageKey().equals("never"));
  }

  @Test
  void an_upload_that_stood_still_is_taken_when_its_client_renames_it() throws Exception {
    Path partial = Files.writeString(inbox("late.csv.partial"), ROW.formatted("late"));
    awaitTold("late.csv.partial", UntakenReason.UNDER_WAY);

    Files.move(partial, inbox("late.csv"));

    assertThat(route.awaitResults("late.csv")).hasSize(1);
  }

  @Test
  void a_named_pipe_is_never_opened() throws Exception {
    for (int i = 1; i <= 6; i++) {
      Path pipe = inbox("pipe" + i + ".csv");
      Process made = new ProcessBuilder("mkfifo", pipe.toString()).start();
      assumeThat(made.waitFor(10, TimeUnit.SECONDS) && made.exitValue() == 0).isTrue();
    }
    for (int i = 1; i <= 6; i++) {
      assertLeftAloneAndSaidOnce(
          inbox("pipe" + i + ".csv"), "pipe" + i + ".csv", UntakenReason.SPECIAL);
    }
  }

  @Test
  void a_socket_is_left_alone() throws Exception {
    Path path = inbox("s.csv");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(path));
      assertLeftAloneAndSaidOnce(path, "s.csv", UntakenReason.SPECIAL);
    } finally {
      Files.deleteIfExists(path);
    }
  }

  @Test
  void no_link_is_followed_wherever_it_leads() throws Exception {
    Path elsewhere = Files.writeString(home.resolve("secrets"), SECRET + "\n");
    Path folder = Files.createDirectory(home.resolve("folder"));
    Files.writeString(folder.resolve("x.csv"), ROW.formatted("linked"));
    Files.createSymbolicLink(inbox("link.ndjson"), elsewhere);
    Files.createSymbolicLink(inbox("link.csv.gz"), elsewhere);
    Files.createSymbolicLink(inbox("to-folder.csv"), folder);
    Files.createSymbolicLink(inbox("dangling.csv"), home.resolve("nothing"));
    Files.createSymbolicLink(inbox("loop.csv"), inbox("loop.csv"));
    Files.createSymbolicLink(inbox("to-device.csv"), Path.of("/dev/zero"));
    for (String name :
        List.of(
            "link.ndjson",
            "link.csv.gz",
            "to-folder.csv",
            "dangling.csv",
            "loop.csv",
            "to-device.csv")) {
      assertLeftAloneAndSaidOnce(inbox(name), name, UntakenReason.LINK);
    }

    try (Stream<Path> results = Files.walk(home.resolve("results"))) {
      for (Path result : results.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(result)).doesNotContain(SECRET);
      }
    }
    assertThat(route.handedOver).noneMatch(request -> request.messageKey().equals("linked"));
    assertThat(elsewhere).exists();
  }

  @Test
  void no_link_is_followed_in_the_folder_check_either() throws Exception {
    Path elsewhere = Files.writeString(home.resolve("elsewhere"), SECRET + "\n");
    Files.createDirectories(inbox("check"));
    Files.createSymbolicLink(inbox("check/link.csv"), elsewhere);

    assertLeftAloneAndSaidOnce(inbox("check/link.csv"), "check/link.csv", UntakenReason.LINK);
  }

  @Test
  void a_folder_is_left_alone_whatever_it_is_called() throws Exception {
    for (String name : List.of("folder.csv", "archive", "x.csv.part")) {
      Files.createDirectory(inbox(name));
      Files.writeString(inbox(name).resolve("in.csv"), ROW.formatted("in"));
    }
    for (String name : List.of("folder.csv", "archive", "x.csv.part")) {
      assertLeftAloneAndSaidOnce(inbox(name), name, UntakenReason.FOLDER);
    }
    assertThat(route.handedOver).noneMatch(request -> request.messageKey().equals("in"));
  }

  @Test
  void a_backslash_is_explained() throws Exception {
    Path file = inbox("back\\slash.csv");
    Files.writeString(file, ROW.formatted("never"));
    assertLeftAloneAndSaidOnce(file, "back\\slash.csv", UntakenReason.BACKSLASH);
  }

  /** Java cannot make such a name; a shell can. */
  @Test
  void a_name_that_is_no_utf_8_is_explained() throws Exception {
    Process made =
        new ProcessBuilder("sh", "-c", "printf 'x' > \"$(printf 'latin1-\\374.csv')\"")
            .directory(home.resolve("inbox").toFile())
            .start();
    assumeThat(made.waitFor(10, TimeUnit.SECONDS) && made.exitValue() == 0).isTrue();
    Path file;
    try (Stream<Path> files = Files.list(home.resolve("inbox"))) {
      file = files.filter(each -> each.toString().contains("latin1-")).findFirst().orElseThrow();
    }

    assertLeftAloneAndSaidOnce(file, "latin1-\uFFFD.csv", UntakenReason.NAME_NOT_TEXT);
  }

  /** What Camel, a shell, a terminal or a log could take for something else. */
  @ParameterizedTest
  @CsvSource({
    "${body}.csv",
    "$simple{sys.user.home}.csv",
    "{{sms.file.inbox}}.csv",
    "100%.csv",
    "%2e%2e%2f.csv",
    "#hash.csv",
    "-rf.csv",
    "a?b=c&d.csv",
    "März.csv",
    "発注.csv",
    "UPPER.CSV",
    "a.b.c.csv",
    "with  blanks .csv",
    "tmp.csv",
    "x.partial.csv",
  })
  void an_odd_name_is_taken(String name) throws Exception {
    route.drop(name, ROW.formatted("odd"));

    await(() -> Files.exists(route.done(name)));
    assertThat(FileRoute.lines(route.results(name + ".results.ndjson"))).hasSize(1);
    assertThat(told(name)).isEmpty();
  }

  @Test
  void a_name_with_line_ends_is_taken_and_cannot_forge_a_line_of_the_log() throws Exception {
    String name = "a\nb\u2028\u001b[31m.csv";
    route.drop(name, ROW.formatted("odd"));

    assertThat(route.awaitResults(name)).hasSize(1);
    assertThat(route.log())
        .extracting(ILoggingEvent::getFormattedMessage)
        .noneMatch(line -> line.contains("\n") || line.contains("\u001b"));
  }

  @Test
  void a_long_name_fails_with_a_reason() throws Exception {
    String name = "x".repeat(251) + ".csv";
    route.drop(name, ROW.formatted("long"));

    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () ->
                route.log().stream()
                    .anyMatch(
                        event -> event.getFormattedMessage().contains("reason=\"name too long")));
    Awaitility.await().until(() -> Files.notExists(inbox(name)));
  }

  /** For root, every file is readable. */
  @Test
  void a_file_that_this_process_may_not_read_is_explained() throws Exception {
    Path file = Files.writeString(inbox("locked.csv"), ROW.formatted("never"));
    Files.setPosixFilePermissions(file, Set.of());
    assumeThat(Files.isReadable(file)).isFalse();

    assertLeftAloneAndSaidOnce(file, "locked.csv", UntakenReason.UNREADABLE);
  }

  /** For root, every folder can be written. */
  @Test
  void a_file_that_could_not_be_moved_away_is_explained_and_not_sent() throws Exception {
    Path inbox = Files.createDirectory(home.resolve("read-only"));
    Path file = Files.writeString(inbox.resolve("a.csv"), ROW.formatted("never"));
    Files.setPosixFilePermissions(inbox, PosixFilePermissions.fromString("r-xr-xr-x"));
    try {
      assumeThat(Files.isWritable(inbox)).isFalse();

      assertThat(Untaken.why(file, false)).contains(UntakenReason.IMMOVABLE);
    } finally {
      Files.setPosixFilePermissions(inbox, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }
}
