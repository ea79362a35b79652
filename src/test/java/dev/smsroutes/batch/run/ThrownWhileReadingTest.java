package dev.smsroutes.batch.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.smsroutes.batch.check.BatchCheck;
import dev.smsroutes.batch.check.BatchCheck.Pacing;
import dev.smsroutes.batch.check.BatchPlan;
import dev.smsroutes.batch.check.PlanReport;
import dev.smsroutes.batch.format.BatchReading;
import dev.smsroutes.batch.format.JsonRequests;
import dev.smsroutes.batch.format.UnreadableFileException;
import dev.smsroutes.ledger.LedgerPreview;
import dev.smsroutes.testing.TestLimits;
import dev.smsroutes.testing.TestRequests;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is thrown while one row is read ends that row with a reason, and nothing else. */
@Timeout(60)
class ThrownWhileReadingTest {
  private static final String SECRET = "+14255550123";
  private static final String GOOD =
      "{\"definitionKey\":\"d\",\"recipient\":{\"contactKey\":\"c\",\"to\":\"1\"}}";
  private static final String BAD =
      "{\"definitionKey\":\"throws\",\"recipient\":{\"contactKey\":\"c\",\"to\":\"1\"}}";

  @TempDir private Path home;
  private BatchFile file;

  @BeforeEach
  void folders() throws IOException {
    file = new BatchFile(home);
  }

  /** Members of the kind: what code, libraries and the Java machine throw. */
  static Stream<Arguments> thrown() {
    return Stream.<Supplier<Throwable>>of(
            () -> new NumberFormatException(SECRET),
            () -> new ArithmeticException(SECRET),
            () -> new IllegalStateException(SECRET),
            () -> new NullPointerException(SECRET),
            () -> new ClassCastException(SECRET),
            () -> new IndexOutOfBoundsException(SECRET),
            () -> new ConcurrentModificationException(SECRET),
            () -> new UncheckedIOException(new IOException(SECRET)),
            () -> new StackOverflowError(SECRET),
            () -> new OutOfMemoryError(SECRET))
        .map(each -> Arguments.of(each.get().getClass().getSimpleName(), each));
  }

  private static JsonRequests throwing(Supplier<Throwable> thrown) {
    TestRequests requests = new TestRequests();
    return (json, key) -> {
      if (new String(json, StandardCharsets.UTF_8).contains("throws")) {
        ThrownWhileReadingTest.<RuntimeException>sneak(thrown.get());
      }
      return requests.read(json, key);
    };
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void sneak(Throwable thrown) throws T {
    throw (T) thrown;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("thrown")
  void refuses_the_line_and_sends_the_others(String name, Supplier<Throwable> thrown)
      throws IOException {
    file.requests = throwing(thrown);

    BatchFile.Result result =
        file.run("a.ndjson", GOOD + "\n" + BAD + "\n" + GOOD + "\n", BatchFile::accept);

    assertThat(result.requests()).hasSize(2);
    assertThat(result.lines())
        .extracting(line -> line.path("outcome").asText())
        .containsExactly("ACCEPTED", "REFUSED", "ACCEPTED");
    assertThat(result.line(2).path("code").asInt()).isEqualTo(30000);
    assertThat(result.line(2).path("message").asText())
        .contains("got " + name)
        .contains("ThrownWhileReadingTest.java:")
        .doesNotContain(SECRET);
    assertThat(result.rejects()).contains("_raw").doesNotContain(SECRET);
    assertThat(result.target()).isEqualTo(file.folders.done().resolve("a.ndjson"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("thrown")
  void refuses_the_request_of_a_json_file(String name, Supplier<Throwable> thrown)
      throws IOException {
    file.requests = throwing(thrown);

    BatchFile.Result result = file.run("a.json", BAD, BatchFile::accept);

    assertThat(result.lines()).hasSize(1);
    assertThat(result.line(1).path("outcome").asText()).isEqualTo("REFUSED");
    assertThat(result.line(1).path("message").asText()).contains(name);
    assertThat(result.target()).isEqualTo(file.folders.done().resolve("a.json"));

    file.requests = new TestRequests();
    BatchFile.Result again = file.run("again.json", result.rejects(), BatchFile::accept);
    assertThat(again.line(1).path("outcome").asText())
        .as("the rejects are as good as the original")
        .isEqualTo("ACCEPTED");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("thrown")
  void check_says_the_same(String name, Supplier<Throwable> thrown) throws IOException {
    BatchCheck check =
        new BatchCheck(
            new BatchCheck.CheckSetting(
                TestLimits.DEFAULTS,
                throwing(thrown),
                request -> {
                  // Also where the row could be read, and its message could not be foretold.
                  throw new IllegalArgumentException(SECRET);
                },
                LedgerPreview.ofNothing(),
                () -> new Pacing(1, 1, "test"),
                () -> false));

    BatchPlan plan = check.check(file.write("a.ndjson", bytes(GOOD + "\n" + BAD)), 10);

    assertThat(plan.unreadable()).isEmpty();
    assertThat(plan.refused()).isEqualTo(2);
    assertThat(String.join("\n", PlanReport.text(plan)))
        .contains(name, "IllegalArgumentException", "30000")
        .doesNotContain(SECRET);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("thrown")
  void a_fault_of_the_whole_file_fails_it_except_disk_errors(
      String name, Supplier<Throwable> thrown) throws IOException {
    Path source = file.write("a.ndjson", bytes(GOOD));

    ThrowingCallable opening =
        () ->
            BatchReading.open(
                source,
                TestLimits.DEFAULTS,
                new TestRequests(),
                () -> {
                  ThrownWhileReadingTest.<RuntimeException>sneak(thrown.get());
                  return false;
                });

    if (name.equals("UncheckedIOException")) {
      assertThatThrownBy(opening).isInstanceOf(IOException.class);
    } else {
      assertThatThrownBy(opening)
          .isInstanceOf(UnreadableFileException.class)
          .hasMessageContaining(name)
          .hasMessageNotContaining(SECRET);
    }
  }

  /** Numbers that libraries choke on, wherever they stand. */
  @ParameterizedTest
  @MethodSource("numbers")
  void a_number_of_any_size_refuses_only_its_row(String number) throws IOException {
    String bad = GOOD.replace("\"to\"", "\"attributes\":{\"Name\":" + number + "},\"to\"");

    BatchFile.Result lines = file.run("n.ndjson", bad + "\n" + GOOD + "\n", BatchFile::accept);
    BatchFile.Result again =
        file.run("r.ndjson", "{\"_code\":1," + bad.substring(1) + "\n" + GOOD, BatchFile::accept);
    BatchFile.Result single = file.run("n.json", bad, BatchFile::accept);

    for (BatchFile.Result result : List.of(lines, again)) {
      assertThat(result.lines()).hasSize(2);
      assertThat(result.line(2).path("outcome").asText()).isEqualTo("ACCEPTED");
      assertThat(result.target().getParent()).isEqualTo(file.folders.done());
    }
    assertThat(single.lines()).hasSize(1);
    assertThat(Files.exists(file.folders.results().resolve("n.json.summary.json"))).isTrue();
  }

  static Stream<String> numbers() {
    return Stream.of(
        "12E45678901234",
        "1E2147483648",
        "1E-2147483649",
        "-1E999999999",
        "1E1000000000",
        "0E99999999999",
        "9".repeat(2_000),
        "1." + "0".repeat(2_000) + "E-2000");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
