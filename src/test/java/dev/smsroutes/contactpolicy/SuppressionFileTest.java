package dev.smsroutes.contactpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class SuppressionFileTest {
  private static final String ADA = "4915112345678";
  private static final String BOB = "14255550123";

  @TempDir Path folder;
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private Path file;
  private SuppressionFile list;

  @BeforeEach
  void open() throws IOException {
    file = folder.resolve("suppressed.txt");
    Files.writeString(file, ADA + "\n");
    list = SuppressionFile.open("sms.suppression-file", file);
    log.start();
    logger().addAppender(log);
  }

  @AfterEach
  void close() {
    logger().detachAppender(log);
    list.close();
  }

  private static Logger logger() {
    return (Logger) LoggerFactory.getLogger("dev.smsroutes");
  }

  private List<String> logged(Level level) {
    return log.list.stream()
        .filter(event -> event.getLevel() == level)
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }

  /** As an operator does it: written elsewhere, renamed over the old one. */
  private void replace(String content) throws IOException {
    Path next = Files.writeString(folder.resolve("next"), content);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private void lookTwice() {
    list.check();
    list.check();
  }

  @Test
  void reads_a_file_that_was_put_in_its_place() throws IOException {
    replace(BOB + "\n");
    lookTwice();

    assertThat(list.list().hasNumber(BOB)).isTrue();
    assertThat(list.list().hasNumber(ADA)).isFalse();
    assertThat(list.outage()).isEmpty();
  }

  @Test
  void notices_a_new_file_of_equal_size_and_time() throws IOException {
    FileTime time = Files.getLastModifiedTime(file);
    Path next = Files.writeString(folder.resolve("next"), "4915112345679\n");
    Files.setLastModifiedTime(next, time);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    lookTwice();

    assertThat(list.list().hasNumber("4915112345679")).isTrue();
  }

  @Test
  void does_not_read_a_file_that_is_still_being_written() throws IOException {
    Files.writeString(file, BOB + "\n");
    list.check();
    Files.writeString(file, BOB + "\n" + ADA + "\n");
    list.check();
    assertThat(list.list().hasNumber(BOB)).isFalse();

    list.check();
    assertThat(list.list().hasNumber(BOB)).isTrue();
    assertThat(list.list().hasNumber(ADA)).isTrue();
  }

  @Test
  void keeps_the_list_and_logs_once_after_a_deletion() throws IOException {
    Files.delete(file);
    lookTwice();
    lookTwice();

    assertThat(list.list().hasNumber(ADA)).isTrue();
    assertThat(list.outage()).contains("there is no such file");
    assertThat(logged(Level.ERROR)).hasSize(1);

    replace(BOB + "\n");
    lookTwice();
    assertThat(list.outage()).isEmpty();
    assertThat(list.list().hasNumber(BOB)).isTrue();
    assertThat(logged(Level.ERROR)).hasSize(1);
  }

  @Test
  void recovers_when_the_same_file_is_back() throws IOException {
    Path away = folder.resolve("away");
    Files.move(file, away);
    list.check();
    assertThat(list.outage()).isPresent();

    Files.move(away, file);
    list.check();
    assertThat(list.outage()).isEmpty();
  }

  @Test
  void keeps_the_list_and_logs_once_for_a_broken_file() throws IOException {
    replace("Ada-secret\n\u0000\n");
    lookTwice();
    lookTwice();

    assertThat(list.list().hasNumber(ADA)).isTrue();
    assertThat(list.outage()).isPresent();
    assertThat(logged(Level.ERROR)).hasSize(1).noneMatch(line -> line.contains("secret"));

    replace(BOB + "\n");
    lookTwice();
    assertThat(list.outage()).isEmpty();
    assertThat(list.list().hasNumber(BOB)).isTrue();
  }

  @Test
  void keeps_the_list_if_the_file_is_emptied() throws IOException {
    Files.writeString(file, "");
    lookTwice();

    assertThat(list.list().hasNumber(ADA)).isTrue();
    assertThat(list.outage()).isPresent();
  }

  @Test
  void keeps_the_list_while_a_folder_replaces_the_file() throws IOException {
    Files.delete(file);
    Files.createDirectory(file);
    lookTwice();
    assertThat(list.list().hasNumber(ADA)).isTrue();
    assertThat(list.outage()).isPresent();

    Files.delete(file);
    replace(BOB + "\n");
    lookTwice();
    assertThat(list.list().hasNumber(BOB)).isTrue();
  }

  @Test
  void warns_of_doubtful_lines_without_quoting_them() throws IOException {
    replace("Ada\n0151 12345678\n");
    lookTwice();

    assertThat(logged(Level.WARN)).hasSize(1);
    assertThat(logged(Level.WARN).get(0))
        .contains("count=1")
        .contains("firstLine=2")
        .doesNotContain("12345678");
  }

  @Test
  void checks_by_itself_once_it_watches() throws IOException {
    list.watch();
    replace(BOB + "\n");

    await().atMost(Duration.ofSeconds(20)).until(() -> list.list().hasNumber(BOB));
  }

  @Test
  void names_the_key_if_the_file_is_missing() {
    assertThatThrownBy(
            () -> SuppressionFile.open("sms.suppression-file", folder.resolve("missing")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("sms.suppression-file: expected a suppression list; '")
        .hasMessageContaining("there is no such file");
  }
}
