package dev.smsroutes.batch.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.smsroutes.batch.format.BatchLimits;
import dev.smsroutes.batch.format.JsonOriginal;
import dev.smsroutes.batch.result.BatchFolders;
import dev.smsroutes.batch.result.DurableFile;
import dev.smsroutes.batch.run.BatchFile.Result;
import dev.smsroutes.testing.TestLimits;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchTest {
  private static final String HEADER = "definitionKey,contactKey,to,FirstName\n";

  @TempDir Path home;
  private BatchFile file;

  @BeforeEach
  void folders() throws IOException {
    file = new BatchFile(home);
  }

  private List<String> left() throws IOException {
    try (Stream<Path> all = Files.walk(home)) {
      return all.filter(Files::isRegularFile)
          .map(path -> home.relativize(path).toString().replace('\\', '/'))
          .sorted()
          .toList();
    }
  }

  @Test
  void a_file_with_only_a_header_is_done() throws IOException {
    Result result = file.run("a.csv", HEADER, BatchFile::accept);

    assertThat(result.lines()).isEmpty();
    assertThat(left())
        .containsExactly(
            "done/a.csv", "results/a.csv.results.ndjson", "results/a.csv.summary.json");
  }

  @Test
  void finds_known_columns_in_any_case_and_with_spaces() throws IOException {
    Result result =
        file.run(
            "a.csv",
            "\uFEFF\" DefinitionKey \",MESSAGEKEY,contactkey, TO ,Message, firstName ,_CODE\r\n"
                + "d,k,c,1,hi, Ada ,109121",
            BatchFile::accept);

    assertThat(result.requests()).hasSize(1);
    assertThat(result.requests().get(0).definitionKey()).isEqualTo("d");
    assertThat(result.requests().get(0).messageKey()).isEqualTo("k");
    assertThat(result.requests().get(0).message()).isEqualTo("hi");
    assertThat(result.requests().get(0).recipient().attributes())
        .isEqualTo(Map.of("firstName", " Ada "));
  }

  @Test
  void an_empty_cell_is_no_value() throws IOException {
    Result result = file.run("a.csv", HEADER + ",\"\",,\n", BatchFile::accept);

    assertThat(result.requests().get(0).definitionKey()).isNull();
    assertThat(result.requests().get(0).recipient().contactKey()).isNull();
    assertThat(result.requests().get(0).recipient().to()).isNull();
    assertThat(result.requests().get(0).recipient().attributes()).isEmpty();
  }

  @Test
  void blank_lines_are_no_rows() throws IOException {
    Result result =
        file.run(
            "a.csv", "\n\r\n" + HEADER + "\nd,c,1,A\r\n  \t\nd,c,2,B\r\r\n\n", BatchFile::accept);

    assertThat(result.lines()).hasSize(2);
    assertThat(result.line(2).path("messageKey").asText()).endsWith("-2");
  }

  @Test
  void quoted_line_ends_commas_and_quotes_stay_in_their_cell() throws IOException {
    Result result =
        file.run(
            "a.csv",
            HEADER + "d,c,1,\"x,\r\n\n\ry \"\"z\"\"\"\rd,c,2,5\" pipe\n",
            BatchFile::accept);

    assertThat(result.requests())
        .extracting(request -> request.recipient().attributes().get("FirstName"))
        .containsExactly("x,\r\n\n\ry \"z\"", "5\" pipe");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "d,c,1           | 10000  | Expected 4 cells, one for each column of the header; got 3 on line 3",
        "d,c,1,Ada,x     | 10000  | Expected 4 cells, one for each column of the header; got 5 on line 3",
        "d,c,1,\"Ada\" B | 10003  | Expected a comma or the end of the row after a closing quotation mark",
      })
  void refuses_a_malformed_row_alone_and_returns_it_unchanged(String row, int code, String message)
      throws IOException {
    Result first = file.run("a.csv", HEADER + "d,c,1,A\n" + row + "\nd,c,1,A\n", BatchFile::accept);

    assertThat(first.lines()).hasSize(3);
    assertThat(first.line(2).path("outcome").asText()).isEqualTo("REFUSED");
    assertThat(first.line(2).path("messageKey").isNull()).isTrue();
    assertThat(first.line(2).path("code").asInt()).isEqualTo(code);
    assertThat(first.line(2).path("message").asText()).startsWith(message);
    assertThat(first.rejects()).endsWith(",," + row + "\r\n");

    Result again = file.run("b.csv", first.rejects(), BatchFile::accept);
    assertThat(again.line(1).path("code").asInt()).isEqualTo(code);
    assertThat(again.rejects()).endsWith(",," + row + "\r\n");
  }

  @Test
  void a_value_in_a_column_without_a_name_is_refused() throws IOException {
    Result result =
        file.run(
            "a.csv", "definitionKey,contactKey,to,,\nd,c,1,,\nd,c,1,,lost\n", BatchFile::accept);

    assertThat(result.lines())
        .extracting(line -> line.path("outcome").asText())
        .containsExactly("ACCEPTED", "REFUSED");
    assertThat(result.line(2).path("message").asText()).contains("column 5");
  }

  @ParameterizedTest
  @CsvSource({"a.csv", "a.ndjson"})
  void a_row_over_the_limit_is_refused_without_being_held(String name) throws IOException {
    boolean csv = name.endsWith("csv");
    String good = csv ? "d,c,1,A\n" : "{\"definitionKey\":\"d\"}\n";
    String huge = (csv ? "d,c,1," : "{\"definitionKey\":\"d\",\"x\":\"") + "x".repeat(5_000_000);

    Result result =
        file.run(name, (csv ? HEADER : "") + good + huge + "\n" + good, BatchFile::accept);

    assertThat(result.lines())
        .extracting(line -> line.path("outcome").asText())
        .containsExactly("ACCEPTED", "REFUSED", "ACCEPTED");
    assertThat(result.line(2).path("message").asText()).contains("65,536 bytes", "5,000,0");
    assertThat(result.rejects().length()).isLessThan(2_000);
    Result again = file.run("b" + name, result.rejects(), BatchFile::accept);
    if (csv) {
      assertThat(again.line(1).path("outcome").asText()).isEqualTo("REFUSED");
    } else {
      assertThat(again.requests()).allMatch(request -> request.definitionKey() == null);
    }
  }

  @Test
  void two_stray_quotation_marks_make_one_long_row() throws IOException {
    String rows = "d,c,1,A\n".repeat(20_000);

    Result result =
        file.run(
            "a.csv", HEADER + "d,c,1,\"A\n" + rows + "d,c,1,B\"\nd,c,1,C\n", BatchFile::accept);

    assertThat(result.lines()).hasSize(2);
    assertThat(result.line(1).path("message").asText())
        .contains("lines 2 to 20,003", "quotation mark");
    assertThat(result.line(2).path("outcome").asText()).isEqualTo("ACCEPTED");
  }

  @Test
  void a_row_of_the_limit_s_length_is_taken() throws IOException {
    file.limits = new BatchLimits(19, 1_000, 2, 1, TestLimits.RULES);
    Result lines =
        file.run("a.ndjson", "{\"definitionKey\":1}\n{\"definitionKey\":12}\n", BatchFile::accept);
    assertThat(lines.lines())
        .extracting(line -> line.path("outcome").asText())
        .containsExactly("ACCEPTED", "REFUSED");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[{\"definitionKey\":\"d\"}]                     | 10001",
        "null                                            | 10001",
        "\"text\"                                        | 10001",
        "{\"definitionKey\":\"a\",\"definitionKey\":\"b\"} | 10004",
        "{\"definitionKey\":\"a\"                         | 10004",
        "{\"definitionKey\":\"a\",\"colour\":1}            | 109122",
        "{\"definitionKey\":\"a\",\"recipients\":[]}       | 109102",
      })
  void refuses_other_json_as_one_row_and_returns_it_unchanged(String json, int code)
      throws IOException {
    for (String name : List.of("a.json", "a.ndjson")) {
      Result first = file.run(name, json, BatchFile::accept);
      assertThat(first.lines()).hasSize(1);
      assertThat(first.line(1).path("code").asInt()).isEqualTo(code);

      Result again = file.run("b" + name, first.rejects(), BatchFile::accept);
      assertThat(again.line(1).path("code").asInt()).isEqualTo(code);
      assertThat(again.rejects()).isEqualTo(first.rejects());
    }
  }

  @Test
  void a_raw_line_that_was_corrected_in_place_is_sent() throws IOException {
    Result result =
        file.run(
            "a.ndjson",
            "{\"_code\":10004,\"_raw\":\"{\\\"definitionKey\\\":\\\"d\\\"}\"}",
            BatchFile::accept);

    assertThat(result.requests().get(0).definitionKey()).isEqualTo("d");
  }

  @Test
  void returns_only_the_rejected_recipients() throws IOException {
    Result result =
        file.run(
            "a.json",
            "{\"definitionKey\":\"d\",\"recipients\":[{\"to\":\"1\"},{\"to\":\"2\"},{\"to\":\"3\"}]}",
            request ->
                request.recipient().to().equals("2")
                    ? BatchFile.refuse(request)
                    : BatchFile.accept(request));

    JsonNode rejects = JsonOriginal.MAPPER.readTree(result.rejects());
    assertThat(rejects.path("recipients")).hasSize(1);
    assertThat(rejects.path("recipients").path(0).path("to").asText()).isEqualTo("2");
    assertThat(rejects.path("recipients").path(0).has("messageKey")).isFalse();
  }

  @Test
  void a_json_file_over_its_limit_fails_unread() throws IOException {
    file.limits = new BatchLimits(100, 30, 2, 1, TestLimits.RULES);
    Result result =
        file.run("a.json", "{\"definitionKey\":\"" + "x".repeat(40) + "\"}", BatchFile::accept);

    assertThat(Files.readString(file.folders.failed().resolve("a.json.reason.json")))
        .contains("too large", "up to 30 bytes", "2026-11-23T10:00:00Z");
    assertThat(result.requests()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"ED A0 80", "C0 AF", "80", "F5 80 80 80", "E2 82", "F0 9F 98"})
  void finds_bytes_that_are_not_utf_8_in_any_place(String hex) throws IOException {
    for (int at : new int[] {HEADER.length() + 6, 65_535, 65_536, 131_071}) {
      byte[] content = new byte[at + 10];
      byte[] head = (HEADER + "d,c,1,").getBytes(StandardCharsets.UTF_8);
      Arrays.fill(content, (byte) 'x');
      System.arraycopy(head, 0, content, 0, head.length);
      int i = at;
      for (String b : hex.split(" ")) {
        content[i++] = (byte) Integer.parseInt(b, 16);
      }
      Path source = file.write("a" + at + ".csv", content);
      try (Batch batch = file.open(source)) {
        assertThat(batch.unreadable().orElseThrow()).contains("at byte %,d".formatted(at + 1));
      }
    }
  }

  @Test
  void a_character_across_two_buffers_is_fine() throws IOException {
    String head = HEADER + "d,c,1,";
    Result result = file.run("a.ndjson", " ".repeat(65_534) + "\uD83D\uDE00\n", BatchFile::accept);
    assertThat(result.line(1).path("code").asInt()).isEqualTo(10000);
    Result csv =
        file.run(
            "a.csv",
            head + "x".repeat(65_534 - head.length()) + "\uD83D\uDE00\n",
            BatchFile::accept);
    assertThat(csv.requests().get(0).recipient().attributes().get("FirstName"))
        .endsWith("x\uD83D\uDE00");
  }

  @Test
  void results_have_the_order_of_the_rows() throws IOException {
    Path source =
        file.write(
            "a.csv",
            (HEADER + "d,c,1,A\nshort\nd,c,2,B\nd,c,3,C\n").getBytes(StandardCharsets.UTF_8));
    List<Row> rows = new ArrayList<>();
    try (Batch batch = file.open(source)) {
      BatchFile.rows(batch).forEach(rows::add);
      Collections.reverse(rows);
      rows.forEach(row -> row.settle(BatchFile.accept(row.request())));
      // The first outcome counts.
      rows.forEach(Row::broke);
      batch.finish();
    }
    assertThat(Files.readAllLines(file.folders.results().resolve("a.csv.results.ndjson")))
        .extracting(line -> JsonOriginal.MAPPER.readTree(line))
        .extracting(line -> line.path("row").asInt() + line.path("outcome").asText())
        .containsExactly("1ACCEPTED", "2REFUSED", "3ACCEPTED", "4ACCEPTED");
  }

  @ParameterizedTest
  @CsvSource({"3, 1000000", "1000, 20"})
  void the_next_row_waits_until_the_oldest_has_an_outcome(int windowRows, long windowBytes)
      throws Exception {
    file.limits = new BatchLimits(100, 100, windowRows, windowBytes, TestLimits.RULES);
    Path source =
        file.write("a.csv", (HEADER + "d,c,1,A\n".repeat(9)).getBytes(StandardCharsets.UTF_8));
    try (Batch batch = file.open(source)) {
      Iterator<Row> rows = BatchFile.rows(batch).iterator();
      Row oldest = rows.next();
      rows.next();
      rows.next();
      assertThat(rows.hasNext()).isTrue();
      CompletableFuture<Row> fourth = CompletableFuture.supplyAsync(rows::next);
      Awaitility.await().during(Duration.ofMillis(100)).until(() -> !fourth.isDone());
      oldest.settle(BatchFile.accept(oldest.request()));
      assertThat(fourth.get(5, TimeUnit.SECONDS).origin().source()).isEqualTo("a.csv#4");
    }
  }

  @Test
  void closing_a_batch_wakes_waiting_readers() throws Exception {
    file.limits = new BatchLimits(100, 100, 2, 1_000, TestLimits.RULES);
    Path source =
        file.write("a.csv", (HEADER + "d,c,1,A\n".repeat(9)).getBytes(StandardCharsets.UTF_8));
    Batch batch = file.open(source);
    Iterator<Row> rows = BatchFile.rows(batch).iterator();
    rows.next();
    rows.next();
    assertThat(rows.hasNext()).isTrue();
    CompletableFuture<Row> third = CompletableFuture.supplyAsync(rows::next);
    batch.close();
    assertThat(third.get(5, TimeUnit.SECONDS)).isNull();
    assertThat(rows.hasNext()).isFalse();
  }

  @Test
  void nothing_is_finished_while_a_row_has_no_outcome() throws IOException {
    Path source = file.write("a.csv", (HEADER + "d,c,1,A\n").getBytes(StandardCharsets.UTF_8));
    try (Batch batch = file.open(source)) {
      BatchFile.rows(batch).forEach(row -> {});
      assertThatThrownBy(batch::finish).isInstanceOf(IOException.class).hasMessageContaining("1");
    }
    assertThat(left()).containsExactly("inbox/a.csv");
  }

  @Test
  void a_full_disk_ends_reading_and_leaves_only_the_source() throws Exception {
    file.opener =
        name ->
            new DurableFile(file.folders.results(), name) {
              @Override
              protected OutputStream sink(OutputStream disk) {
                return new FilterOutputStream(disk) {
                  @Override
                  public void write(byte[] bytes, int from, int length) throws IOException {
                    throw new IOException("No space left on device");
                  }
                };
              }
            };
    Path source =
        file.write("a.csv", (HEADER + "d,c,1,A\n".repeat(5_000)).getBytes(StandardCharsets.UTF_8));
    int handedOver = 0;
    try (Batch batch = file.open(source)) {
      for (Row row : BatchFile.rows(batch)) {
        handedOver++;
        row.settle(BatchFile.accept(row.request()));
      }
      assertThatThrownBy(batch::finish)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("No space");
      assertThatThrownBy(batch::finish).isInstanceOf(IOException.class);
    }
    assertThat(handedOver).isLessThan(2_000);
    assertThat(left()).containsExactly("inbox/a.csv");
  }

  @Test
  void a_file_that_changes_fails_with_results_so_far() throws IOException {
    for (boolean appended : List.of(true, false)) {
      String name = appended + ".csv";
      Path source =
          file.write(name, (HEADER + "d,c,1,A\n".repeat(20_000)).getBytes(StandardCharsets.UTF_8));
      try (Batch batch = file.open(source)) {
        Iterator<Row> rows = BatchFile.rows(batch).iterator();
        Row first = rows.next();
        if (appended) {
          Files.writeString(source, "d,c,1,late\n", StandardOpenOption.APPEND);
        } else {
          Files.writeString(source, HEADER + "d,c,1,B\n".repeat(20_000));
        }
        first.settle(BatchFile.accept(first.request()));
        rows.forEachRemaining(row -> row.settle(BatchFile.accept(row.request())));
        assertThat(batch.finish().getParent()).isEqualTo(file.folders.failed());
        assertThat(batch.unreadable().orElseThrow()).startsWith("changed while it was read");
      }
      assertThat(Files.readAllLines(file.folders.results().resolve(name + ".results.ndjson")))
          .hasSize(20_000);
      assertThat(file.folders.failed().resolve(name + ".reason.json")).exists();
    }
  }

  @Test
  void results_appear_under_their_name_only_when_they_are_complete() throws IOException {
    Path source = file.write("a.csv", (HEADER + "d,c,1,A\n").getBytes(StandardCharsets.UTF_8));
    try (Batch batch = file.open(source)) {
      BatchFile.rows(batch).forEach(row -> row.settle(BatchFile.refuse(row.request())));
      assertThat(left())
          .containsExactly(
              "inbox/a.csv",
              "results/.a.csv.rejects.csv.sms-tmp",
              "results/.a.csv.results.ndjson.sms-tmp");
      batch.finish();
    }
    assertThat(left())
        .containsExactly(
            "inbox/a.csv",
            "results/.a.csv.sms-end",
            "results/a.csv.rejects.csv",
            "results/a.csv.results.ndjson",
            "results/a.csv.summary.json");
  }

  @Test
  void rejects_keep_the_byte_order_mark_of_their_file() throws IOException {
    Result result = file.run("a.csv", "\uFEFF" + HEADER + "d,c,1,A\n", BatchFile::refuse);

    assertThat(result.rejects()).startsWith("\uFEFF_code,");
    assertThat(file.run("b.csv", result.rejects(), BatchFile::accept).requests()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "results/a.csv.results.ndjson",
    "results/a.csv.results.csv",
    "results/a.csv.rejects.csv",
    "results/a.csv.summary.json",
    "done/a.csv",
    "failed/a.csv",
    "failed/a.csv.reason.json"
  })
  void a_name_with_leftovers_is_not_used_again(String remnant) throws IOException {
    Files.writeString(home.resolve(remnant), "of an earlier file");

    Result result = file.run("a.csv", HEADER + "d,c,1,A\n", BatchFile::refuse);

    assertThat(result.target()).isEqualTo(file.folders.done().resolve("a~2.csv"));
    assertThat(left())
        .containsExactlyInAnyOrder(
            remnant,
            "done/a~2.csv",
            "results/a~2.csv.rejects.csv",
            "results/a~2.csv.results.ndjson",
            "results/a~2.csv.summary.json");
    assertThat(Files.readString(home.resolve(remnant))).isEqualTo("of an earlier file");
  }

  @Test
  void folders_must_differ() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new BatchFolders(
                    Path.of("data/a"), Path.of("data/./a"), Path.of("b"), Path.of("c")))
        .withMessageContaining("sms.file");
  }

  @Test
  void waiting_threads_do_not_swallow_an_interrupt() throws Exception {
    file.limits = new BatchLimits(100, 100, 2, 1_000, TestLimits.RULES);
    Path source =
        file.write("a.csv", (HEADER + "d,c,1,A\n".repeat(9)).getBytes(StandardCharsets.UTF_8));
    try (Batch batch = file.open(source)) {
      Iterator<Row> rows = BatchFile.rows(batch).iterator();
      rows.next();
      rows.next();
      CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
      Thread thread =
          new Thread(
              () -> {
                // There is no room: only the interrupt ends this, early or late.
                rows.next();
                interrupted.complete(Thread.currentThread().isInterrupted());
              });
      thread.start();
      thread.interrupt();
      assertThat(value(interrupted)).isTrue();
      assertThatThrownBy(batch::finish).isInstanceOf(IOException.class);
    }
  }

  private static boolean value(CompletableFuture<Boolean> future) throws Exception {
    try {
      return future.get(5, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new AssertionError(e);
    }
  }
}
