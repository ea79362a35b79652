package dev.smsroutes.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import dev.smsroutes.batch.result.ResultsFormat;
import dev.smsroutes.batch.run.BatchFile;
import dev.smsroutes.model.Origin;
import dev.smsroutes.model.Outcome.State;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The ledger for other programs. */
class ExportIT {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TempDir private Path folder;
  private LedgerFile ledger;

  @BeforeEach
  void open() {
    ledger = new LedgerFile(folder.resolve("ledger.db"), true);
  }

  @AfterEach
  void close() {
    ledger.close();
  }

  private Said export(String... options) {
    return Said.by(arguments(options));
  }

  private String[] arguments(String... options) {
    return Stream.concat(Stream.of("export", ledger.set()), Arrays.stream(options))
        .toArray(String[]::new);
  }

  private static List<NamedCsvRecord> rows(String csv) {
    return CsvReader.builder().ofNamedCsvRecord(csv).stream().toList();
  }

  @Test
  void writes_all_entries_as_csv_without_personal_data() {
    ledger
        .add("a", State.ACCEPTED)
        .add("b \"quoted\", with\nline", State.PARKED, Origin.of(Origin.FILE, "batch.csv row 7"));

    Said said = export();

    assertThat(said.exit()).isZero();
    assertThat(said.err()).isEmpty();
    List<NamedCsvRecord> rows = rows(said.out());
    assertThat(rows.get(0).getHeader())
        .containsExactly(
            "messageKey",
            "state",
            "code",
            "message",
            "uncertain",
            "attempts",
            "definitionKey",
            "channel",
            "source",
            "admittedAt",
            "firstAttemptAt",
            "lastAttemptAt",
            "changedAt",
            "requestId",
            "caller",
            "traceId",
            "callerRequestId");
    assertThat(rows).extracting(row -> row.getField("messageKey")).hasSize(2).startsWith("a");
    assertThat(rows.get(1).getFields())
        .containsExactly(
            "b \"quoted\", with\nline",
            "PARKED",
            "77777",
            "A person has to decide",
            "true",
            "1",
            "account-reset",
            "file",
            "batch.csv row 7",
            "2026-01-01T12:00:01Z",
            "2026-01-01T12:00:01Z",
            "2026-01-01T12:00:01Z",
            "2026-01-01T12:00:01Z",
            "api-1",
            "",
            "",
            "");
    assertThat(said.out())
        .doesNotContain(LedgerFile.NUMBER)
        .doesNotContain(LedgerFile.PASSWORD)
        .doesNotContain("ada@example.com");
  }

  @Test
  void has_a_column_for_every_field_that_json_has() throws IOException {
    ledger.add("a", State.PARKED);

    JsonNode json = JSON.readTree(export("--format", "ndjson").out());

    assertThat(rows(export().out()).get(0).getHeader())
        .containsExactlyElementsOf(() -> json.fieldNames());
  }

  @Test
  void adds_personal_data_if_asked() throws IOException {
    ledger.add("a", State.PARKED);

    NamedCsvRecord row = rows(export("--personal-data").out()).get(0);
    assertThat(row.getField("contactKey")).isEqualTo("ada@example.com");
    assertThat(row.getField("to")).isEqualTo("+" + LedgerFile.NUMBER);
    assertThat(JSON.readTree(row.getField("attributes")).path("password").asText())
        .isEqualTo(LedgerFile.PASSWORD);
    assertThat(row.getField("text")).isEqualTo("Hi %%FirstName%%: %%password%%");

    JsonNode json = JSON.readTree(export("--personal-data", "--format", "ndjson").out());
    assertThat(json.at("/request/recipient/to").asText()).isEqualTo("+" + LedgerFile.NUMBER);
  }

  /**
   * A key | the cell that a spreadsheet is given, in an export and in the results of a file; \\t
   * \\r \\n stand for characters.
   */
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "=HYPERLINK(\"http://x\")|'=HYPERLINK(\"http://x\")",
        "+1+1|'+1+1",
        "-1+1|'-1+1",
        "@SUM(A1)|'@SUM(A1)",
        "＝1|'＝1",
        "＋1|'＋1",
        "－1|'－1",
        "＠SUM(A1)|'＠SUM(A1)",
        "\\t=1|'\\t'=1",
        "\\r=1|'\\r'=1",
        "\\n=1|'\\n'=1",
        "  =1|'  =1",
        "k;=1|k;'=1",
        "+14255550123|+14255550123",
        "-5|-5",
        "+1.5|+1.5",
        "14255550123|14255550123",
        "a=1|a=1",
        "'quoted|'quoted",
      })
  void gives_no_formula_to_a_spreadsheet_and_leaves_numbers_alone(String key, String cell)
      throws IOException {
    ledger.add(shown(key), State.REFUSED);
    NamedCsvRecord row = rows(export().out()).get(0);
    assertThat(row.getField("messageKey")).isEqualTo(shown(cell));
    assertThat(row.getField("message")).isEqualTo("'=1+1 is no number");

    BatchFile file = new BatchFile(folder.resolve("batch"));
    file.format = ResultsFormat.CSV;
    String quoted = '"' + shown(key).replace("\"", "\"\"") + '"';
    file.run("a.csv", "definitionKey,contactKey,to,messageKey\nd,c,1," + quoted, BatchFile::accept);
    String results = Files.readString(file.folders.results().resolve("a.csv.results.csv"));
    assertThat(rows(results).get(0).getField("messageKey")).isEqualTo(shown(cell));
  }

  private static String shown(String text) {
    return text.replace("\\t", "\t").replace("\\r", "\r").replace("\\n", "\n");
  }

  @Test
  void writes_the_header_even_if_there_is_nothing() {
    assertThat(export().lines()).hasSize(1);
    assertThat(export("--format", "ndjson").out()).isEmpty();
  }

  @Test
  void writes_more_than_a_page_each_once_and_in_order() {
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < 450; i++) {
      keys.add("key-" + i);
      ledger.add("key-" + i, i % 3 == 0 ? State.ACCEPTED : State.PARKED);
      if (i % 7 == 0) {
        // At the same millisecond as the one before.
        ledger.at(Instant.parse("2026-01-02T00:00:00Z").plusSeconds(i));
      }
    }

    assertThat(rows(export().out()))
        .extracting(row -> row.getField("messageKey"))
        .hasSize(450)
        .containsExactlyInAnyOrderElementsOf(keys);
    assertThat(rows(export("--state", "PARKED", "--limit", "250").out())).hasSize(250);
    assertThat(rows(export("--state", "ACCEPTED").out())).hasSize(150);
  }

  @Test
  void writes_a_file_as_a_whole_and_never_over_another() throws IOException {
    ledger.add("a", State.PARKED);
    Path file = folder.resolve("new/out.csv");

    Said said = export("--out", file.toString());

    assertThat(said).isEqualTo(new Said(0, "", "1 entries written to " + file + nl()));
    assertThat(rows(Files.readString(file))).hasSize(1);

    ledger.add("b", State.PARKED);
    Said again = export("--out", file.toString());
    assertThat(again.exit()).isEqualTo(2);
    assertThat(again.err()).contains("exists already; --force overwrites it");
    assertThat(rows(Files.readString(file))).hasSize(1);

    assertThat(export("--out", file.toString(), "--force").exit()).isZero();
    assertThat(rows(Files.readString(file))).hasSize(2);
    try (Stream<Path> files = Files.list(file.getParent())) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void refuses_what_is_no_file() {
    assertThat(export("--out", folder.toString(), "--force").err()).contains("is a folder");
    Said said = export("--out", folder.resolve("ledger.db/out.csv").toString());
    assertThat(said.exit()).isEqualTo(1);
    assertThat(said.err()).hasLineCount(1).contains("ledger.db");
    assertThat(export("--force").exit()).isEqualTo(2);
    assertThat(export("--format", "xml").exit()).isEqualTo(2);
  }

  @Test
  void a_file_with_personal_data_is_for_its_owner_only() throws IOException {
    ledger.add("a", State.PARKED);
    Path file = folder.resolve("out.csv");
    Files.writeString(folder.resolve(".out.csv.sms-tmp"), "left behind by a crash");

    assertThat(export("--personal-data", "--out", file.toString()).exit()).isZero();

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(rows(Files.readString(file))).hasSize(1);
  }

  @Test
  void fails_when_the_reader_is_gone() {
    ledger.add("a", State.PARKED);
    Writer broken =
        new Writer() {
          @Override
          public void write(char[] characters, int from, int length) throws IOException {
            throw new IOException("Broken pipe");
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    StringWriter err = new StringWriter();

    int exit =
        SmsRoutesCommand.line()
            .setOut(new PrintWriter(broken))
            .setErr(new PrintWriter(err))
            .execute(arguments());

    assertThat(exit).isEqualTo(1);
    assertThat(err.toString()).isEqualTo("The output cannot be written" + nl());
  }

  @Test
  void names_the_keys_that_it_does_not_know_and_fails() {
    ledger.add("a", State.PARKED);

    Said said = export("--key", "a", "--key", "none");

    assertThat(said.exit()).isEqualTo(1);
    assertThat(rows(said.out())).hasSize(1);
    assertThat(said.err()).isEqualTo("Not in the ledger: none" + nl());
  }

  private static String nl() {
    return System.lineSeparator();
  }
}
