package dev.smsroutes.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.smsroutes.faults.Told.State;
import dev.smsroutes.faults.Verdict.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The batch sender, with the test in the place of the gateway. */
@Timeout(60)
class FileTrafficTest {
  @TempDir private Path data;

  private final Notebook notebook = new Notebook();
  private FileTraffic files;

  @BeforeEach
  void start() throws IOException {
    for (String folder : List.of("inbox", "results", "done", "failed")) {
      Files.createDirectory(data.resolve(folder));
    }
    files =
        new FileTraffic(
            "f", notebook, data, new FileTraffic.Options(3, 1, 0, 0), new SplittableRandom(1));
  }

  @AfterEach
  void stop() {
    files.close();
  }

  private static String line(int row, String outcome, int code) {
    return "{\"row\":%d,\"messageKey\":\"f0-%d\",\"outcome\":\"%s\",\"code\":%d}"
        .formatted(row, row, outcome, code);
  }

  /** What a gateway does with a file, with these results. */
  private List<String> finish(String file, String... results) throws IOException {
    Path dropped = data.resolve("inbox").resolve(file);
    await().until(() -> Files.exists(dropped));
    List<String> rows = Files.readAllLines(dropped);
    Files.write(data.resolve("results").resolve(file + ".results.ndjson"), List.of(results));
    Files.move(dropped, data.resolve("done").resolve(file));
    return rows;
  }

  @Test
  void reads_one_result_for_each_row() throws IOException {
    List<String> rows =
        finish(
            "f0.csv",
            line(1, "ACCEPTED", 0),
            line(2, "ACCEPTED_EARLIER", 0),
            line(3, "DUPLICATE", 109110));
    await().until(files::isDrained);

    assertThat(rows).hasSize(4);
    assertThat(rows.get(1)).startsWith("account-reset,f0-1,f0-1,+49151");
    assertThat(notebook.complaints()).isEmpty();
    assertThat(notebook.acknowledged()).isEqualTo(3);
    assertThat(told("f0-2")).containsExactly(Told.accepted("file"));
    assertThat(told("f0-3")).containsExactly(Told.refused(109110, "file"));
  }

  @Test
  void complains_about_a_row_with_two_results_and_one_without() throws IOException {
    finish("f0.csv", line(1, "ACCEPTED", 0), line(1, "ACCEPTED", 0), line(3, "ACCEPTED", 0));
    await().until(files::isDrained);

    assertThat(notebook.complaints()).hasSize(2);
    Verdict verdict =
        Verdict.compare(
            notebook, List.of(new Accepted("f0-1", "f0-1", 1), new Accepted("f0-3", "f0-3", 1)));
    assertThat(verdict.findings()).singleElement().matches(found -> found.kind() == Kind.LOST);
  }

  @Test
  void drops_rows_again_that_were_not_sent_and_no_others() throws IOException {
    finish(
        "f0.csv", line(1, "WAITING", 50300), line(2, "PARKED", 30000), line(3, "UNCERTAIN", 30000));
    List<String> again =
        finish("f0-again-2.csv", line(1, "ACCEPTED", 0), line(2, "ACCEPTED_EARLIER", 0));
    await().until(files::isDrained);

    assertThat(again).hasSize(3);
    assertThat(again.get(1)).startsWith("account-reset,f0-1,f0-1,");
    assertThat(again.get(2)).startsWith("account-reset,f0-3,f0-3,");
    assertThat(told("f0-1"))
        .extracting(Told::state)
        .containsExactly(State.NOT_SENT, State.ACCEPTED);
    assertThat(told("f0-2")).extracting(Told::state).containsExactly(State.PARKED);
    assertThat(notebook.complaints()).isEmpty();
  }

  @Test
  void looks_again_while_the_results_of_a_finished_file_cannot_be_read() throws IOException {
    Path results = data.resolve("results");
    Path away = data.resolve("results-away");
    Files.move(results, away);
    Path dropped = data.resolve("inbox").resolve("f0.csv");
    await().until(() -> Files.exists(dropped));
    Files.move(dropped, data.resolve("done").resolve("f0.csv"));
    await().until(() -> notebook.counted("looks at files that failed") > 0);
    assertThat(files.left()).isEqualTo("the file f0.csv");

    Files.write(
        away.resolve("f0.csv.results.ndjson"),
        List.of(line(1, "ACCEPTED", 0), line(2, "ACCEPTED", 0), line(3, "ACCEPTED", 0)));
    Files.move(away, results);
    await().until(files::isDrained);

    assertThat(notebook.complaints()).isEmpty();
    assertThat(told("f0-3")).containsExactly(Told.accepted("file"));
  }

  @Test
  void complains_about_a_file_that_failed() throws IOException {
    Path dropped = data.resolve("inbox/f0.csv");
    await().until(() -> Files.exists(dropped));
    Files.move(dropped, data.resolve("failed/f0.csv"));
    await().until(files::isDrained);

    assertThat(notebook.complaints()).singleElement().asString().contains("failed");
  }

  private List<Told> told(String id) {
    return notebook.find(id).orElseThrow().told();
  }
}
