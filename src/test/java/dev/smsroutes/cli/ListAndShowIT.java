package dev.smsroutes.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.smsroutes.ledger.EntryState;
import dev.smsroutes.ledger.jdbc.JdbcRecords;
import dev.smsroutes.model.Origin;
import dev.smsroutes.model.Outcome.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What operators see of the ledger while a process serves. */
class ListAndShowIT {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TempDir private Path folder;
  private LedgerFile ledger;

  @BeforeEach
  void open() {
    ledger = new LedgerFile(folder.resolve("ledger.db"), false);
  }

  @AfterEach
  void close() {
    ledger.close();
  }

  private Said list(String... options) {
    return run("list", options);
  }

  private Said run(String command, String... options) {
    return Said.by(
        Stream.of(Stream.of(command, ledger.set()), Arrays.stream(options))
            .flatMap(arguments -> arguments)
            .toArray(String[]::new));
  }

  private static List<String> keys(Said said) {
    return said.lines().stream().skip(2).map(line -> line.split(" ")[0]).toList();
  }

  private LedgerFile oneOfEach() {
    for (State state : State.values()) {
      ledger.add(state.name().toLowerCase(Locale.ROOT), state);
    }
    return ledger.addUnderWay("under-way");
  }

  @Test
  void lists_what_needs_attention_the_newest_last() {
    oneOfEach();

    Said said = list();

    assertThat(said.exit()).isZero();
    assertThat(said.err()).isEmpty();
    assertThat(said.lines().get(0)).matches("key +state +code +attempts +channel +source +changed");
    assertThat(keys(said))
        .containsExactly("refused", "duplicate", "parked", "uncertain", "waiting");
    assertThat(said.lines().get(2))
        .matches("refused +REFUSED +109121 +1 +http +2026-01-01T12:00:02Z");
  }

  @Test
  void lists_everything_if_asked() {
    oneOfEach();

    assertThat(keys(list("--all")))
        .containsExactly(
            "accepted",
            "accepted_earlier",
            "refused",
            "duplicate",
            "parked",
            "uncertain",
            "waiting",
            "under-way");
  }

  /** Options, with spaces between | the keys that are listed, with spaces between. */
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          --state parked                                          | parked row
          --state PARKED,accepted                                 | accepted parked row
          --state PARKED --state WAITING                          | parked waiting row
          --code 109121                                           | refused
          --code 0                                                | -
          --code 0 --all                                          | accepted accepted_earlier
          --channel http                                          | refused duplicate parked uncertain waiting
          --channel file                                          | row
          --source batch.csv                                      | row
          --source atch                                           | -
          --since 2026-01-01T12:00:05Z                            | uncertain waiting row
          --since 2026-01-01T13:00:05+01:00                       | uncertain waiting row
          --until 2026-01-01T12:00:03                             | refused
          --since 2026-01-01T12:00:03Z --until 2026-01-01T12:00:05Z | duplicate parked
          --until 2026-01-01                                      | -
          --since 2026-01-01                                      | refused duplicate parked uncertain waiting row
          --key parked --key accepted                             | parked accepted
          --limit 2                                               | waiting row
          """)
  void lists_what_is_selected(String options, String keys) {
    oneOfEach();
    ledger.add("row", State.PARKED, Origin.of(Origin.FILE, "batch.csv row 7"));

    Said said = list(options.split(" +"));

    assertThat(said.exit()).isZero();
    assertThat(keys(said)).isEqualTo(keys == null ? List.of() : List.of(keys.split(" ")));
  }

  @Test
  void counts_time_back_from_now() {
    ledger.ago(Duration.ofHours(50)).add("old", State.PARKED);
    ledger.ago(Duration.ofMinutes(110)).add("new", State.PARKED);

    assertThat(keys(list("--since", "2h"))).containsExactly("new");
    assertThat(keys(list("--since", "3d", "--until", "2h"))).containsExactly("old");
    assertThat(keys(list("--since", "51h30m"))).containsExactly("old", "new");
  }

  @Test
  void shows_fifty_and_says_how_many_more_there_are() {
    for (int i = 0; i < 60; i++) {
      ledger.add("key-" + i, State.PARKED);
    }

    Said said = list();

    assertThat(keys(said)).hasSize(50).startsWith("key-10").endsWith("key-59");
    assertThat(said.err()).contains("10 older ones are not shown");
  }

  @Test
  void says_when_there_is_nothing() {
    ledger.add("fine", State.ACCEPTED);

    assertThat(list()).isEqualTo(new Said(0, "", "Nothing needs attention" + nl()));
    assertThat(list("--code", "1")).isEqualTo(new Said(0, "", "Nothing found" + nl()));
  }

  @Test
  void names_the_keys_that_it_does_not_know_and_fails() {
    ledger.add("known", State.PARKED);

    Said said = list("--key", "known", "--key", "unknown");

    assertThat(said.exit()).isEqualTo(1);
    assertThat(keys(said)).containsExactly("known");
    assertThat(said.err()).isEqualTo("Not in the ledger: unknown" + nl());
  }

  @Test
  void lists_json_for_programs_without_anything_of_a_person() throws IOException {
    ledger.add("k\n\u001b[31m\u202e", State.PARKED, Origin.of(Origin.FILE, "batch.csv row 7"));

    Said said = list("--json");

    assertThat(said.lines()).hasSize(1);
    JsonNode entry = JSON.readTree(said.out());
    assertThat(entry.path("messageKey").asText()).isEqualTo("k\n\u001b[31m\u202e");
    assertThat(entry.path("state").asText()).isEqualTo("PARKED");
    assertThat(entry.path("code").asInt()).isEqualTo(77777);
    assertThat(entry.path("attempts").asInt()).isEqualTo(1);
    assertThat(entry.path("source").asText()).isEqualTo("batch.csv row 7");
    assertThat(entry.path("changedAt").asText()).isEqualTo("2026-01-01T12:00:00Z");
    assertNothingOfAPerson(said);
  }

  @Test
  void a_key_from_outside_cannot_steer_the_terminal() {
    ledger.add("k\n\u001b[31m\u202e\uD83D\uDE00", State.PARKED);

    assertThat(list().lines().get(2)).startsWith("k??[31m?\uD83D\uDE00 ");
    assertThat(run("show", "k\n\u001b[31m\u202e\uD83D\uDE00").out())
        .contains("k??[31m?\uD83D\uDE00")
        .doesNotContain("\u001b");
  }

  @Test
  void shows_all_of_an_entry_and_its_history() {
    ledger.add("key", State.UNCERTAIN, Origin.of(Origin.FILE, "batch.csv row 7"));
    try (JdbcRecords records = ledger.beside()) {
      records.copied(records.find("key").orElseThrow(), "key-r1", "ann");
    }

    Said said = run("show", "key");

    assertThat(said.exit()).isZero();
    assertThat(said.out().replaceAll("(?m) +$", "").lines())
        .containsExactly(
            "key          key",
            "state        UNCERTAIN",
            "code         30000",
            "message      Not now",
            "uncertain    yes, the API may have accepted an attempt",
            "attempts     1",
            "definition   account-reset",
            "channel      file",
            "source       batch.csv row 7",
            "request id   api-1",
            "history",
            "  2026-01-01T12:00:00Z  admitted",
            "  2026-01-01T12:00:00Z  first attempt",
            "  2026-01-01T12:00:00Z  UNCERTAIN since then",
            "  2026-01-01T12:00:01Z  COPIED: ann under the key key-r1",
            "request      (--personal-data shows it)",
            "  to         +14…23",
            "  contactKey …",
            "  attributes.FirstName …",
            "  attributes.password …",
            "  message    …");
    assertNothingOfAPerson(said);
  }

  @Test
  void shows_personal_data_if_asked() throws IOException {
    ledger.add("key", State.PARKED);

    assertThat(run("show", "key", "--personal-data").out())
        .contains("  to         +" + LedgerFile.NUMBER)
        .contains("  contactKey ada@example.com")
        .contains("  attributes.password " + LedgerFile.PASSWORD)
        .contains("  message    Hi %%FirstName%%: %%password%%");

    JsonNode open = JSON.readTree(run("show", "--json", "--personal-data", "key").out());
    assertThat(open.at("/request/recipient/to").asText()).isEqualTo("+" + LedgerFile.NUMBER);

    Said masked = run("show", "--json", "key");
    assertThat(JSON.readTree(masked.out()).at("/request/recipient/to").asText())
        .isEqualTo("+14…23");
    assertNothingOfAPerson(masked);
  }

  @Test
  void says_that_a_request_was_erased() throws IOException {
    ledger.add("key", State.REFUSED);

    assertThat(run("show", "key", "--personal-data").out())
        .contains("request      erased when the message was settled");
    assertThat(JSON.readTree(run("show", "--json", "key").out()).path("request").isNull()).isTrue();
  }

  @Test
  void shows_several_and_fails_for_those_that_are_not_there() {
    ledger.add("a", State.PARKED).add("b", State.ACCEPTED);

    Said said = run("show", "a", "none", "b");

    assertThat(said.exit()).isEqualTo(1);
    assertThat(said.out()).contains("key          a", "key          b");
    assertThat(said.err()).isEqualTo("Not in the ledger: none" + nl());
  }

  @ParameterizedTest
  @ValueSource(strings = {"list", "show key", "export", "replay --key key"})
  void creates_no_ledger(String command) throws IOException {
    Path none = folder.resolve("none/ledger.db");

    Said said = Said.by((command + " --set sms.ledger.url=jdbc:sqlite:" + none).split(" "));

    assertThat(said.exit()).isEqualTo(2);
    assertThat(said.out()).isEmpty();
    assertThat(said.err())
        .isEqualTo(
            "sms.ledger.url: there is no ledger at "
                + none
                + "; sms-routes makes it when it serves"
                + nl());
    assertThat(Files.exists(none.getParent())).isFalse();
  }

  /** Wrong options | the output. */
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          list --set sms.ledgr.url=x         | sms.ledgr.url: there is no such key
          list --set sms.ledger.url=x        | sms.ledger.url: expected jdbc:sqlite:FILE
          list --set sms.ledger.retention=1h | sms.ledger.retention: expected at least 72h
          list --state LOST                  | expected ADMITTED, ATTEMPTED
          list --since tomorrow              | expected a time such as
          list --since 5                     | expected a time such as
          list --since 2x                    | expected a time such as
          list --until 2026-13-01            | expected a time such as
          list --limit 0                     | --limit: expected at least 1
          list --limit many                  | --limit
          list --all --state PARKED          | --all: expected without --state
          list --key a --code 5              | --key: expected without another selection
          list --key a --limit 5             | --key: expected without another selection
          show                               | KEY
          """)
  void refuses_options_that_cannot_work(String command, String words) {
    Said said = Said.by(command.split(" "));

    assertThat(said.exit()).isEqualTo(2);
    assertThat(said.err()).contains(words);
    assertThat(said.err().lines()).hasSizeLessThan(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"list", "show", "replay", "export"})
  void explains_itself_with_examples(String command) {
    assertThat(Said.by(command, "--help").out())
        .contains("Examples:", "  sms-routes " + command + " ");
    assertThat(Said.by("--help").out()).contains("  " + command + " ");
  }

  @Test
  void every_state_is_listed_or_needs_no_person() {
    assertThat(EntryState.values())
        .allMatch(
            state ->
                SelectionOptions.ATTENTION.contains(state) || state.accepted() || !state.settled());
  }

  @Test
  void times_are_those_that_since_takes() {
    ledger.at(Instant.parse("2026-03-01T10:20:30.456Z")).add("key", State.PARKED);
    String shown = list().lines().get(2).replaceFirst(".* ", "");

    assertThat(shown).isEqualTo("2026-03-01T10:20:30Z");
    assertThat(keys(list("--since", shown))).containsExactly("key");
  }

  private static void assertNothingOfAPerson(Said said) {
    assertThat(said.out() + said.err())
        .doesNotContain(LedgerFile.NUMBER)
        .doesNotContain(LedgerFile.PASSWORD)
        .doesNotContain("Adalbert")
        .doesNotContain("ada@example.com");
  }

  private static String nl() {
    return System.lineSeparator();
  }
}
