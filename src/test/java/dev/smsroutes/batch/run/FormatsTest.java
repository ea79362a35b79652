package dev.smsroutes.batch.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.smsroutes.batch.format.BatchInterruptedException;
import dev.smsroutes.batch.format.BatchLimits;
import dev.smsroutes.batch.format.GunzipTest;
import dev.smsroutes.batch.format.InputEncoding;
import dev.smsroutes.batch.format.InputRules;
import dev.smsroutes.batch.run.BatchFile.Result;
import dev.smsroutes.model.SendRequest;
import dev.smsroutes.testing.TestRuns;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Packed files, separators and limits, below what the nasty files show. */
class FormatsTest {
  private static final String HEADER = "definitionKey,contactKey,to,FirstName\n";

  @TempDir private Path home;
  private BatchFile file;

  @BeforeEach
  void folders() throws IOException {
    file = new BatchFile(home);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static List<String> keys(Result result) {
    return result.requests().stream().map(SendRequest::messageKey).toList();
  }

  private List<String> left() throws IOException {
    try (Stream<Path> all = Files.walk(home)) {
      return all.filter(Files::isRegularFile)
          .map(path -> home.relativize(path).toString().replace('\\', '/'))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"csv", "ndjson", "jsonl", "json"})
  void a_packed_file_requests_the_messages_of_the_plain_one(String extension) throws IOException {
    String content =
        extension.equals("csv")
            ? HEADER + "d,c,1,A\nd,c,2,B\n"
            : "{\"definitionKey\":\"d\",\"recipient\":{\"to\":\"1\"}}";
    Result plain = file.run("a." + extension, content, BatchFile::accept);
    Result packed =
        file.run("b." + extension + ".gz", GunzipTest.gzip(bytes(content)), BatchFile::refuse);

    assertThat(packed.requests()).isEqualTo(plain.requests()).isNotEmpty();
    assertThat(left())
        .containsExactly(
            "done/a." + extension,
            "done/b." + extension + ".gz",
            "results/a." + extension + ".results.ndjson",
            "results/a." + extension + ".summary.json",
            "results/b." + extension + ".gz.rejects." + extension,
            "results/b." + extension + ".gz.results.ndjson",
            "results/b." + extension + ".gz.summary.json");
    Result again = file.run("c." + extension, packed.rejects(), BatchFile::accept);
    assertThat(again.requests()).hasSameSizeAs(packed.requests());
  }

  @Test
  void numbers_a_packed_file_before_both_extensions() throws IOException {
    byte[] content = GunzipTest.gzip(bytes(HEADER + "d,c,1,A\n"));
    file.run("a.csv.gz", content, BatchFile::accept);

    assertThat(file.run("a.csv.gz", content, BatchFile::accept).target())
        .isEqualTo(file.folders.done().resolve("a~2.csv.gz"));
  }

  @Test
  void a_replaced_packed_file_ends_with_its_whole_rows() throws IOException {
    // Random, so that it does not shrink to less than a buffer.
    Random random = new Random(7);
    StringBuilder rows = new StringBuilder(HEADER);
    for (int i = 0; i < 20_000; i++) {
      rows.append("d,c,1,%016x\n".formatted(random.nextLong()));
    }
    byte[] packed = GunzipTest.gzip(bytes(rows.toString()));
    Path source = file.write("a.csv.gz", packed);
    List<String> names = new ArrayList<>();
    try (Batch batch = file.open(source)) {
      Iterator<Row> all = BatchFile.rows(batch).iterator();
      Row first = all.next();
      Arrays.fill(packed, packed.length / 2, packed.length, (byte) 0xFF);
      Files.write(source, packed, StandardOpenOption.WRITE);
      first.settle(BatchFile.accept(first.request()));
      all.forEachRemaining(
          row -> {
            if (row != null) {
              names.add(row.request().recipient().attributes().get("FirstName"));
              row.settle(BatchFile.accept(row.request()));
            }
          });
      assertThat(batch.finish().getParent()).isEqualTo(file.folders.failed());
      assertThat(batch.unreadable().orElseThrow()).startsWith("changed while it was read");
    }
    assertThat(names).hasSizeBetween(1_000, 19_000).allMatch(name -> name.matches("[0-9a-f]{16}"));
    assertThat(Files.readAllLines(file.folders.results().resolve("a.csv.gz.results.ndjson")))
        .hasSize(names.size() + 1);
  }

  @Test
  void a_packed_file_goes_on_where_it_was_interrupted() throws IOException {
    byte[] content = GunzipTest.gzip(bytes(HEADER + "d,c,1,A\nd,c,2,B\n"));
    Path source = file.write("a.csv.gz", content);
    try (Batch batch = file.open(source)) {
      BatchFile.rows(batch).iterator().next();
    }
    ((TestRuns) file.runs).settled.put("a.csv.gz#1", BatchFile.accept("k1"));

    Result result = file.run("a.csv.gz", content, BatchFile::accept);
    assertThat(result.requests()).hasSize(1);
    assertThat(result.lines()).hasSize(2);
    assertThat(((TestRuns) file.runs).unfinished()).isZero();
  }

  @Test
  void a_stop_ends_the_first_reading_of_a_packed_file() throws IOException {
    Path source = file.write("a.csv.gz", GunzipTest.gzip(bytes(HEADER + "d,c,1,A\n")));
    file.stopping = true;

    assertThatThrownBy(() -> file.open(source)).isInstanceOf(BatchInterruptedException.class);
    assertThat(left()).containsExactly("inbox/a.csv.gz");
  }

  @ParameterizedTest
  @CsvSource({"3, a.csv, false", "2, b.csv, true", "3, c.ndjson, false", "2, d.ndjson, true"})
  void too_many_rows_fail_the_file_before_any_is_sent(long most, String name, boolean failed)
      throws IOException {
    file.limits =
        new BatchLimits(
            65_536, 100, 10, 1_000, new InputRules(9_999, most, 9_999, 9, InputEncoding.AUTO));
    String content =
        name.endsWith("csv") ? HEADER + "d,c,1,A\n".repeat(3) + ",,,\n\n" : "{}\n\n{}\n{}";

    Result result = file.run(name, content, BatchFile::accept);
    assertThat(result.target().getParent())
        .isEqualTo(failed ? file.folders.failed() : file.folders.done());
    assertThat(result.requests()).hasSize(failed ? 0 : 3);
  }

  @Test
  void a_file_of_the_limit_s_size_is_sent() throws IOException {
    String content = HEADER + "d,c,1,A\n";
    file.limits =
        new BatchLimits(
            65_536, 100, 10, 1_000, new InputRules(content.length(), 9, 1, 1, InputEncoding.AUTO));

    assertThat(file.run("a.csv", content, BatchFile::accept).requests()).hasSize(1);
    assertThat(file.run("b.csv", content + "\n", BatchFile::accept).target().getParent())
        .isEqualTo(file.folders.failed());
  }

  @Test
  void rejects_keep_the_sep_line() throws IOException {
    Result first =
        file.run(
            "a.csv",
            "\"sep=|\"\ndefinitionKey|contactKey|to\nd|c|1\nd|\"c\"x|2\n",
            BatchFile::refuse);

    assertThat(first.rejects()).startsWith("sep=|\r\n_code|_field|").contains("|d|\"c\"x|2\r\n");
    Result again = file.run("b.csv", first.rejects(), BatchFile::refuse);
    assertThat(again.rejects()).isEqualTo(first.rejects());
    assertThat(keys(again)).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({"';', semicolon", "'\t', tab"})
  void names_the_separator_of_the_file_for_a_malformed_row(String separator, String word)
      throws IOException {
    Result result =
        file.run("a.csv", (HEADER + "d,\"c\"x,1,A\n").replace(",", separator), BatchFile::accept);

    assertThat(result.line(1).path("message").asText()).startsWith("Expected a " + word + " or");
  }
}
