package dev.smsroutes.intake.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.smsroutes.batch.result.BatchFolders;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.camel.component.file.GenericFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** What a server may do to us, and what a crash may leave. */
class RemoteDropsTest {
  private static final long MODIFIED = 1_700_000_000_000L;

  @TempDir private Path home;
  private BatchFolders folders;
  private RemoteDrops<Object> drops;
  private boolean stopping;

  @BeforeEach
  void start() throws IOException {
    folders =
        new BatchFolders(
            home.resolve("inbox"),
            home.resolve("results"),
            home.resolve("done"),
            home.resolve("failed"));
    folders.prepare();
    drops = new RemoteDrops<>(folders, 1_000, () -> stopping);
  }

  private static GenericFile<Object> listed(String name, long bytes) {
    GenericFile<Object> file = new GenericFile<>();
    file.setFileNameOnly(name);
    file.setFileLength(bytes);
    file.setLastModified(MODIFIED);
    return file;
  }

  private static InputStream content(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.walk(home)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> home.relativize(file).toString())
          .sorted()
          .toList();
    }
  }

  @Test
  void takes_a_file_that_two_looks_found_the_same() {
    assertThat(drops.accept(listed("a.csv", 5))).isFalse();
    assertThat(drops.accept(listed("a.csv", 9))).isFalse();
    assertThat(drops.accept(listed("a.csv", 9))).isTrue();
  }

  @Test
  void waits_while_a_file_of_its_name_is_in_the_inbox() throws IOException {
    Files.writeString(folders.inbox().resolve("a.csv"), "x");
    drops.accept(listed("a.csv", 9));
    assertThat(drops.accept(listed("a.csv", 9))).isFalse();
    Files.delete(folders.inbox().resolve("a.csv"));
    assertThat(drops.accept(listed("a.csv", 9))).isTrue();
  }

  @Test
  void leaves_a_file_over_the_limit() {
    drops.accept(listed("a.csv", 1_001));
    assertThat(drops.accept(listed("a.csv", 1_001))).isFalse();
  }

  @Test
  void says_once_of_a_file_that_is_left_where_it_is() {
    Logger logger = (Logger) LoggerFactory.getLogger(RemoteDrops.class);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    logger.addAppender(log);
    try {
      for (int look = 1; look <= 3; look++) {
        drops.accept(listed("a.csv.part", look));
        drops.accept(listed("notes.txt", 1));
      }
    } finally {
      logger.detachAppender(log);
    }

    assertThat(log.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .hasSize(2)
        .allMatch(line -> line.startsWith("remote file left where it is name="));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../evil.csv",
        "/etc/evil.csv",
        "..\\evil.csv",
        "a/b.csv",
        "..",
        ".csv",
        ".a.csv",
        "a\n.csv",
        "a.csv\n",
        "a\0.csv",
        "a.csv/.",
        "a.csv.part",
        "a.txt",
        "-a.csv",
        "${file:name}.csv",
        "ｅ.csv",
        ""
      })
  void takes_no_name_that_could_mean_something_else(String name) throws IOException {
    drops.accept(listed(name, 1));
    assertThat(drops.accept(listed(name, 1))).isFalse();
    assertThatThrownBy(() -> drops.place(name, 1, MODIFIED, content("x")))
        .isInstanceOf(IOException.class);
    assertThat(files()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "abcd", "abcdef", "abcdefghijklmnop"})
  void what_does_not_come_whole_leaves_nothing(String came) throws IOException {
    assertThatThrownBy(() -> drops.place("a.csv", 5, MODIFIED, content(came)))
        .hasMessage("Expected 5 bytes of a remote file; got %d. It is tried again", came.length());
    assertThat(files()).isEmpty();
  }

  @Test
  void what_breaks_half_way_leaves_nothing() throws IOException {
    InputStream breaking =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("connection is gone");
          }
        };
    assertThatThrownBy(
            () ->
                drops.place(
                    "a.csv", 9, MODIFIED, new SequenceInputStream(content("abc"), breaking)))
        .hasMessage("connection is gone");
    assertThat(files()).isEmpty();
  }

  @Test
  void a_stop_does_not_wait_for_a_long_file_and_leaves_nothing() throws IOException {
    stopping = true;
    assertThatThrownBy(() -> drops.place("a.csv", 4, MODIFIED, content("mine")))
        .hasMessageContaining("is stopping");
    assertThat(files()).isEmpty();
  }

  @Test
  void never_replaces_a_file_that_came_meanwhile() throws IOException {
    Path there = Files.writeString(folders.inbox().resolve("a.csv"), "other");
    assertThatThrownBy(() -> drops.place("a.csv", 4, MODIFIED, content("mine")))
        .hasMessageContaining("got one meanwhile");
    assertThat(there).hasContent("other");
    assertThat(files()).containsExactly("inbox/a.csv");
  }

  @Test
  void a_file_that_has_ended_is_not_placed_again_but_one_that_was_dropped_again_is()
      throws IOException {
    drops.place("a.csv", 4, MODIFIED, content("mine"));
    Files.move(folders.inbox().resolve("a.csv"), folders.failed().resolve("a.csv"));
    drops.place("a.csv", 4, MODIFIED, content("more"));
    Files.move(folders.inbox().resolve("a.csv"), folders.done().resolve("a~2.csv"));

    drops.place("a.csv", 4, MODIFIED, content("mine"));
    drops.place("a.csv", 4, MODIFIED, content("more"));
    assertThat(files()).containsExactly("done/a~2.csv", "failed/a.csv");
    drops.place("a.csv", 4, MODIFIED + 1_000, content("more"));
    assertThat(files()).containsExactly("done/a~2.csv", "failed/a.csv", "inbox/a.csv");
  }

  @Test
  void what_a_crash_left_half_written_is_removed_at_the_next_start() throws IOException {
    Files.writeString(folders.inbox().resolve(".a.csv.sms-tmp"), "half");
    assertThat(folders.prepare()).isEqualTo(1);
    assertThat(files()).isEmpty();
  }
}
