package dev.smsroutes.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.smsroutes.testing.RunningBundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code check} says beforehand, and what a real run of the same file says afterwards. */
@Timeout(120)
class CheckIT {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String HEADER = "definitionKey,messageKey,contactKey,to,FirstName,password";

  @TempDir private Path home;

  /** A file with what it holds. */
  record Dropped(String name, String content) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Dropped> files() {
    String long1 = "x".repeat(70_000);
    String long2 = "y".repeat(1_600);
    return Stream.of(
        new Dropped(
            "every-refusal.csv",
            String.join(
                "\n",
                HEADER + ",message",
                "account-reset,k1,c1,+14255550123,Ada,p1,",
                ",k2,c2,+14255550123,Ada,p,",
                "no-such,k3,c3,+14255550123,Ada,p,",
                "retired-offer,k4,c4,+14255550123,Ada,p,",
                "account-reset,k5,,+14255550123,Ada,p,",
                "account-reset,k6,c6,,Ada,p,",
                "account-reset,k7,c7,not a number,Ada,p,",
                "account-reset,k8,c8,not a number,,,",
                "account-reset,k9,c9,+14255550123,%%=x=%%,p,",
                "account-reset," + "k".repeat(101) + ",c10,+14255550123,Ada,p,",
                "account-reset,..,c11,+14255550123,Ada,p,",
                "account-reset,k12,c12,+14255550123,Ada,p,,too many",
                "account-reset,k13,c13,+14255550123,\"A\"da,p,",
                "account-reset,k14,c14,+14255550123," + long1 + ",p,",
                "account-reset,k15,c15,+14255550123," + long2 + ",p,",
                "account-reset,k16,c16,+14255550123,Ada,p,   ",
                "account-reset,k17,c17,+14255550123,Zo\u00eb \u4f60\u4f60,p,",
                "account-reset,,c18,+14255550123,Ada,p,",
                "account-reset,k19,c19,+49 151 12345678,Ada,p,\u00a1Hola %%FirstName%%!",
                "newsletter-teaser,k20,c20,+14255550123,Ada,p,Hi %%FirstName%%")),
        new Dropped(
            "keys-twice.csv",
            String.join(
                "\n",
                HEADER,
                "account-reset,a,c1,+14255550123,Ada,p",
                "account-reset,a,c1,+1 (425) 555-0123,Ada,p",
                "account-reset,a,c1,+14255550123,Bob,p",
                "account-reset,a,c1,+14255550123,Ada,p",
                "account-reset,b,c1,+14255550123,,",
                "account-reset,b,c1,+14255550123,Ada,p",
                "account-reset,b,c2,+14255550123,Ada,p")),
        new Dropped(
            "lines.ndjson",
            String.join(
                "\n",
                "{\"definitionKey\":\"account-reset\",\"recipient\":{\"contactKey\":\"c\",\"to\":"
                    + "\"+14255550123\",\"attributes\":{\"FirstName\":\"A\",\"password\":\"b\"}}}",
                "{\"definitionKey\":\"account-reset\",\"messageKey\":\"n2\",\"recipients\":["
                    + "{\"contactKey\":\"c\",\"to\":\"+14255550123\",\"attributes\":"
                    + "{\"FirstName\":\"A\",\"password\":\"b\"}},"
                    + "{\"contactKey\":\"c\",\"to\":\"12\"}]}",
                "{\"definitionKey\":\"account-reset\",\"recipients\":["
                    + "{\"contactKey\":\"c\",\"to\":\"+14255550123\",\"attributes\":"
                    + "{\"FirstName\":\"A\",\"password\":\"b\"}},"
                    + "{\"contactKey\":\"c\",\"to\":\"12\"}]}",
                "{nonsense",
                "[1]",
                "{\"definitionKey\":7,\"recipient\":{\"contactKey\":\"c\",\"to\":\"+14255550123\"}}",
                "{\"definitionKey\":\"account-reset\",\"recipient\":{\"contactKey\":\"c\",\"to\":"
                    + "\"+14255550123\",\"atributes\":{}}}",
                "{\"definitionKey\":\"order-shipped\",\"subscriptions\":{\"resubscribe\":true},"
                    + "\"recipient\":{\"contactKey\":\"c\",\"to\":\"+14255550123\"}}",
                "{\"definitionKey\":\"account-reset\"}")),
        new Dropped(
            "one.json",
            "{\"definitionKey\":\"account-reset\",\"recipients\":["
                + "{\"contactKey\":\"c\",\"to\":\"+14255550123\",\"attributes\":"
                + "{\"FirstName\":\"A\",\"password\":\"b\"}},"
                + "{\"contactKey\":\"d\",\"to\":\"+14255550124\"}]}"),
        new Dropped(
            "numbers.json",
            "{\"definitionKey\":\"account-reset\",\"attributes\":{\"password\":1.25E7},"
                + "\"recipient\":null,\"recipients\":["
                + "{\"contactKey\":\"e\",\"to\":\"+14255550123\",\"attributes\":"
                + "{\"FirstName\":12E45678901234}},"
                + "{\"contactKey\":\"f\",\"to\":\"+14255550124\",\"attributes\":"
                + "{\"FirstName\":\"A\",\"x\":null}}]}"),
        new Dropped(
            "numbers.ndjson",
            Stream.of("12E45678901234", "1E9999999", "1".repeat(2_000), "null", "1.50", "2e3")
                .map(
                    name ->
                        "{\"definitionKey\":\"account-reset\",\"recipients\":null,"
                            + "\"recipient\":{\"contactKey\":\"c\",\"to\":\"+14255550123\","
                            + "\"attributes\":{\"password\":\"b\",\"FirstName\":"
                            + name
                            + "}}}")
                .collect(Collectors.joining("\n"))),
        new Dropped("no-header.csv", "a,b,c\n1,2,3\n"));
  }

  private RunningBundle start(String... more) {
    List<String> all =
        new ArrayList<>(
            List.of(
                // Of two rows with one key, the first one is sent.
                "sms.file.concurrency",
                "1",
                "sms.ledger.url",
                "jdbc:sqlite:" + home.resolve("ledger.db")));
    all.addAll(List.of(more));
    return RunningBundle.startWithFiles(home, all.toArray(String[]::new));
  }

  private Said check(Path file, String... more) {
    List<String> arguments = new ArrayList<>(List.of("check", file.toString()));
    arguments.add("--set=sms.ledger.url=jdbc:sqlite:" + home.resolve("ledger.db"));
    arguments.add("--set=sms.file.concurrency=1");
    arguments.addAll(List.of(more));
    return Said.by(arguments.toArray(String[]::new));
  }

  private JsonNode plan(Path file) throws IOException {
    return JSON.readTree(check(file, "--format=json", "--limit=100000").out());
  }

  private Path write(Dropped file) {
    try {
      return Files.writeString(
          home.resolve(file.name()), file.content() + "\n", StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void drop(Path file) throws IOException {
    Path moved = Files.copy(file, home.resolve("dropped.tmp"));
    Files.move(moved, home.resolve("inbox").resolve(file.getFileName()));
  }

  private List<JsonNode> results(String name) {
    Path done = home.resolve("done").resolve(name);
    await().atMost(Duration.ofSeconds(60)).until(() -> Files.exists(done));
    try {
      List<JsonNode> lines = new ArrayList<>();
      for (String line :
          Files.readAllLines(home.resolve("results").resolve(name + ".results.ndjson"))) {
        lines.add(JSON.readTree(line));
      }
      return lines;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, Long> counts(List<JsonNode> lines, Function<JsonNode, String> by) {
    return lines.stream().collect(Collectors.groupingBy(by, TreeMap::new, Collectors.counting()));
  }

  private static Map<String, Long> outcomes(JsonNode plan) {
    Map<String, Long> outcomes = new TreeMap<>();
    plan.path("outcomes")
        .properties()
        .forEach(field -> outcomes.put(field.getKey(), field.getValue().asLong()));
    return outcomes;
  }

  /** The totals, the codes and each row's outcome, as in the results. */
  private static void assertSame(JsonNode plan, List<JsonNode> results) {
    assertThat(plan.path("rows").asInt()).isEqualTo(results.size());
    assertThat(outcomes(plan)).isEqualTo(counts(results, line -> line.path("outcome").asText()));
    Map<String, Long> codes = new TreeMap<>();
    plan.path("refusedByCode")
        .forEach(one -> codes.put(one.path("code").asText(), one.path("rows").asLong()));
    assertThat(codes)
        .isEqualTo(
            counts(
                results.stream()
                    .filter(
                        line ->
                            List.of("REFUSED", "DUPLICATE").contains(line.path("outcome").asText()))
                    .toList(),
                line -> line.path("code").asText()));
    Map<String, String> found = new TreeMap<>();
    plan.path("findings")
        .forEach(
            one -> found.merge(place(one), one.path("message").asText(), (a, b) -> a + "; " + b));
    Map<String, String> told = new TreeMap<>();
    results.stream()
        .filter(line -> !line.path("outcome").asText().startsWith("ACCEPTED"))
        .forEach(line -> told.put(place(line), line.path("message").asText()));
    assertThat(found).isEqualTo(told);
  }

  private static String place(JsonNode line) {
    return line.path("row").asText() + "." + line.path("item").asText("0");
  }

  @Test
  void agrees_with_a_real_run_before_and_after_it() throws Exception {
    List<Path> files = files().map(this::write).toList();
    Map<Path, JsonNode> before = new TreeMap<>();
    for (Path file : files) {
      before.put(file, plan(file));
    }
    assertThat(home.resolve("ledger.db")).doesNotExist();
    try (RunningBundle bundle = start()) {
      for (Path file : files) {
        // With the ledger's current state, while the process serves.
        JsonNode now = plan(file);
        assertThat(now.path("outcomes")).isEqualTo(before.get(file).path("outcomes"));
        int sends = bundle.sandbox().sends();
        drop(file);
        String name = file.getFileName().toString();
        if (now.has("unreadable")) {
          await().until(() -> Files.exists(home.resolve("failed").resolve(name)));
          continue;
        }
        assertSame(now, results(name));
        assertThat(bundle.sandbox().sends() - sends)
            .isEqualTo(now.path("toSend").path("rows").asInt());

        JsonNode after = plan(file);
        int sent = bundle.sandbox().sends();
        drop(file);
        assertSame(after, results(name.replace(".", "~2.")));
        assertThat(bundle.sandbox().sends()).isEqualTo(sent);
        assertThat(after.path("toSend").path("rows").asInt()).isZero();
        assertThat(after.path("ledger").path("acceptedBefore").asInt())
            .isEqualTo(now.path("toSend").path("rows").asInt());
      }
    }
  }

  @Test
  void agrees_with_a_resumed_run() throws Exception {
    String rows =
        IntStream.rangeClosed(1, 300)
            .mapToObj(
                i -> "account-reset,k" + (i == 300 ? 1 : i) + ",c,+14255550123,Ada,p" + i % 299)
            .collect(Collectors.joining("\n"));
    Path file = write(new Dropped("orders.csv", HEADER + "\n" + rows));
    try (RunningBundle bundle = start()) {
      bundle
          .sandbox()
          .faults(
              "{\"calls\": 5, \"status\": 400, \"body\": {\"errorcode\": 109121, \"message\": \"no\"}}",
              "{\"latencyMs\": 5}");
      drop(file);
      await().until(() -> bundle.sandbox().sends() > 60);
    }
    JsonNode plan = plan(file);

    assertThat(plan.path("ledger").path("resumed").asBoolean()).isTrue();
    assertThat(plan.path("ledger").path("acceptedBefore").asInt()).isGreaterThan(50);
    // The API refused five, and the last row has the key and the request of the first.
    assertThat(plan.path("refused").asInt()).isEqualTo(6);
    try (RunningBundle bundle = start()) {
      assertSame(plan, results("orders.csv"));
      assertThat(bundle.sandbox().sends()).isEqualTo(plan.path("toSend").path("rows").asInt());
    }
  }

  @Test
  void predicts_parked_rows_that_are_refused_now() throws Exception {
    Path file =
        write(
            new Dropped(
                "orders.csv",
                String.join(
                    "\n",
                    HEADER,
                    "account-reset,k1,c1,+14255550123,Ada,p",
                    "account-reset,k2,c2,+14255550124,Ada,p",
                    "account-reset,k3,c3,+14255550125,Ada,p")));
    try (RunningBundle bundle = start("sms.file.max-attempts", "1")) {
      bundle.sandbox().faults("{\"key\": \"k1\", \"status\": 500}");
      drop(file);
      assertThat(results("orders.csv").get(0).path("outcome").asText()).isEqualTo("UNCERTAIN");
    }
    Path list = Files.writeString(home.resolve("never.txt"), "+14255550123\n+14255550124\n");
    Said said = check(file, "--format=json", "--set=sms.suppression-file=" + list);

    assertThat(said.exit()).as(said.err()).isEqualTo(ExitCode.UNSETTLED);
    JsonNode plan = JSON.readTree(said.out());
    assertThat(outcomes(plan))
        .isEqualTo(Map.of("PARKED", 1L, "REFUSED", 1L, "ACCEPTED_EARLIER", 1L));
    try (RunningBundle bundle = start("sms.suppression-file", list.toString())) {
      drop(file);
      assertSame(plan, results("orders~2.csv"));
      assertThat(bundle.sandbox().sends()).isZero();
    }
  }

  @Test
  void counts_parts_encodings_characters_and_countries() throws Exception {
    JsonNode plan = plan(write(files().findFirst().orElseThrow()));

    JsonNode send = plan.path("toSend");
    assertThat(send.path("rows").asInt()).isEqualTo(5);
    assertThat(send.path("parts").asInt()).isEqualTo(5);
    assertThat(send.path("byParts").toString()).isEqualTo("{\"1\":5}");
    assertThat(send.path("encodings").toString()).isEqualTo("{\"GSM\":4,\"UCS-2\":1}");
    assertThat(send.path("forcedUcs2").toString())
        .isEqualTo(
            "[{\"codePoint\":\"U+00EB\",\"name\":\"LATIN SMALL LETTER E WITH DIAERESIS\",\"rows\":1},"
                + "{\"codePoint\":\"U+4F60\",\"name\":\"CJK UNIFIED IDEOGRAPHS 4F60\",\"rows\":1}]");
    assertThat(send.path("countries").toString()).isEqualTo("{\"DE\":1,\"US\":4}");
    assertThat(send.path("estimate").path("calls").asInt()).isEqualTo(5);
  }

  @Test
  void checks_a_file_in_the_check_folder_without_sending() throws Exception {
    Path good = write(files().findFirst().orElseThrow());
    Path bad = write(new Dropped("no-header.csv", "a,b"));
    JsonNode expected = plan(good);
    try (RunningBundle bundle = start()) {
      for (Path file : List.of(good, bad)) {
        Files.move(
            Files.copy(file, home.resolve("dropped.tmp")),
            Files.createDirectories(home.resolve("inbox/check")).resolve(file.getFileName()));
      }
      await().until(() -> Files.exists(home.resolve("done/check/every-refusal.csv")));
      await().until(() -> Files.exists(home.resolve("failed/check/no-header.csv")));

      JsonNode found = JSON.readTree(home.resolve("results/every-refusal.csv.check.json").toFile());
      assertThat(found).isEqualTo(expected);
      assertThat(home.resolve("results/every-refusal.csv.check.txt"))
          .content()
          .contains("rows 7, 8  to  109121");
      assertThat(home.resolve("failed/check/no-header.csv.reason.json"))
          .content()
          .contains("\"no header\"");
      assertThat(home.resolve("results/no-header.csv.check.json")).content().contains("unreadable");

      Files.move(good, home.resolve("inbox/check/every-refusal.csv"));
      await().until(() -> Files.exists(home.resolve("done/check/every-refusal~2.csv")));
      assertThat(home.resolve("results/every-refusal~2.csv.check.json")).exists();
      assertThat(bundle.sandbox().calls()).isZero();
      assertThat(
              Said.by(
                      "list",
                      "--all",
                      "--set=sms.ledger.url=jdbc:sqlite:" + home.resolve("ledger.db"))
                  .err())
          .contains("Nothing found");
    }
  }

  /** The same cause in a check, in the summary of a real run, and in the log. */
  @Test
  void reports_a_missing_column_once_among_other_faults() throws Exception {
    String header = "definitionKey,contactKey,to,FirstName,OrderNumber,DeliveryDate,TrackingUrl";
    String row = "order-shipped,c,+4915112345678,Ada,1,1.5.,https://x.example/1";
    String rows =
        IntStream.rangeClosed(1, 200)
            .mapToObj(
                i ->
                    i == 70
                        ? row.replace("+4915112345678", "nobody")
                        : i % 50 == 0 ? row.replace(",1.5.", ",") : row)
            .collect(Collectors.joining("\n"));
    Path file = write(new Dropped("orders.csv", header + "\n" + rows));

    Said said = check(file);

    assertThat(said.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(said.out().lines().map(String::strip))
        .contains(
            "column Total is missing: 200 rows of order-shipped (rows 1, 2, 3 and 197 more)",
            "column Carrier is missing: 200 rows of order-shipped (rows 1, 2, 3 and 197 more)",
            "column DeliveryDate is empty: 4 rows of order-shipped (rows 50, 100, 150 and 1 more)")
        .filteredOn(line -> line.contains("row"))
        .anyMatch(line -> line.startsWith("row 70  to  109121"))
        .as("each cause once, between the counts and the end")
        .filteredOn(line -> line.contains("missing") || line.contains("empty"))
        .hasSize(3);

    JsonNode plan = plan(file);
    assertThat(plan.path("findings")).as("each row, as ever").hasSize(405);
    assertThat(plan.path("faults")).hasSize(4);
    assertThat(plan.path("faults").path(0).toString())
        .isEqualTo(
            "{\"column\":\"Total\",\"code\":10002,\"message\":\"column Total is missing\","
                + "\"definitionKey\":\"order-shipped\",\"rows\":200,"
                + "\"first\":[{\"row\":1},{\"row\":2},{\"row\":3}]}");
    JsonNode cut = JSON.readTree(check(file, "--format=json", "--limit=1").out());
    assertThat(cut.path("faults")).hasSize(1);
    assertThat(cut.path("moreFaults").asInt()).isEqualTo(205);
    RunningBundle bundle = start();
    try (bundle) {
      drop(file);
      results("orders.csv");
      JsonNode summary = JSON.readTree(home.resolve("results/orders.csv.summary.json").toFile());
      assertThat(summary.path("faults")).isEqualTo(plan.path("faults"));
      assertThat(summary.path("moreFaults").asInt()).isZero();
    }
  }

  @Test
  void ends_with_a_code_for_each_end() {
    Said refused = check(write(files().findFirst().orElseThrow()), "--limit=2");
    assertThat(refused.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(refused.out())
        .contains("row 2  definitionKey  109107")
        .containsPattern("and \\d+ more");
    assertThat(refused.out()).doesNotContain("4255550123").doesNotContain("Zo");
    assertThat(
            check(write(new Dropped("good.csv", HEADER + "\naccount-reset,,c,+14255550123,A,p")))
                .exit())
        .isZero();
    assertThat(check(write(new Dropped("none.csv", "a,b"))).exit()).isEqualTo(ExitCode.UNREADABLE);
    assertThat(check(home.resolve("missing.csv")).exit()).isEqualTo(ExitCode.UNREADABLE);
    assertThat(check(home.resolve("good.csv"), "--limit=-1").exit())
        .isEqualTo(ExitCode.MISCONFIGURED);
    assertThat(check(home.resolve("good.csv"), "--set=sms.message.max-parts=x").exit())
        .isEqualTo(ExitCode.MISCONFIGURED);
    assertThat(home.resolve("ledger.db")).doesNotExist();
  }

  @Test
  void takes_the_pace_from_the_settings_where_they_have_one() throws Exception {
    Path file = write(files().findFirst().orElseThrow());
    JsonNode plan = JSON.readTree(check(file, "--format=json", "--set=sms.api.max-rate=0.5").out());

    assertThat(plan.path("toSend").path("estimate").toString())
        .isEqualTo(
            "{\"calls\":5,\"messagesPerSecond\":0.5,\"seconds\":10,\"basis\":\"sms.api.max-rate\"}");
  }
}
