package dev.smsroutes.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What people see of batch files, from outside of the process that sends them. */
class StatusTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TempDir private Path home;

  private Said status(String... options) {
    List<String> arguments = new ArrayList<>(List.of("status"));
    for (String folder : List.of("inbox", "results", "done", "failed")) {
      arguments.add("--set=sms.file." + folder + "=" + home.resolve(folder));
    }
    arguments.addAll(Arrays.asList(options));
    return Said.by(arguments.toArray(String[]::new));
  }

  private void write(String name, String text, Instant changed) throws IOException {
    Path file = home.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text.replace('\'', '"'));
    Files.setLastModifiedTime(file, FileTime.from(changed));
  }

  private void running(String name, Instant at, String total, String left) throws IOException {
    write(
        "results/" + name + ".progress.json",
        ("{'file':'%s','as':'%s','state':'sending','rows':310,'total':%s,'recorded':300,"
                + "'accepted':305,'refused':4,'unsettled':1,'rowsPerSecond':5.0,'secondsLeft':%s,"
                + "'firstOpenRow':311,'started':'2026-01-01T12:00:00Z','at':'%s'}")
            .formatted(name, name, total, left, at),
        at);
  }

  private void ended(String name, String state, String finished) throws IOException {
    write(
        "results/" + name + ".summary.json",
        ("{'file':'%s','as':'%s',%s,'rows':12,'accepted':3,'acceptedEarlier':1,'refused':3,"
                + "'duplicate':1,'waiting':1,'uncertain':1,'parked':2,'recorded':0,"
                + "'refusedByCode':{'109110':1,'109121':3},'parts':9,'partsEarlier':3,"
                + "'partsUnknown':0,'bytes':99,'sha256':'ab','started':'2026-01-01T12:00:00Z',"
                + "'finished':'%s','milliseconds':5500,'rowsPerSecond':2.2}\n")
            .formatted(name, name, state, finished),
        Instant.parse(finished));
  }

  private void unreadable(String name, String at) throws IOException {
    write(
        "failed/" + name + ".reason.json",
        "{'file':'%s','reason':'no header','message':'m','at':'%s'}".formatted(name, at),
        Instant.parse(at));
  }

  private static List<String> names(Said said) {
    return said.lines().stream().skip(2).map(line -> line.split(" ")[0]).toList();
  }

  @Test
  void lists_running_and_ended_files_newest_first() throws IOException {
    running("now.csv", Instant.now(), "400", "18");
    ended("old.csv", "'state':'done'", "2026-01-01T12:00:05.500Z");
    ended("changed.csv", "'state':'failed','reason':'changed'", "2026-01-01T12:00:06Z");
    unreadable("broken.csv", "2026-01-02T12:00:00Z");

    Said said = status();

    assertThat(said.exit()).isZero();
    assertThat(said.err()).isEmpty();
    assertThat(said.lines().get(0))
        .matches("name +state +rows +accepted +refused +unsettled +parts +rows/s +when");
    assertThat(said.lines().get(2))
        .matches("now\\.csv +sending +310/400 +305 +4 +1 +- +5\\.0 +18s left");
    assertThat(said.lines().get(3))
        .matches("broken\\.csv +failed( +-){6} +2026-01-02T12:00:00Z, no header");
    assertThat(said.lines().get(4))
        .matches("changed\\.csv +failed +12 +4 +4 +4 +9 +.* +2026-01-01T12:00:06Z, changed");
    assertThat(said.lines().get(5))
        .matches("old\\.csv +done +12 +4 +4 +4 +9 +2\\.2 +2026-01-01T12:00:05Z");
    assertThat(said.lines()).hasSize(6);
  }

  @Test
  void marks_stale_files_after_ten_seconds() throws IOException {
    Instant longAgo = Instant.now().minusSeconds(11);
    running("dead.csv", longAgo, "null", "18");
    running("live.csv", Instant.now().minusSeconds(8), "null", "null");

    Said said = status();
    assertThat(said.out())
        .containsPattern("dead\\.csv +sending \\(stale\\) +310 .* last seen 20")
        .containsPattern("live\\.csv +sending +310 +305 +4 +1 +- +5\\.0 +-\n");
    assertThat(json(status("--format=json")))
        .extracting(line -> line.path("as").asText() + line.path("stale").asBoolean())
        .containsExactlyInAnyOrder("dead.csvtrue", "live.csvfalse");
  }

  @ParameterizedTest
  @CsvSource({"59, 59s", "61, 1m 1s", "3600, 1h 0m", "90061, 25h 1m"})
  void shows_the_remaining_time(String seconds, String shown) throws IOException {
    running("a.csv", Instant.now(), "null", seconds);

    assertThat(status().out()).contains(shown + " left\n");
  }

  @Test
  void lists_at_most_the_limit() throws IOException {
    for (int i = 10; i < 40; i++) {
      ended("f" + i + ".csv", "'state':'done'", "2026-01-01T12:00:" + i + "Z");
    }
    running("now.csv", Instant.now(), "null", "1");

    assertThat(names(status())).hasSize(21).startsWith("now.csv", "f39.csv").endsWith("f20.csv");
    assertThat(names(status("--limit", "2"))).containsExactly("now.csv", "f39.csv", "f38.csv");
    assertThat(names(status("--limit=0"))).containsExactly("now.csv");
  }

  @Test
  void shows_paused_files_in_the_inbox() throws IOException {
    for (String name : List.of("b.csv", "a.csv", "gone.csv", "ending.csv", "cancelled.csv")) {
      write("inbox/." + name + ".sms-paused", "", Instant.now());
      write("inbox/" + name, "", Instant.now());
    }
    Files.delete(home.resolve("inbox/gone.csv"));
    write("inbox/.cancelled.csv.sms-cancelled", "", Instant.now());
    running("ending.csv", Instant.now(), "400", "null");

    Said said = status("--limit=0");
    assertThat(names(said)).containsExactly("ending.csv", "a.csv", "b.csv");
    assertThat(said.lines().get(3)).matches("a\\.csv +paused( +-){7}");
    assertThat(status("--limit=0", "--format=json").lines())
        .contains("{\"file\":\"a.csv\",\"state\":\"paused\"}");
  }

  @Test
  void lists_untaken_files_with_reasons_and_counts_waiting_ones() throws IOException {
    Instant now = Instant.now();
    for (String name : List.of("a.csv", "b.json", "late.csv.partial", ".hidden", "check/c.csv")) {
      write("inbox/" + name, "x", now);
    }
    Files.createSymbolicLink(home.resolve("inbox/link.csv"), home.resolve("inbox/a.csv"));
    // Internal notes are not listed.
    write("inbox/.b.csv.sms-tmp", "", now);

    Said said = status();

    assertThat(said.exit()).isZero();
    assertThat(names(said)).containsExactly(".hidden", "late.csv.partial", "link.csv");
    assertThat(said.lines().get(3))
        .matches("late\\.csv\\.partial +not taken( +-){6} +its name is that of an upload .*");
    assertThat(said.err()).isEqualTo("3 files wait in the inbox\n");
    assertThat(json(status("--format=json")))
        .extracting(line -> line.path("file").asText() + ": " + line.path("state").asText())
        .containsExactly(
            ".hidden: not taken", "late.csv.partial: not taken", "link.csv: not taken");
  }

  private static List<JsonNode> json(Said said) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : said.lines()) {
      lines.add(JSON.readTree(line));
    }
    return lines;
  }

  @Test
  void programs_get_the_objects_that_are_in_the_files() throws IOException {
    running("now.csv", Instant.now(), "400", "18");
    ended("old.csv", "'state':'done'", "2026-01-01T12:00:05.500Z");
    unreadable("broken.csv", "2025-01-02T12:00:00Z");

    List<JsonNode> lines = json(status("--format", "json"));

    assertThat(lines).hasSize(3);
    assertThat(lines.get(0).path("secondsLeft").asInt()).isEqualTo(18);
    assertThat(lines.get(1))
        .as("of an earlier version, which had no faults")
        .isEqualTo(JSON.readTree(home.resolve("results/old.csv.summary.json").toFile()));
    assertThat(lines.get(2).toString())
        .isEqualTo(
            "{\"file\":\"broken.csv\",\"as\":\"broken.csv\",\"state\":\"failed\","
                + "\"reason\":\"no header\",\"finished\":\"2025-01-02T12:00:00Z\"}");
  }

  @Test
  void where_nothing_was_ever_sent_there_is_nothing_to_list() {
    Said said = status();
    assertThat(said.exit()).isZero();
    assertThat(said.out()).isEmpty();
    assertThat(said.err()).isEqualTo("No file is being sent, and none has ended\n");
    assertThat(status("--format=json").out()).isEmpty();
    assertThat(home).as("nothing is made either").isEmptyDirectory();
  }

  @Test
  void names_foreign_files_that_it_skips() throws IOException {
    Files.createDirectories(home.resolve("results/folder.summary.json"));
    Instant now = Instant.now();
    write("results/empty.summary.json", "", now);
    write("results/list.progress.json", "[1]", now);
    write("results/half.progress.json", "{'file':", now);
    write("results/.hidden.csv.progress.json.sms-tmp", "{", now);
    write("failed/x.reason.json", "{}", now);
    ended("evil\\u001b[31m.csv", "'state':'done'", "2026-01-01T12:00:05Z");

    Said said = status();

    assertThat(names(said)).containsExactly("evil?[31m.csv");
    assertThat(said.err().lines())
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(
                    "folder.summary.json",
                    "empty.summary.json",
                    "list.progress.json",
                    "half.progress.json",
                    "x.reason.json")
                .map(name -> "Not shown, because it cannot be read: " + name)
                .toList());
  }

  @Test
  void options_that_cannot_be_are_refused() {
    assertThat(status("--limit=-1").exit()).isEqualTo(2);
    assertThat(status("--limit=-1").err()).isEqualTo("--limit: expected 0 or more; got -1\n");
    assertThat(status("--format=xml").exit()).isEqualTo(2);
    Said said = status("--set=sms.file.results-format=xls", "--set=sms.file.min-age=soon");
    assertThat(said.exit()).isEqualTo(2);
    assertThat(said.err()).contains("sms.file.results-format: expected ndjson or csv; got 'xls'");
  }
}
