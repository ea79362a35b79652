package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.joran.spi.JoranException;
import dev.smsroutes.model.PlainText;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a stranger writes stays within one line of the log, as the shipped logback.xml has it. */
class LogLineTest {
  private static final LoggerContext CONTEXT = new LoggerContext();
  private static PatternLayoutEncoder encoder;

  @BeforeAll
  static void read_the_shipped_file() throws JoranException {
    JoranConfigurator reader = new JoranConfigurator();
    reader.setContext(CONTEXT);
    reader.doConfigure(Path.of("src/main/resources/logback.xml").toFile());
    AsyncAppender async = (AsyncAppender) CONTEXT.getLogger("ROOT").getAppender("async");
    ConsoleAppender<ILoggingEvent> console =
        (ConsoleAppender<ILoggingEvent>) async.getAppender("console");
    encoder = (PatternLayoutEncoder) console.getEncoder();
  }

  @AfterAll
  static void stop() {
    CONTEXT.stop();
  }

  private static String logged(String text, Throwable failure) {
    return new String(
        encoder.encode(
            new LoggingEvent(
                "x", CONTEXT.getLogger("a"), Level.WARN, "key={}", failure, new Object[] {text})),
        StandardCharsets.UTF_8);
  }

  /** What a stranger writes, and what is shown of it. */
  static Stream<Arguments> texts() {
    return Stream.of(
        arguments("order-1", "order-1"),
        arguments("é ß 漢 👍", "é ß 漢 👍"),
        arguments("a\nb", "a?b"),
        arguments("a\r\nb", "a??b"),
        arguments("a\tb", "a?b"),
        arguments("a\u0000b", "a?b"),
        arguments("a\u001b[2Jb", "a?[2Jb"),
        arguments("a\u007fb", "a?b"),
        arguments("a\u0085b", "a?b"),
        arguments("a\u009b31mb", "a?31mb"),
        arguments("a\u2028b", "a?b"),
        arguments("a\u2029b", "a?b"),
        arguments("a\u202eb", "a?b"),
        arguments("a\u2066b\u2069", "a?b?"),
        arguments("a\u200bb", "a?b"),
        arguments("a\ufeffb", "a?b"),
        arguments("a\ud800b", "a?b"),
        arguments("a\udb40\udc41b", "a?b"));
  }

  @ParameterizedTest
  @MethodSource("texts")
  void shows_a_text_of_a_stranger_in_one_line(String text, String shown) {
    assertThat(PlainText.of(text)).isEqualTo(shown);
    assertThat(logged(text, null)).endsWith("key=" + shown + System.lineSeparator());
  }

  @Test
  void shows_a_failure_without_controls_and_one_stack_frame_a_line() {
    String logged =
        logged("x", new IllegalStateException("a\u009bb\u2028c", new Exception("d\u202ee")));

    assertThat(logged).contains("IllegalStateException: a?b?c").contains("Exception: d?e");
    assertThat(logged.lines()).anyMatch(line -> line.startsWith("    at "));
  }
}
