package dev.smsroutes.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.access.Role;
import dev.smsroutes.ledger.Entry;
import dev.smsroutes.ledger.EntryState;
import dev.smsroutes.ledger.jdbc.JdbcRecords;
import dev.smsroutes.model.Origin;
import dev.smsroutes.model.Outcome.State;
import dev.smsroutes.testing.KeysFiles;
import dev.smsroutes.testing.Requests;
import dev.smsroutes.testing.RunningBundle;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Replays through a serving bundle: what is sent, what is skipped, and what is recorded. */
@Timeout(240)
class ReplayIT {
  /** An uncertain attempt, then a refusal with an unknown code: parked. */
  private static final String[] PARKING = {
    "{\"calls\": 1, \"status\": 500}",
    "{\"status\": 400, \"body\": {\"errorcode\": CODE, \"message\": \"strange\"}}"
  };

  @TempDir private static Path folder;

  private static RunningBundle bundle;
  private static int code = 77_000;

  private JdbcRecords records;

  @BeforeAll
  static void start() {
    bundle =
        RunningBundle.start(
            RunningBundle.withLedgerAndBroker(folder, RunningBundle.withFewDeliveries()));
  }

  @AfterAll
  static void stop() {
    bundle.close();
  }

  @BeforeEach
  void look() {
    bundle.sandbox().reset();
    records = bundle.records();
  }

  @AfterEach
  void lookAway() {
    records.close();
  }

  private static Said replay(String... options) {
    return Said.by(arguments(options));
  }

  private static String[] arguments(String... options) {
    List<String> all = new ArrayList<>(List.of("replay", "--by=ann"));
    all.addAll(bundle.options());
    all.addAll(List.of(options));
    return all.toArray(String[]::new);
  }

  /** Parks messages under a code that no other test uses; the code. */
  private static String park(String... keys) {
    String number = Integer.toString(++code);
    for (String key : keys) {
      bundle
          .sandbox()
          .faults(
              Arrays.stream(PARKING)
                  .map(fault -> fault.replace("CODE", number))
                  .toArray(String[]::new));
      assertThat(bundle.keyed(key, Requests.keyed()).code()).isEqualTo(code);
    }
    bundle.sandbox().faults();
    return number;
  }

  @Test
  void says_in_the_audit_log_what_was_replayed() {
    String parked = park("audited");
    try (AuditLines audit = new AuditLines()) {
      replay("--code", parked, "--dry-run");
      assertThat(audit.said()).isEmpty();

      replay("--key", "audited");
      assertThat(audit.said())
          .containsExactly(
              AuditLines.WHO
                  + "what=replay which=\"audited: replayed=1 skipped=0\" result=\"done\"");
    }
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> entry("audited").state() == EntryState.ACCEPTED);
  }

  private Entry entry(String key) {
    return records.find(key).orElseThrow();
  }

  private void awaitState(String key, EntryState state) {
    awaitEnd(records, key, state);
  }

  private static void assertSentOnce(String key) {
    assertThat(bundle.sandbox().message(key).path("times").asInt()).isEqualTo(1);
  }

  private static void assertNothingSent() {
    assertThat(bundle.sandbox().sends()).isZero();
  }

  private List<String> events(String key) {
    return records.history(key).orElseThrow().events().stream()
        .map(event -> event.what() + ": " + event.detail())
        .toList();
  }

  @Test
  void sends_a_parked_message_once_and_leaves_an_audit() {
    String key = Requests.key();
    park(key);
    assertThat(entry(key).state()).isEqualTo(EntryState.PARKED);
    bundle.sandbox().reset();

    Said said = replay("--key", key);

    assertThat(said).isEqualTo(new Said(0, lines("replayed " + key, "replayed=1 skipped=0"), ""));
    awaitState(key, EntryState.ACCEPTED);
    assertSentOnce(key);
    assertThat(Said.by("show", bundle.options().get(0), key).out())
        .contains("state        ACCEPTED")
        .containsPattern("Z  REPLAYED: ann, after PARKED " + code + ": The SMS API refused");
  }

  @Test
  void the_same_order_twice_sends_nothing_twice() {
    String[] keys = {Requests.key(), Requests.key()};
    String code = park(keys);
    bundle.sandbox().reset();

    assertThat(replay("--code", code, "--yes").exit()).isZero();
    for (String key : keys) {
      awaitState(key, EntryState.ACCEPTED);
    }
    Said bySelection = replay("--code", code, "--yes");
    Said byKey = replay("--key", keys[0]);

    assertThat(bySelection).isEqualTo(new Said(0, lines("replayed=0 skipped=0"), ""));
    assertThat(byKey)
        .isEqualTo(
            new Said(
                1,
                lines(
                    "skipped " + keys[0] + ": the API has accepted it",
                    "replayed=0 skipped=1 (1 accepted)"),
                ""));
    assertThat(bundle.sandbox().sends()).isEqualTo(2);
  }

  @Test
  void the_same_message_on_the_queue_twice_is_sent_once() {
    String key = Requests.key();
    park(key);
    bundle.sandbox().reset();
    bundle.sandbox().settings("{\"latencyMs\": 300}");

    assertThat(replay("--key", key).exit()).isZero();
    replay("--key", key);
    awaitState(key, EntryState.ACCEPTED);

    assertSentOnce(key);
    assertThat(bundle.sandbox().message(key).path("duplicates").asInt()).isZero();
  }

  @Test
  void a_dry_run_reports_and_changes_nothing() {
    String key = Requests.key();
    String code = park(key);
    bundle.sandbox().reset();
    Entry before = entry(key);

    Said said = replay("--code", code, "--dry-run");

    assertThat(said)
        .isEqualTo(new Said(0, lines("would replay " + key, "would be replayed=1 skipped=0"), ""));
    assertThat(entry(key)).isEqualTo(before);
    assertNothingSent();
  }

  @Test
  void the_same_order_completes_a_replay_after_a_crash() {
    String key = Requests.key();
    String code = park(key);
    bundle.sandbox().reset();
    records.reopen(entry(key), Optional.empty(), "ann");
    assertThat(entry(key).state()).isEqualTo(EntryState.WAITING);

    assertThat(replay("--code", code, "--state", "PARKED", "--yes").out())
        .contains("replayed " + key);

    awaitState(key, EntryState.ACCEPTED);
    assertSentOnce(key);
  }

  @Test
  void what_waits_by_itself_is_not_taken_for_it() {
    String key = Requests.key();
    bundle.sandbox().faults("{\"code\": 50200}");
    bundle.keyed(key, Requests.keyed());
    assertThat(entry(key).state()).isEqualTo(EntryState.WAITING);

    assertThat(replay("--code", "50200", "--state", "PARKED", "--yes").out())
        .isEqualTo(lines("replayed=0 skipped=0"));
  }

  @Test
  void without_the_broker_nothing_is_changed() throws IOException {
    String key = Requests.key();
    park(key);
    Entry before = entry(key);
    int nobody;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = socket.getLocalPort();
    }

    Said said = replay("--set=sms.jms.port=" + nobody, "--key", key);

    assertThat(said.exit()).isEqualTo(1);
    assertThat(said.out()).isEmpty();
    assertThat(said.err())
        .hasLineCount(1)
        .startsWith("The broker cannot be reached: start sms-routes first")
        .contains("tcp://127.0.0.1:" + nobody, "nothing was changed");
    assertThat(entry(key)).isEqualTo(before);
    assertThat(events(key)).noneMatch(event -> event.startsWith("REPLAYED"));
  }

  @Test
  void an_erased_request_is_skipped_with_the_reason() {
    String key = Requests.key();
    bundle.sandbox().faults("{\"code\": 109121}");
    bundle.keyed(key, Requests.keyed());
    bundle.sandbox().reset();

    Said said = replay("--key", key);

    assertThat(said.exit()).isEqualTo(1);
    assertThat(said.out())
        .contains("skipped " + key + ": its request is not stored any more")
        .contains("sms.ledger.keep-personal-data", "repeat it from its source, ")
        .contains("replayed=0 skipped=1 (1 request erased)");
    assertThat(entry(key).state()).isEqualTo(EntryState.REFUSED);
    assertNothingSent();
  }

  @Test
  void takes_an_erased_request_from_the_invalid_queue() throws JMSException {
    String key = Requests.key();
    bundle.sandbox().faults("{\"code\": 109121}");
    bundle.queue(List.of(json(key)));
    awaitState(key, EntryState.REFUSED);
    awaitOn("sms.send.invalid", key, 1);
    bundle.sandbox().reset();
    assertThat(entry(key).request()).isEmpty();

    assertThat(replay("--key", key, "--dry-run").exit()).isZero();
    assertThat(on("sms.send.invalid", key)).hasSize(1);
    assertThat(replay("--key", key).exit()).isZero();

    awaitState(key, EntryState.ACCEPTED);
    assertSentOnce(key);
    assertThat(on("sms.send.invalid", key)).isEmpty();
  }

  @Test
  void removes_the_dead_letter_of_a_replayed_message() throws JMSException {
    String key = Requests.key();
    bundle.sandbox().faults("{\"status\": 500}");
    bundle.queue(List.of(json(key)));
    awaitOn("sms.send.dead", key, 1);
    bundle.sandbox().reset();

    assertThat(replay("--key", key).exit()).isZero();

    awaitState(key, EntryState.ACCEPTED);
    assertSentOnce(key);
    assertThat(on("sms.send.dead", key)).isEmpty();
  }

  @Test
  void leaves_another_request_on_the_invalid_queue() throws JMSException {
    String key = Requests.key();
    park(key);
    bundle.queue(List.of(json(key).replace("Ada", "Bob")));
    awaitOn("sms.send.invalid", key, 1);
    bundle.sandbox().reset();

    assertThat(replay("--key", key).exit()).isZero();

    awaitState(key, EntryState.ACCEPTED);
    assertThat(bundle.sandbox().message(key).path("attributes").path("FirstName").asText())
        .isEqualTo("Ada");
    assertThat(on("sms.send.invalid", key)).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "it's a key",
        "a' OR '1'='1",
        "k\"q\\u\\\\n",
        "%2F/..?#",
        "line\nbreak\tand\u0007bell",
        "\uD83D\uDE00 €",
        "-r1"
      })
  void takes_any_key(String strange) throws JMSException {
    String key = strange + Requests.key();
    bundle.sandbox().faults("{\"status\": 500}");
    bundle.queue(List.of(json(key)));
    awaitOn("sms.send.dead", key, 1);
    bundle.sandbox().reset();

    assertThat(replay("--key=" + key).exit()).isZero();

    awaitState(key, EntryState.ACCEPTED);
    assertSentOnce(key);
    assertThat(on("sms.send.dead", key)).isEmpty();
  }

  @Test
  void a_maybe_sent_message_is_not_edited_under_its_key() {
    String key = Requests.key();
    park(key);
    bundle.sandbox().reset();

    Said said = replay("--key", key, "--edit", "to=+4915112345999");

    assertThat(said.exit()).isEqualTo(1);
    assertThat(said.out())
        .contains("the API may have accepted it unedited", "--new-key --accept-duplicates");
    assertThat(entry(key).state()).isEqualTo(EntryState.PARKED);
    assertNothingSent();
  }

  @Test
  void sends_once_as_a_new_request_under_a_new_key() {
    String key = Requests.key();
    park(key);
    bundle.sandbox().reset();

    Said said =
        replay(
            "--key=" + key,
            "--new-key",
            "--accept-duplicates",
            "--edit=to=+4915112345999",
            "--edit=attributes.firstname=Bob");

    String copy = key + "-r1";
    assertThat(said)
        .isEqualTo(
            new Said(0, lines("replayed " + key + " as " + copy, "replayed=1 skipped=0"), ""));
    awaitState(copy, EntryState.ACCEPTED);
    assertSentOnce(copy);
    assertThat(bundle.sandbox().message(copy).path("to").asText()).isEqualTo("4915112345999");
    assertThat(bundle.sandbox().message(copy).path("text").asText()).startsWith("Bob, ");
    assertThat(bundle.sandbox().find(key)).isEmpty();
    assertThat(entry(key).state()).isEqualTo(EntryState.PARKED);
    assertThat(events(key)).contains("COPIED: ann under the key " + copy);

    Said again = replay("--key", key, "--new-key", "--accept-duplicates");
    assertThat(again.exit()).isEqualTo(1);
    assertThat(again.out())
        .contains("it was sent under the key " + copy + ", which is ACCEPTED")
        .contains("replayed=0 skipped=1 (1 sent under a new key before)");
    assertThat(bundle.sandbox().sends()).isEqualTo(1);
  }

  @Test
  void a_new_key_of_ones_own_must_be_new() {
    String key = Requests.key();
    String other = Requests.key();
    park(key, other);
    bundle.sandbox().reset();
    String own = "own-" + key;

    assertThat(replay("--key=" + key, "--new-key=" + own, "--accept-duplicates").exit()).isZero();
    awaitState(own, EntryState.ACCEPTED);
    assertThat(replay("--key=" + other, "--new-key=" + own, "--accept-duplicates").out())
        .contains("the new key is in the ledger already");
    assertThat(replay("--key=" + other, "--new-key=..", "--accept-duplicates").out())
        .contains("messageKey: ");
    assertThat(bundle.sandbox().sends()).isEqualTo(1);
  }

  /** Options of a message that cannot be sent | the output; nothing is changed or sent. */
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --edit=to=123                              | recipient.to: Expected a possible number
          --edit=attributes.FirstName=%%=v(@x)=%%    | recipient.attributes.FirstName
          --edit=attributes.password=                | password
          --edit=message=%%Nobody%%                  | Nobody
          """)
  void reports_what_the_intake_would_refuse_before_any_change(String edit, String words) {
    String key = Requests.key();
    park(key);
    bundle.sandbox().reset();
    Entry before = entry(key);

    Said said = replay("--key", key, "--new-key", "--accept-duplicates", edit);

    assertThat(said.exit()).isEqualTo(1);
    assertThat(said.out()).contains(words, "(1 would be refused)");
    assertThat(entry(key)).isEqualTo(before);
    assertThat(events(key)).noneMatch(event -> event.startsWith("COPIED"));
    assertNothingSent();
  }

  @Test
  void asks_before_it_replays_a_selection() {
    String key = Requests.key();
    String code = park(key);
    bundle.sandbox().reset();
    Entry before = entry(key);
    Person no = new Person(false);

    Said said = Said.by(new CommandLine(new ReplayCommand(no)), withoutName("--code", code));

    assertThat(said).isEqualTo(new Said(1, "", lines("Nothing was changed")));
    assertThat(no.asked).containsExactly("would be replayed=1 skipped=0. Go on?");
    assertThat(entry(key)).isEqualTo(before);

    Person yes = new Person(true);
    assertThat(Said.by(new CommandLine(new ReplayCommand(yes)), withoutName("--code", code)).exit())
        .isZero();
    assertThat(yes.asked).hasSize(1);
    awaitState(key, EntryState.ACCEPTED);
  }

  @Test
  void refuses_a_selection_without_a_terminal() {
    String key = Requests.key();
    String code = park(key);
    Entry before = entry(key);

    Said said = replay("--code", code);

    assertThat(said.exit()).isEqualTo(1);
    assertThat(said.err())
        .hasLineCount(1)
        .contains("would be replayed=1 skipped=0; add --yes to do it");
    assertThat(entry(key)).isEqualTo(before);
  }

  private static String[] withoutName(String... options) {
    String[] all = arguments(options);
    return Arrays.copyOfRange(all, 1, all.length);
  }

  /** A person at the terminal. */
  private static final class Person implements Terminal {
    private final boolean answer;
    private final List<String> asked = new ArrayList<>();

    Person(boolean answer) {
      this.answer = answer;
    }

    @Override
    public boolean isThere() {
      return true;
    }

    @Override
    public boolean agrees(String question) {
      asked.add(question);
      return answer;
    }
  }

  /** A ledger without a serving process, with entries that a bundle does not produce quickly. */
  @Test
  void says_of_each_state_whether_it_may_go_out() {
    Path file = folder.resolve(Requests.key() + ".db");
    try (LedgerFile ledger = new LedgerFile(file, true)) {
      ledger.ago(Duration.ofHours(47));
      for (State state : State.values()) {
        ledger.add(state.name(), state);
      }
      ledger.addUnderWay("under-way");
      ledger
          .ago(Duration.ofHours(49))
          .add("old", State.UNCERTAIN)
          .add("old-refused", State.REFUSED);

      assertThat(dryRun(ledger, "ACCEPTED")).contains("(1 accepted)");
      assertThat(dryRun(ledger, "ACCEPTED_EARLIER")).contains("(1 accepted)");
      assertThat(dryRun(ledger, "under-way")).contains("(1 in progress)");
      assertThat(dryRun(ledger, "DUPLICATE"))
          .contains("the API knows its key already: only with --new-key --accept-duplicates");
      assertThat(dryRun(ledger, "old"))
          .contains("more than 48 hours ago", "only with --new-key --accept-duplicates");
      for (String key : List.of("REFUSED", "PARKED", "UNCERTAIN", "WAITING", "old-refused")) {
        assertThat(dryRun(ledger, key)).contains("would replay " + key);
      }
      assertThat(dryRun(ledger, "old", "--new-key", "--accept-duplicates"))
          .contains("would replay old as old-r1");
      assertThat(dryRun(ledger, "DUPLICATE", "--new-key", "--accept-duplicates"))
          .contains("would replay DUPLICATE as DUPLICATE-r1");
    }
  }

  @Test
  void makes_new_keys_that_the_api_takes() {
    Path file = folder.resolve(Requests.key() + ".db");
    String longest = "\uD83D\uDE00".repeat(100);
    try (LedgerFile ledger = new LedgerFile(file, true)) {
      ledger
          .ago(Duration.ofHours(1))
          .add("a", State.PARKED)
          .add("a-r1", State.ACCEPTED)
          .add(longest, State.PARKED);

      assertThat(dryRun(ledger, "a", "--new-key", "--accept-duplicates"))
          .contains("would replay a as a-r2");
      assertThat(dryRun(ledger, longest, "--new-key", "--accept-duplicates"))
          .contains(" as " + "\uD83D\uDE00".repeat(97) + "-r1");
    }
  }

  @Test
  void selects_by_state_source_and_time() {
    Path file = folder.resolve(Requests.key() + ".db");
    try (LedgerFile ledger = new LedgerFile(file, true)) {
      ledger
          .ago(Duration.ofHours(5))
          .add("before", State.PARKED, Origin.of(Origin.FILE, "a.csv row 1"))
          .ago(Duration.ofHours(1))
          .add("row", State.PARKED, Origin.of(Origin.FILE, "a.csv row 2"))
          .add("refused", State.REFUSED, Origin.of(Origin.FILE, "a.csv row 3"))
          .add("other", State.PARKED, Origin.of(Origin.FILE, "b.csv row 1"))
          .add("taken", State.ACCEPTED, Origin.of(Origin.FILE, "a.csv row 4"));

      assertThat(
              bySelection(
                  ledger, "--state=PARKED", "--channel=file", "--source=a.csv", "--since=2h"))
          .containsExactly("would replay row", "would be replayed=1 skipped=0");
      assertThat(bySelection(ledger, "--source=a.csv"))
          .containsExactly(
              "would replay before",
              "would replay row",
              "would replay refused",
              "would be replayed=3 skipped=0");
      assertThat(bySelection(ledger, "--source=a.csv", "--limit=1"))
          .containsExactly("would replay before", "would be replayed=1 skipped=0");
    }
  }

  private static String dryRun(LedgerFile ledger, String key, String... options) {
    return String.join(
        "\n",
        bySelection(
            ledger,
            Stream.concat(Stream.of("--key=" + key), Arrays.stream(options))
                .toArray(String[]::new)));
  }

  private static List<String> bySelection(LedgerFile ledger, String... options) {
    return Said.by(
            Stream.concat(
                    Stream.of("replay", "--dry-run", ledger.set(), bundle.options().get(1)),
                    Arrays.stream(options))
                .toArray(String[]::new))
        .lines();
  }

  @Test
  void replays_several_pages_each_once() {
    Path file = folder.resolve(Requests.key() + ".db");
    List<String> keys = new ArrayList<>();
    try (LedgerFile ledger = new LedgerFile(file, true)) {
      ledger.ago(Duration.ofHours(1));
      for (int i = 0; i < 205; i++) {
        keys.add("many-" + Requests.key());
        ledger.add(keys.get(i), State.PARKED);
      }

      Said said =
          Said.by("replay", ledger.set(), bundle.options().get(1), "--state=PARKED", "--yes");

      assertThat(said.err()).isEmpty();
      assertThat(said.exit()).isZero();
      assertThat(said.lines()).hasSize(206).endsWith("replayed=205 skipped=0");
    }
    await()
        .atMost(Duration.ofSeconds(100))
        .untilAsserted(
            () ->
                assertThat(bundle.sandbox().messages())
                    .extracting(message -> message.path("messageKey").asText())
                    .containsExactlyInAnyOrderElementsOf(keys));
    assertThat(bundle.sandbox().sends()).isEqualTo(205);
  }

  /** Wrong options | the output. */
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
                                                      | expected a selection
          --limit 5                                   | expected a selection
          --state ACCEPTED                            | ACCEPTED is never replayed
          --state ADMITTED                            | ADMITTED is never replayed
          --state DUPLICATE                           | DUPLICATE only with --new-key
          --key a --state PARKED                      | --key: expected without another selection
          --edit to=1 --state PARKED                  | --edit: expected together with exactly one --key
          --edit to=1 --key a --key b                 | --edit: expected together with exactly one --key
          --edit to= --key a                          | expected a value for to
          --edit number=canary --key a                | --edit: expected to=…
          --edit canary --key a                       | --edit: expected to=…
          --edit attributes.=canary --key a           | --edit: expected to=…
          --new-key --key a                           | --accept-duplicates: expected both
          --accept-duplicates --key a                 | --accept-duplicates: expected both
          --new-key=x --accept-duplicates --key a --key b | exactly one --key
          --by= --key a                               | --by: expected 1 to 100
          --set sms.jms.enabled=false --key a         | sms.jms.enabled: expected true
          --set sms.jms.port=0 --key a                | sms.jms.port: expected the port
          --set sms.jms.user=u --key a                | sms.jms.user and sms.jms.password
          --set sms.definitions.directory=none --key a | none
          """)
  void refuses_orders_that_make_no_sense(String options, String words) {
    Said said =
        Said.by(
            Stream.concat(
                    Stream.of("replay", bundle.options().get(0)),
                    options == null ? Stream.empty() : Arrays.stream(options.split(" ")))
                .toArray(String[]::new));

    assertThat(said.exit()).isEqualTo(2);
    assertThat(said.out()).isEmpty();
    assertThat(said.err()).contains(words).doesNotContain("canary").doesNotContain("\tat ");
  }

  @Test
  void corrects_a_refused_number_where_requests_are_kept() {
    Path own = folder.resolve("keeping");
    try (RunningBundle keeping =
        RunningBundle.start(
            RunningBundle.withLedgerAndBroker(
                own,
                "sms.ledger.keep-personal-data",
                "true",
                "sms.jms.user",
                "gate",
                "sms.jms.password",
                "keeper"))) {
      keeping.sandbox().faults("{\"calls\": 1, \"code\": 109121}");
      String key = Requests.key();
      assertThat(keeping.keyed(key, Requests.keyed()).code()).isEqualTo(109121);
      String[] order = {
        "replay",
        keeping.options().get(0),
        keeping.options().get(1),
        "--key=" + key,
        "--by=ann",
        "--edit=to=+4915112345999",
        "--edit=contactKey=bob@example.com",
        "--edit=message=Hello %%FirstName%%"
      };

      assertThat(Said.by(order))
          .isEqualTo(
              new Said(
                  1,
                  "",
                  lines(
                      "The broker refused sms.jms.user and sms.jms.password; nothing was changed")));

      String[] withLogin = Arrays.copyOf(order, order.length + 2);
      withLogin[order.length] = "--set=sms.jms.user=gate";
      withLogin[order.length + 1] = "--set=sms.jms.password=keeper";
      assertThat(Said.by(withLogin).exit()).isZero();

      await().atMost(Duration.ofSeconds(20)).until(() -> keeping.sandbox().find(key).isPresent());
      assertThat(keeping.sandbox().message(key).path("to").asText()).isEqualTo("4915112345999");
      assertThat(keeping.sandbox().message(key).path("contactKey").asText())
          .isEqualTo("bob@example.com");
      assertThat(keeping.sandbox().message(key).path("text").asText()).isEqualTo("Hello Ada");
      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(
              () ->
                  assertThat(Said.by("show", order[1], key, "--personal-data").out())
                      .contains("state        ACCEPTED", "EDITED: ann, after REFUSED 109121")
                      .contains("to         +4915112345999"));
    }
  }

  /** The caller may send to numbers with extra cost; the site, for which an operator acts, not. */
  @Test
  void sends_for_the_caller_on_record_with_the_rights_that_it_has_now() throws Exception {
    Path own = folder.resolve("callers");
    Files.createDirectories(own);
    Path keys = KeysFiles.write(own.resolve("keys.json"), KeysFiles.key("shop", Role.SEND));
    Path before = Files.copy(keys, own.resolve("before.json"));
    try (RunningBundle doored =
            RunningBundle.start(
                RunningBundle.withLedgerAndBroker(own, RunningBundle.withKeys(own)));
        JdbcRecords its = doored.records()) {
      for (String key : List.of("same", "copied")) {
        doored.sandbox().faults(PARKING[0], PARKING[1].replace("CODE", "77999"));
        assertThat(keyedByShop(doored, key)).isEqualTo(77999);
      }
      doored.sandbox().faults("{\"code\": 50200}");
      assertThat(keyedByShop(doored, "late")).isEqualTo(50200);
      doored.sandbox().faults();

      assertThat(replayFor(doored, keys, "same").exit()).isZero();
      assertThat(replayFor(doored, keys, "copied", "--new-key=copy", "--accept-duplicates").exit())
          .isZero();

      for (String key : List.of("same", "copy")) {
        awaitEnd(its, key, EntryState.ACCEPTED);
        assertThat(its.find(key).orElseThrow().caller()).as(key).contains("shop");
      }
      KeysFiles.write(keys, KeysFiles.revoked("shop"));
      await()
          // Ten wrong credentials a minute are too many.
          .pollInterval(Duration.ofSeconds(2))
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(() -> assertThat(keyedByShop(doored, "same")).isEqualTo(20000));

      assertThat(replayFor(doored, keys, "late").out())
          .startsWith("skipped late: Expected a caller with rights; those of 'shop' were revoked");
      // Revoked after the operator's look: the serving process has the last word.
      assertThat(replayFor(doored, before, "late").out()).startsWith("replayed late");
      awaitEnd(its, "late", EntryState.REFUSED);
      assertThat(its.find("late").orElseThrow().message()).contains("'shop' were revoked");
      assertThat(doored.sandbox().find("late")).isEmpty();
    }
  }

  private static int keyedByShop(RunningBundle bundle, String key) {
    ObjectNode request = Requests.keyed();
    ((ObjectNode) request.get("recipient")).put("to", "+44 9012345678");
    return bundle
        .post(
            RunningBundle.MESSAGES + key,
            request,
            "Authorization",
            "Bearer " + KeysFiles.shown("shop"))
        .code();
  }

  private static Said replayFor(RunningBundle bundle, Path keys, String key, String... options) {
    List<String> all = new ArrayList<>(List.of("replay", "--by=ann", "--key=" + key));
    all.addAll(bundle.options());
    all.add("--set=sms.http.keys-file=" + keys);
    all.addAll(List.of(options));
    return Said.by(all.toArray(String[]::new));
  }

  private static void awaitEnd(JdbcRecords records, String key, EntryState state) {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () -> assertThat(records.find(key).map(Entry::state)).as(key).contains(state));
  }

  private static String json(String key) {
    return Requests.keyed().put("messageKey", key).toString();
  }

  private static void awaitOn(String queue, String key, int messages) {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(on(queue, key)).hasSize(messages));
  }

  /** The messages of a key on a queue. */
  private static List<String> on(String queue, String key) throws JMSException {
    List<String> found = new ArrayList<>();
    for (Message message : bundle.waiting(queue)) {
      if (key.equals(message.getStringProperty("smsMessageKey"))) {
        found.add(message.getStringProperty("smsState"));
      }
    }
    return found;
  }

  private static String lines(String... lines) {
    return String.join(System.lineSeparator(), lines) + System.lineSeparator();
  }
}
