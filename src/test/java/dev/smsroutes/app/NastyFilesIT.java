package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import dev.smsroutes.batch.overview.BatchOverview;
import dev.smsroutes.batch.result.BatchFolders;
import dev.smsroutes.testing.RunningBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Drops every file that people send by mistake into the whole bundle, and compares with the table
 * beside them (src/test/resources/nasty-files/expected.md) what became of it: what was told, and
 * what the API got.
 */
@Timeout(120)
class NastyFilesIT {
  private static final String NOT_TAKEN = "not taken: ";

  /** Numbers stay as they were written, however long. */
  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNumberLength(Integer.MAX_VALUE).build())
                  .build())
          .build();

  @TempDir private static Path folder;

  private static RunningBundle bundle;

  @BeforeAll
  static void dropAll() throws IOException {
    bundle =
        RunningBundle.startWithFiles(
            folder,
            // Of two rows with the same key, the first one is to be sent.
            "sms.file.concurrency",
            "1",
            "sms.file.max-rows",
            Integer.toString(NastyFiles.MAX_ROWS),
            "sms.file.max-bytes",
            Integer.toString(NastyFiles.MAX_BYTES),
            "sms.file.max-expanded-bytes",
            Integer.toString(NastyFiles.MAX_EXPANDED_BYTES));
    for (Map.Entry<String, byte[]> file : NastyFiles.all().entrySet()) {
      drop(file.getKey(), file.getValue());
    }
  }

  @AfterAll
  static void stop() {
    bundle.close();
  }

  private static void drop(String name, byte[] content) throws IOException {
    Path elsewhere = Files.write(folder.resolve(name), content);
    Files.move(elsewhere, folder.resolve("inbox").resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  static Stream<Arguments> table() throws IOException {
    return NastyFiles.expected().entrySet().stream()
        .map(line -> Arguments.of(line.getKey(), line.getValue()));
  }

  @Test
  void every_file_has_its_line_in_the_table() throws IOException {
    assertThat(NastyFiles.expected().keySet())
        .containsExactlyInAnyOrderElementsOf(NastyFiles.all().keySet());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("table")
  void becomes_what_the_table_says(String name, String answer) throws IOException {
    if (answer.startsWith(NOT_TAKEN)) {
      assertLeft(name, answer.substring(NOT_TAKEN.length()));
      return;
    }
    awaitEnd(name);
    if (!answer.startsWith("failed: ")) {
      assertThat(answer(name)).isEqualTo(answer);
      assertThat(folder.resolve("done").resolve(name)).exists();
      return;
    }
    JsonNode reason =
        JSON.readTree(folder.resolve("failed").resolve(name + ".reason.json").toFile());
    String[] expected = answer.substring("failed: ".length()).split(" — ");
    assertThat(reason.path("reason").asText()).isEqualTo(expected[0]);
    assertThat(reason.path("message").asText())
        .startsWith("Expected")
        .contains(expected.length > 1 ? expected[1] : "");
    assertThat(folder.resolve("results").resolve(name + ".results.ndjson")).doesNotExist();
  }

  /** When all others have ended, it lies where it was dropped, and the overview says why. */
  private static void assertLeft(String name, String words) throws IOException {
    for (Map.Entry<String, String> other : NastyFiles.expected().entrySet()) {
      if (!other.getValue().startsWith(NOT_TAKEN)) {
        awaitEnd(other.getKey());
      }
    }
    BatchFolders folders =
        new BatchFolders(
            folder.resolve("inbox"),
            folder.resolve("results"),
            folder.resolve("done"),
            folder.resolve("failed"));
    assertThat(folder.resolve("inbox").resolve(name)).exists();
    assertThat(BatchOverview.of(folders, 0, Instant.now()).untaken())
        .filteredOn(each -> each.name().equals(name))
        .singleElement()
        .satisfies(each -> assertThat(each.why().reason()).contains(words));
  }

  @Test
  void all_rejects_can_be_dropped_again_as_they_are() throws IOException {
    List<String> dropped = new ArrayList<>();
    Map<String, String> expected = NastyFiles.expected();
    for (String name : NastyFiles.all().keySet()) {
      if (expected.get(name).startsWith(NOT_TAKEN)) {
        continue;
      }
      awaitEnd(name);
      Path rejects = rejects(name);
      // A row that is too long is not repeated, so nothing of it can be compared.
      if (Files.exists(rejects) && !name.contains("over-the-limit")) {
        drop("again-" + rejects.getFileName(), Files.readAllBytes(rejects));
        dropped.add(name);
      }
    }
    assertThat(dropped).hasSizeGreaterThan(15);
    for (String name : dropped) {
      String again = "again-" + rejects(name).getFileName();
      awaitEnd(again);
      // Not the messages: they name the lines, and how many columns there are now.
      assertThat(refused(again)).as(name).isEqualTo(refused(name));
    }
  }

  /** What was wrong with each row that was not accepted. */
  private static List<String> refused(String name) throws IOException {
    return Stream.of(answer(name).split("<br>"))
        .map(row -> row.substring(row.indexOf(' ') + 1))
        .filter(row -> !row.startsWith("ACCEPTED"))
        .toList();
  }

  private static void awaitEnd(String name) {
    await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(10))
        .until(
            () ->
                Files.exists(folder.resolve("done").resolve(name))
                    || Files.exists(folder.resolve("failed").resolve(name)));
  }

  /** As the table has it. */
  private static String answer(String name) throws IOException {
    Path results = folder.resolve("results").resolve(name + ".results.ndjson");
    if (!Files.exists(results)) {
      return Files.readString(folder.resolve("failed").resolve(name + ".reason.json"));
    }
    Deque<String> fields = fields(name);
    List<String> rows = new ArrayList<>();
    for (String line : Files.readAllLines(results)) {
      JsonNode row = JSON.readTree(line);
      String number = row.path("row").asText() + (row.has("item") ? "." + row.path("item") : "");
      String outcome = row.path("outcome").asText();
      rows.add(
          number
              + " "
              + (outcome.startsWith("ACCEPTED")
                  ? outcome + " `" + firstName(row.path("messageKey").asText()) + "`"
                  : (outcome + " " + row.path("code") + " " + fields.remove()).strip()));
    }
    assertThat(fields).isEmpty();
    return rows.isEmpty() ? "no rows" : String.join("<br>", rows);
  }

  /** The attribute as the API got it; what cannot be seen is spelled out. */
  private static String firstName(String messageKey) {
    return bundle
        .sandbox()
        .body(messageKey)
        .path("recipient")
        .path("attributes")
        .path("FirstName")
        .asText()
        .chars()
        .mapToObj(
            c ->
                c >= ' ' && c < 0x7F || c >= 0xC0 && c < 0x250
                    ? Character.toString(c)
                    : "\\u%04X".formatted(c))
        .collect(Collectors.joining());
  }

  private static Path rejects(String name) {
    String extension =
        name.toLowerCase().endsWith(".gz") ? name.substring(0, name.length() - 3) : name;
    return folder
        .resolve("results")
        .resolve(name + ".rejects" + extension.substring(Math.max(0, extension.lastIndexOf('.'))));
  }

  /** What the rejects say is wrong with each row. */
  @SuppressWarnings("removal") // The library names no successor for it yet.
  private static Deque<String> fields(String name) throws IOException {
    Path rejects = rejects(name);
    Deque<String> fields = new ArrayDeque<>();
    if (!Files.exists(rejects)) {
      return fields;
    }
    String text = Files.readString(rejects).replaceFirst("^\\uFEFF?(sep=.\\r\\n)?", "");
    if (name.endsWith(".json")) {
      fields.add(JSON.readTree(text).path("_field").asText());
      return fields;
    }
    if (!text.startsWith("_code")) {
      for (String line : text.lines().toList()) {
        fields.add(JSON.readTree(line).path("_field").asText());
      }
      return fields;
    }
    try (CsvReader<CsvRecord> reader =
        CsvReader.builder()
            .fieldSeparator(text.charAt("_code".length()))
            .allowExtraCharsAfterClosingQuote(true)
            .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
            .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
            .ofCsvRecord(text)) {
      reader.stream().skip(1).forEach(row -> fields.add(row.getField(1)));
    }
    return fields;
  }
}
