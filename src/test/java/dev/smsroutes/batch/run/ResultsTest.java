package dev.smsroutes.batch.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import dev.smsroutes.batch.format.JsonOriginal;
import dev.smsroutes.batch.result.BatchReport;
import dev.smsroutes.batch.result.ResultsFormat;
import dev.smsroutes.batch.run.BatchFile.Result;
import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Fault;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Accepted;
import dev.smsroutes.model.Outcome.Parked;
import dev.smsroutes.model.Outcome.Refused;
import dev.smsroutes.model.Outcome.Unsettled;
import dev.smsroutes.model.Reason;
import dev.smsroutes.model.SendRequest;
import dev.smsroutes.testing.SettableClock;
import dev.smsroutes.testing.TestRuns;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes back of a file: its results in either format, and its summary. */
class ResultsTest {
  private static final String HEADER = "definitionKey,messageKey,contactKey,to\n";

  @TempDir private Path home;
  private BatchFile file;

  @BeforeEach
  void folders() throws IOException {
    file = new BatchFile(home);
  }

  private String text(String name) throws IOException {
    return Files.readString(file.folders.results().resolve(name));
  }

  private List<List<String>> csv(String name) throws IOException {
    try (CsvReader<CsvRecord> reader =
        CsvReader.builder().ofCsvRecord(file.folders.results().resolve(name))) {
      return reader.stream().map(CsvRecord::getFields).toList();
    }
  }

  private JsonNode summary(String name) throws IOException {
    String text = text(name + ".summary.json");
    assertThat(text).hasLineCount(1).endsWith("}\n");
    return JsonOriginal.MAPPER.readTree(text);
  }

  /** The outcome that the definition's key asks for, of a message of three parts. */
  private static Outcome outcome(SendRequest request) {
    Optional<String> key = Optional.of(request.messageKey());
    String asked = request.definitionKey();
    return switch (asked) {
      case "earlier" -> new Accepted("r", key, true, OptionalInt.of(3));
      case "unknown" -> new Accepted("r", key, false);
      case "refused" -> new Refused("r", key, 109121, "=no", List.of());
      case "forbidden" -> new Refused("r", key, 10005, "+49 1 is no number", List.of());
      case "duplicate" -> new Refused("r", key, 109110, "used", List.of());
      case "parked" -> new Parked("r", key, 99999, "a person");
      case "waiting", "uncertain" ->
          new Unsettled(
              "r",
              key,
              Reason.NO_CLEAR_ANSWER,
              asked.equals("uncertain"),
              30000,
              "",
              Optional.empty());
      default -> new Accepted("r", key, false, OptionalInt.of(3));
    };
  }

  @Test
  void csv_results_have_the_same_fields_as_ndjson_results() throws IOException {
    file.format = ResultsFormat.CSV;
    file.run("a.csv", HEADER + "good,k1,c,1\nrefused,k2,c,1\nshort\n", ResultsTest::outcome);

    assertThat(csv("a.csv.results.csv"))
        .containsExactly(
            List.of("row", "item", "messageKey", "outcome", "code", "message", "requestId"),
            List.of("1", "", "k1", "ACCEPTED", "0", "", "r"),
            List.of("2", "", "k2", "REFUSED", "109121", "'=no", "r"),
            List.of(
                "3",
                "",
                "",
                "REFUSED",
                "10000",
                "Expected 4 cells, one for each column of the header; got 1 on line 4 of the file",
                "r"));
    assertThat(file.folders.results().resolve("a.csv.results.ndjson")).doesNotExist();
  }

  @Test
  void results_in_csv_count_the_recipients_of_a_line() throws IOException {
    file.format = ResultsFormat.CSV;
    file.run(
        "a.ndjson",
        "{\"definitionKey\":\"good\",\"recipients\":[{\"messageKey\":\"x\"},{\"messageKey\":\"y\"}]}",
        ResultsTest::outcome);

    assertThat(text("a.ndjson.results.csv"))
        .isEqualTo(
            "row,item,messageKey,outcome,code,message,requestId\r\n"
                + "1,1,x,ACCEPTED,0,,r\r\n"
                + "1,2,y,ACCEPTED,0,,r\r\n");
  }

  @Test
  void a_foreign_cell_is_no_formula_and_numbers_stay_numbers() throws IOException {
    file.format = ResultsFormat.CSV;
    file.run(
        "a.csv",
        HEADER
            + "good,=cmd|' /C calc'!A0,c,1\n"
            + "good,\"\t=1\",c,1\n"
            + "good, @SUM(1),c,1\n"
            + "good,+4917012345678,c,1\n"
            + "good,,c,1\n"
            + "good,\"k\"\";=1\",c,1\n",
        ResultsTest::outcome);

    assertThat(csv("a.csv.results.csv").stream().skip(1).map(row -> row.get(2)))
        .satisfiesExactly(
            key -> assertThat(key).isEqualTo("'=cmd|' /C calc'!A0"),
            key -> assertThat(key).isEqualTo("'\t'=1"),
            key -> assertThat(key).isEqualTo("' @SUM(1)"),
            key -> assertThat(key).isEqualTo("+4917012345678"),
            key -> assertThat(key).matches("f-[0-9a-f]{32}-5"),
            key -> assertThat(key).isEqualTo("k\";'=1"));
  }

  @Test
  void results_keep_the_byte_order_mark_of_their_file() throws IOException {
    file.format = ResultsFormat.CSV;
    file.run("a.csv", "\uFEFF" + HEADER + "good,clé,c,1\n", ResultsTest::outcome);

    assertThat(text("a.csv.results.csv")).startsWith("\uFEFFrow,item,").contains(",clé,");
  }

  @Test
  void rejects_guard_reasons_and_return_original_cells_unchanged() throws IOException {
    String header = "definitionKey,messageKey,contactKey,to,=1+1,@x\n";
    String row = "refused,=k,-c,+4917012345678,\"=HYPERLINK(\"\"a\"\")\",\t@x\n";
    Result first = file.run("a.csv", header + row, ResultsTest::outcome);

    assertThat(first.rejects())
        .isEqualTo(
            "_code,_field,_message," + header.strip() + "\r\n109121,,'=no," + row.strip() + "\r\n");
    Result again = file.run("b.csv", first.rejects(), ResultsTest::outcome);
    assertThat(again.requests()).isEqualTo(first.requests());
    assertThat(again.rejects()).isEqualTo(first.rejects());
  }

  @Test
  void a_field_name_from_a_caller_is_no_formula() throws IOException {
    Result result =
        file.run(
            "a.csv",
            HEADER.strip() + ",=1+1\ngood,k,c,1,x\n",
            request ->
                Refused.of(
                    "r",
                    Optional.empty(),
                    List.of(new Fault("recipient.attributes.=1+1", ErrorCode.VALIDATION, "no"))));

    assertThat(result.rejects()).contains("\r\n10000,'=1+1,no,good,k,c,1,x\r\n");
  }

  @Test
  void the_summary_shows_the_fate_of_the_file() throws Exception {
    SettableClock clock = new SettableClock();
    file.clock = clock;
    String content =
        HEADER
            + "good,k1,c,1\n".repeat(2)
            + "earlier,k2,c,1\nunknown,k3,c,1\nrefused,k4,c,1\nrefused,k5,c,1\nforbidden,k6,c,1\n"
            + "duplicate,k7,c,1\nparked,k8,c,1\nwaiting,k9,c,1\nuncertain,k10,c,1\nshort\n";
    file.run(
        "a.csv",
        content,
        request -> {
          clock.forward(Duration.ofMillis(500));
          return outcome(request);
        });

    byte[] digest =
        MessageDigest.getInstance("SHA-256").digest(content.getBytes(StandardCharsets.UTF_8));
    assertThat(summary("a.csv"))
        .isEqualTo(
            JsonOriginal.MAPPER.readTree(
                ("{'file':'a.csv','as':'a.csv','state':'done','rows':12,'accepted':3,"
                        + "'acceptedEarlier':1,'refused':4,'duplicate':1,'waiting':1,'uncertain':1,"
                        + "'parked':1,'recorded':0,"
                        + "'refusedByCode':{'10000':1,'10005':1,'109110':1,'109121':2},"
                        + "'faults':[%s],'moreFaults':0,"
                        + "'parts':9,'partsEarlier':3,'partsUnknown':1,"
                        + "'bytes':%d,'sha256':'%s','started':'2026-01-01T00:00:00Z',"
                        + "'finished':'2026-01-01T00:00:05.500Z','milliseconds':5500,"
                        + "'rowsPerSecond':2.2}")
                    .formatted(
                        String.join(
                            ",",
                            cause(109121, "Invalid to", 5, 6),
                            cause(30000, "", 10, 11),
                            cause(10005, "Bad value", 7),
                            cause(109110, "Duplicate messageKey", 8),
                            cause(99999, "", 9),
                            cause(
                                10000,
                                "Expected 4 cells, one for each column of the header; got 1 on"
                                    + " line 13 of the file",
                                12)),
                        content.length(),
                        HexFormat.of().formatHex(digest))
                    .replace('\'', '"')));
  }

  /** Of the row as a whole; what the API said is not quoted. */
  private static String cause(int code, String message, int... rows) {
    return "{'column':'','code':%d,'message':'%s','rows':%d,'first':[%s]}"
        .formatted(
            code,
            message,
            rows.length,
            Arrays.stream(rows)
                .mapToObj(row -> "{'row':" + row + "}")
                .collect(Collectors.joining(",")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.csv.gz", "a.csv"})
  void the_checksum_belongs_to_the_file_as_dropped(String name) throws Exception {
    byte[] text = (HEADER + "good,k1,c,1\n").getBytes(StandardCharsets.UTF_16);
    ByteArrayOutputStream dropped = new ByteArrayOutputStream();
    if (name.endsWith(".gz")) {
      // Several members, and zero bytes behind them, as some tools leave them.
      for (byte[] part :
          List.of(Arrays.copyOf(text, 9), Arrays.copyOfRange(text, 9, text.length))) {
        try (GZIPOutputStream out = new GZIPOutputStream(dropped)) {
          out.write(part);
        }
      }
      dropped.write(new byte[100_000]);
    } else {
      dropped.write(text);
    }
    file.run(name, dropped.toByteArray(), ResultsTest::outcome);

    byte[] digest = MessageDigest.getInstance("SHA-256").digest(dropped.toByteArray());
    assertThat(summary(name).path("accepted").asInt()).isEqualTo(1);
    assertThat(summary(name).path("sha256").asText()).isEqualTo(HexFormat.of().formatHex(digest));
    assertThat(summary(name).path("bytes").asInt()).isEqualTo(dropped.size());
  }

  @Test
  void results_have_the_separator_of_the_file() throws IOException {
    file.format = ResultsFormat.CSV;
    file.run(
        "a.csv.gz", gzip(HEADER.replace(',', ';') + "refused;k1;c;=1\n"), ResultsTest::outcome);

    assertThat(text("a.csv.gz.results.csv")).startsWith("row;item;").contains("1;;k1;REFUSED;");
    assertThat(text("a.csv.gz.rejects.csv")).endsWith(";refused;k1;c;=1\r\n");
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return packed.toByteArray();
  }

  @Test
  void the_summary_is_read_as_it_was_written() throws IOException {
    file.run("a.csv", HEADER + "good,k1,c,1\nrefused,k2,c,1\n", ResultsTest::outcome);

    byte[] text = text("a.csv.summary.json").getBytes(StandardCharsets.UTF_8);
    BatchReport report = BatchReport.read(text);
    assertThat(report.counts().parts()).isEqualTo(3);
    assertThat(report.counts().refusedByCode()).containsOnlyKeys(109121);
    assertThat(JsonOriginal.MAPPER.readTree(text))
        .isEqualTo(JsonOriginal.MAPPER.readTree(report.json().toString()));
  }

  @Test
  void the_summary_of_a_renamed_file_has_both_names() throws IOException {
    file.run("a.csv", HEADER, ResultsTest::outcome);
    file.run("a.csv", HEADER, ResultsTest::outcome);

    assertThat(summary("a~2.csv").path("file").asText()).isEqualTo("a.csv");
    assertThat(summary("a~2.csv").path("as").asText()).isEqualTo("a~2.csv");
  }

  @Test
  void the_summary_of_a_resumed_file_covers_all_of_it() throws IOException {
    TestRuns runs = new TestRuns();
    file.runs = runs;
    Path source =
        file.write("a.csv", (HEADER + "good,,c,1\n".repeat(5)).getBytes(StandardCharsets.UTF_8));
    file.open(source).close();
    for (int i = 1; i <= 3; i++) {
      runs.settled.put("a.csv#" + i, new Accepted("r", Optional.of("k"), false, OptionalInt.of(i)));
    }
    try (Batch batch = file.open(source)) {
      BatchFile.rows(batch).forEach(row -> row.settle(outcome(row.request())));
      batch.finish();
      assertThat(batch.report().orElseThrow().counts().parts()).isEqualTo(1 + 2 + 3 + 3 + 3);
    }

    assertThat(summary("a.csv").path("rows").asInt()).isEqualTo(5);
    assertThat(summary("a.csv").path("recorded").asInt()).isEqualTo(3);
    assertThat(summary("a.csv").path("parts").asInt()).isEqualTo(12);
  }

  @Test
  void an_unreadable_file_has_a_reason_and_no_summary() throws IOException {
    file.run("a.csv", "no header\n", ResultsTest::outcome);

    assertThat(file.folders.results()).isEmptyDirectory();
  }

  @Test
  void the_summary_says_that_the_file_changed() throws IOException {
    Path source = file.write("a.csv", (HEADER + "good,,c,1\n").getBytes(StandardCharsets.UTF_8));
    try (Batch batch = file.open(source)) {
      for (Row row : BatchFile.rows(batch)) {
        Files.writeString(source, HEADER + "good,,c,1\ngood,,c,2\n");
        row.settle(outcome(row.request()));
      }
      batch.finish();
    }

    assertThat(summary("a.csv").path("state").asText()).isEqualTo("failed");
    assertThat(summary("a.csv").path("reason").asText()).isEqualTo("changed while it was read");
    assertThat(summary("a.csv").path("accepted").asInt()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(ResultsFormat.class)
  @SuppressWarnings("resource") // A process that is killed closes nothing.
  void results_keep_their_format_after_a_crash(ResultsFormat format) throws IOException {
    file.format = format;
    Path source = file.write("a.csv", (HEADER + "good,,c,1\n").getBytes(StandardCharsets.UTF_8));
    Path obstacle = file.folders.results().resolve("a.csv.results." + format.extension());
    Batch killed = file.open(source);
    BatchFile.rows(killed).forEach(row -> row.settle(outcome(row.request())));
    Files.createDirectory(obstacle);
    try {
      killed.finish();
    } catch (IOException e) {
      Files.delete(obstacle);
    }

    file.format = format == ResultsFormat.CSV ? ResultsFormat.NDJSON : ResultsFormat.CSV;
    file.folders.prepare();
    assertThat(obstacle).isRegularFile();
    try (Batch batch = file.open(source)) {
      assertThat(batch.endedBefore()).isTrue();
      assertThat(batch.finish()).isEqualTo(file.folders.done().resolve("a.csv"));
    }
  }
}
