package dev.smsroutes.batch.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.writer.CsvWriter;
import dev.smsroutes.batch.format.JsonOriginal;
import dev.smsroutes.batch.run.BatchFile.Result;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.lifecycle.BeforeTry;

class RejectsPropertiesTest {
  private static final List<String> HEADER =
      List.of("to", "definitionKey", "Name", "contactKey", "message", "a \"b\", c");

  private Path home;
  private BatchFile file;

  @BeforeTry
  void folders() throws IOException {
    home = Files.createTempDirectory("rejects");
    file = new BatchFile(home);
  }

  @AfterTry
  void remove() throws IOException {
    try (Stream<Path> all = Files.walk(home)) {
      all.sorted(Comparator.reverseOrder())
          .forEach(
              path -> {
                try {
                  Files.delete(path);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
  }

  @Provide
  Arbitrary<List<List<String>>> rows() {
    Arbitrary<String> cell =
        Arbitraries.strings()
            .withChars(",\"\r\n \t;'=\\aé€%_")
            .withChars('\u0001', '\uD7FF')
            .ofMaxLength(8);
    return cell.list()
        .ofSize(HEADER.size())
        .list()
        .ofMinSize(1)
        .ofMaxSize(6)
        // Empty rows at the end are those that a spreadsheet left there.
        .filter(rows -> rows.get(rows.size() - 1).stream().anyMatch(text -> !isBlank(text)));
  }

  @Provide
  Arbitrary<Character> separators() {
    return Arbitraries.of(',', ';', '\t');
  }

  @Property(tries = 200)
  void returns_csv_rows_cell_by_cell(
      @ForAll("rows") List<List<String>> rows, @ForAll("separators") char separator)
      throws IOException {
    Result first = file.run("a.csv", csv(separator, HEADER, rows), BatchFile::refuse);
    Result again = file.run("b.csv", first.rejects(), BatchFile::refuse);

    assertThat(cells(separator, first.rejects(), 4)).isEqualTo(withHeader(rows));
    assertThat(again.requests())
        .extracting(request -> request.withMessageKey("k"))
        .isEqualTo(first.requests().stream().map(r -> r.withMessageKey("k")).toList());
    assertThat(again.rejects()).isEqualTo(first.rejects());
    assertThat(first.lines()).hasSize(rows.size());
  }

  @Provide
  Arbitrary<List<String>> texts() {
    return Arbitraries.strings()
        .withChars("{}[]\",:\\ \r\tnulltrue0123456789e+-.é€_raw")
        .ofMaxLength(20)
        .filter(text -> !text.isBlank())
        .list()
        .ofMinSize(1)
        .ofMaxSize(5);
  }

  @Property(tries = 300)
  void returns_any_line_of_text_unchanged(@ForAll("texts") List<String> lines) throws IOException {
    Result first = file.run("a.ndjson", String.join("\n", lines), BatchFile::refuse);
    Result again = file.run("b.ndjson", first.rejects(), BatchFile::refuse);

    assertThat(first.lines()).hasSize(lines.size());
    assertThat(again.rejects()).isEqualTo(first.rejects());
  }

  @Property(tries = 100)
  void returns_json_objects_field_by_field(@ForAll List<String> values) throws IOException {
    StringBuilder content = new StringBuilder();
    List<ObjectNode> rows = new ArrayList<>();
    for (String value : values) {
      ObjectNode row = JsonOriginal.MAPPER.createObjectNode();
      row.put("definitionKey", wellFormed(value));
      row.putObject("recipient").put("to", "1").putObject("attributes").put("x", value.length());
      rows.add(row);
      content.append(row).append('\n');
    }
    if (rows.isEmpty()) {
      return;
    }
    Result result = file.run("a.ndjson", content.toString(), BatchFile::refuse);
    List<ObjectNode> came = new ArrayList<>();
    for (String line : result.rejects().split("\n")) {
      ObjectNode row = (ObjectNode) JsonOriginal.MAPPER.readTree(line);
      row.remove(List.of("_code", "_field", "_message"));
      came.add(row);
    }
    assertThat(came).isEqualTo(rows);
  }

  private static String wellFormed(String text) {
    return text.replaceAll("[\\uD800-\\uDFFF\\u0000]", "?");
  }

  private static boolean isBlank(String text) {
    return text.chars().allMatch(c -> c == ' ' || c == '\t');
  }

  private static String csv(char separator, List<String> header, List<List<String>> rows)
      throws IOException {
    StringWriter out = new StringWriter();
    try (CsvWriter csv = CsvWriter.builder().fieldSeparator(separator).build(out)) {
      csv.writeRecord(header);
      rows.forEach(csv::writeRecord);
    }
    return out.toString();
  }

  private static List<List<String>> withHeader(List<List<String>> rows) {
    List<List<String>> all = new ArrayList<>(rows);
    all.add(0, HEADER);
    return all;
  }

  private static List<List<String>> cells(char separator, String csv, int from) throws IOException {
    try (CsvReader<CsvRecord> reader =
        CsvReader.builder().fieldSeparator(separator).ofCsvRecord(csv)) {
      return reader.stream()
          .map(row -> row.getFields().subList(from, row.getFieldCount()))
          .toList();
    }
  }
}
