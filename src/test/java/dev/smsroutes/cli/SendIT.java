package dev.smsroutes.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.batch.run.BatchProgress;
import dev.smsroutes.batch.run.BatchProgress.Phase;
import dev.smsroutes.sandbox.Sandbox;
import dev.smsroutes.testing.SandboxProbe;
import dev.smsroutes.testing.Sandboxes;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** One file in the foreground. */
@Timeout(180)
class SendIT {
  private static final String HEADER =
      "definitionKey,messageKey,contactKey,to,FirstName,password\n";

  @TempDir private Path home;

  private String[] arguments(Path file, String... settings) {
    List<String> arguments = new ArrayList<>(List.of("send", file.toString()));
    arguments.addAll(List.of("--results", home.resolve("results").toString()));
    arguments.add("--set=sms.ledger.url=jdbc:sqlite:" + home.resolve("ledger.db"));
    arguments.add("--set=sms.file.inbox=" + home.resolve("inbox"));
    arguments.add("--set=sms.api.retry-delay=1ms");
    for (String setting : settings) {
      arguments.add("--set=" + setting);
    }
    return arguments.toArray(String[]::new);
  }

  private Said send(Path file, String... settings) {
    return Said.by(arguments(file, settings));
  }

  private Path file(String name, String rows) throws IOException {
    return Files.writeString(home.resolve(name), HEADER + rows);
  }

  private List<String> results(String name) throws IOException {
    return Files.readAllLines(home.resolve("results").resolve(name + ".results.ndjson"));
  }

  private static String rows(int count) {
    return IntStream.rangeClosed(1, count)
        .mapToObj(i -> "account-reset,k" + i + ",c" + i + ",+14255550123,Ada,p\n")
        .collect(Collectors.joining());
  }

  private static Sandbox sandbox() {
    return Sandboxes.start();
  }

  private static String[] at(Sandbox api, String... more) {
    List<String> settings =
        new ArrayList<>(
            List.of("sms.api.url=" + api.url(), "sms.api.client-id=x", "sms.api.client-secret=x"));
    settings.addAll(List.of(more));
    return settings.toArray(String[]::new);
  }

  @Test
  void sends_a_file_to_the_sandbox_and_leaves_it_there() throws Exception {
    Path good = file("good.csv", rows(3));
    Said first = send(good);

    assertThat(first.exit()).as(first.err()).isEqualTo(ExitCode.DONE);
    assertThat(first.err()).contains("SANDBOX: no sms.api.url is set");
    assertThat(first.out())
        .contains("good.csv: 3 rows, 3 accepted, 0 refused, 0 unsettled")
        .contains(home.resolve("results/good.csv.results.ndjson").toString());
    assertThat(results("good.csv")).hasSize(3);
    assertThat(good).isRegularFile();
    assertThat(home.resolve("inbox")).doesNotExist();

    Path bad = file("bad.csv", rows(1) + "account-reset,k9,c9,no number,Ada,p\n");
    Said second = send(bad);

    assertThat(second.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(second.out()).contains("bad.csv.rejects.csv");
    assertThat(results("bad.csv").get(0)).contains("ACCEPTED_EARLIER");
  }

  /** An article code that became a number: it once hung here. */
  @Test
  void refuses_an_endless_exponent_and_sends_the_next_row() throws Exception {
    String row =
        "{\"definitionKey\":\"account-reset\",\"recipient\":{\"contactKey\":\"c\","
            + "\"to\":\"+14255550123\",\"attributes\":{\"FirstName\":NAME,\"password\":\"p\"}}}\n";
    Path file =
        Files.writeString(
            home.resolve("numbers.ndjson"),
            row.replace("NAME", "12E45678901234") + row.replace("NAME", "1.25E7"));

    Said said = send(file);

    assertThat(said.exit()).as(said.err()).isEqualTo(ExitCode.REFUSED);
    assertThat(said.out()).contains("2 rows, 1 accepted, 1 refused, 0 unsettled");
    assertThat(Files.readString(home.resolve("results/numbers.ndjson.rejects.ndjson")))
        .contains("12E45678901234", "\"_field\":\"recipient.attributes.FirstName\"");
  }

  @Test
  void has_an_exit_code_for_rows_without_clear_answer() throws Exception {
    try (Sandbox api = sandbox()) {
      new SandboxProbe(api.url()).faults("{\"key\": \"k2\", \"status\": 500}");

      Said said = send(file("open.csv", rows(3)), at(api, "sms.file.max-attempts=2"));

      assertThat(said.exit()).as(said.err()).isEqualTo(ExitCode.UNSETTLED);
      assertThat(said.out()).contains("3 rows, 2 accepted, 0 refused, 1 unsettled");
      assertThat(said.err()).doesNotContain("SANDBOX");
    }
  }

  /** Article codes that a library took for numbers: no double, and no decimal that fits. */
  @ParameterizedTest
  @ValueSource(strings = {"12E45678901234", "1E2147483648", "-5E-2147483650"})
  void an_unreadable_number_refuses_only_its_row(String number) throws Exception {
    String good =
        "{\"definitionKey\":\"account-reset\",\"recipient\":{\"contactKey\":\"c\",\"to\":\"+14255550123\","
            + "\"attributes\":{\"FirstName\":\"Ada\",\"password\":\"p\"}}}";
    String bad = good.replace("\"Ada\"", number);
    Path lines = Files.writeString(home.resolve("lines.ndjson"), bad + "\n" + good + "\n");
    Path single = Files.writeString(home.resolve("single.json"), bad);
    Path array = Files.writeString(home.resolve("array.json"), "[" + good + "," + bad + "]");

    for (Path file : List.of(lines, single, array)) {
      Said check = Said.by("check", arguments(file)[4], file.toString());
      assertThat(check.exit()).as(check.err()).isEqualTo(ExitCode.REFUSED);
      assertThat(check.err()).doesNotContain("Exception");
      Said sent = send(file);
      assertThat(sent.exit()).as(sent.err()).isEqualTo(ExitCode.REFUSED);
      assertThat(sent.out()).contains("1 refused, 0 unsettled");
    }
    assertThat(results("lines.ndjson").get(0)).contains("REFUSED");
    assertThat(results("lines.ndjson").get(1)).contains("ACCEPTED");
  }

  @ParameterizedTest
  @ValueSource(strings = {".orders.csv", "~$orders.csv", "orders\\july.csv", "orders.csv.part"})
  void refuses_a_name_that_the_inbox_does_not_take(String name) throws Exception {
    Said said = send(file(name, rows(1)));

    assertThat(said.exit()).isEqualTo(ExitCode.UNREADABLE);
    assertThat(said.err()).contains("expected a file that the intake takes; its name");
  }

  @Test
  void ends_and_says_so_where_the_results_cannot_be_written() throws Exception {
    Files.writeString(home.resolve("results"), "a file where the folder should be");

    Said said = send(file("orders.csv", rows(1)));

    assertThat(said.exit()).as(said.out()).isEqualTo(ExitCode.FAILED);
    assertThat(said.err()).contains("orders.csv: not completed").contains("the same command");
    Files.delete(home.resolve("results"));
    assertThat(send(home.resolve("orders.csv")).exit()).isEqualTo(ExitCode.DONE);
  }

  @Test
  void follows_a_link_on_the_command_line() throws Exception {
    Path target = file("target.csv", rows(2));
    Path link = Files.createSymbolicLink(home.resolve("link.csv"), target);

    assertThat(Said.by("check", arguments(link)[4], link.toString()).exit())
        .isEqualTo(ExitCode.DONE);
    assertThat(send(link).out()).contains("link.csv: 2 rows, 2 accepted");
    assertThat(link).isSymbolicLink();
    assertThat(target).exists();
  }

  @Test
  void refuses_what_cannot_be_read_before_anything_is_opened() throws Exception {
    Path file = Files.writeString(home.resolve("no-header.csv"), "a,b\n1,2\n");

    Said said = send(file);

    assertThat(said.exit()).isEqualTo(ExitCode.UNREADABLE);
    assertThat(said.err()).contains("no-header.csv: no header: Expected a header row");
    assertThat(send(home.resolve("none.csv")).exit()).isEqualTo(ExitCode.UNREADABLE);
    assertThat(home.resolve("ledger.db")).doesNotExist();
    assertThat(home.resolve("results")).doesNotExist();
  }

  @Test
  @SuppressWarnings("try") // It only has to be open.
  void says_how_to_go_on_where_another_process_serves() throws Exception {
    Path file = file("orders.csv", rows(1));
    try (LedgerFile served = new LedgerFile(home.resolve("ledger.db"), false)) {
      Said said = send(file);

      assertThat(said.exit()).isEqualTo(ExitCode.FAILED);
      assertThat(said.err())
          .contains("sms-routes serves here already")
          .contains("mv '" + home.resolve("inbox/.orders.csv") + "'");
    }
  }

  @Test
  void stops_on_ctrl_c_and_resumes_when_called_again() throws Exception {
    int rows = 400;
    Path file = file("orders.csv", rows(rows));
    try (Sandbox api = sandbox()) {
      SandboxProbe probe = new SandboxProbe(api.url());
      probe.settings("{\"latencyMs\": 50}");
      Interrupted sending =
          Interrupted.by(
              home.resolve("output.txt"),
              () -> probe.sends() > 20,
              arguments(file, at(api, "sms.file.concurrency=4")));
      assertThat(sending.exit()).isEqualTo(ExitCode.INTERRUPTED);
      assertThat(sending.output())
          .contains("So far orders.csv: ")
          .contains("Interrupted. Nothing is lost");
      assertThat(probe.sends()).isLessThan(rows);
      assertThat(home.resolve("results")).isEmptyDirectory();
      assertThat(file).isRegularFile();

      probe.settings("{\"latencyMs\": 0}");
      Said said = send(file, at(api));

      assertThat(said.exit()).as(said.err()).isEqualTo(ExitCode.DONE);
      assertThat(results("orders.csv"))
          .hasSize(rows)
          .allMatch(line -> line.contains("\"ACCEPTED\""));
      assertThat(probe.sends()).isEqualTo(rows);
      assertThat(probe.messages()).hasSize(rows);
    }
  }

  @Test
  void shows_a_bar_on_a_terminal() throws Exception {
    Terminal terminal =
        new Terminal() {
          @Override
          public boolean isThere() {
            return true;
          }

          @Override
          public boolean agrees(String question) {
            return false;
          }
        };
    String[] all = arguments(file("good.csv", rows(3)));

    Said said =
        Said.by(new CommandLine(new SendCommand(terminal)), Arrays.copyOfRange(all, 1, all.length));

    assertThat(said.exit()).as(said.err()).isZero();
    assertThat(said.err())
        .contains("\rgood.csv")
        .contains("3/3 rows")
        .contains("3 accepted, 0 refused, 0 unsettled, 0 waiting");
  }

  @Test
  void prints_progress_lines_without_a_terminal() {
    StringWriter err = new StringWriter();
    AtomicLong seconds = new AtomicLong();
    try (SendProgress progress =
        new SendProgress(
            new PrintWriter(err),
            false,
            "orders.csv",
            () -> TimeUnit.SECONDS.toNanos(seconds.get()))) {
      for (int second = 1; second <= 12; second++) {
        seconds.set(second);
        long done = 100 + second * 40L;
        progress.show(
            new BatchProgress(
                "orders.csv",
                "orders.csv",
                Phase.SENDING,
                done,
                OptionalLong.of(1_000),
                100,
                done - 1,
                1,
                0,
                40,
                Optional.of(Duration.ofSeconds(Math.round((1_000 - done) / 40.0))),
                OptionalLong.empty(),
                Instant.EPOCH,
                Instant.EPOCH.plusSeconds(second)));
      }
    }
    assertThat(err.toString().lines())
        .containsExactly(
            "orders.csv: 300 of 1000 rows, 299 accepted, 1 refused, 0 unsettled, 700 waiting, 40 a"
                + " second, about 18 s left",
            "orders.csv: 500 of 1000 rows, 499 accepted, 1 refused, 0 unsettled, 500 waiting, 40 a"
                + " second, about 13 s left");
  }
}
