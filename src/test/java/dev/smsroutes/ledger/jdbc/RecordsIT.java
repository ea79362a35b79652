package dev.smsroutes.ledger.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.intake.request.RequestReader;
import dev.smsroutes.ledger.Admission.Claim;
import dev.smsroutes.ledger.Entry;
import dev.smsroutes.ledger.EntryState;
import dev.smsroutes.ledger.LedgerRecords.Query;
import dev.smsroutes.ledger.LedgerTotals;
import dev.smsroutes.ledger.Runs.Run;
import dev.smsroutes.ledger.Submission;
import dev.smsroutes.model.Correlation;
import dev.smsroutes.model.Origin;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Parked;
import dev.smsroutes.model.Outcome.Refused;
import dev.smsroutes.model.Outcome.State;
import dev.smsroutes.testing.SettableClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The ledger as people see it. */
@ParameterizedClass(name = "{0}")
@EnumSource(Store.class)
class RecordsIT extends OnAStore {
  static final Query ALL =
      new Query(
          Set.of(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());

  static Stream<String> hostileKeys() {
    return Stream.of(
        "plain",
        "\0",
        "a\0b",
        "a\\b",
        "a\\0b",
        "\\",
        "\\\\0",
        "'; DROP TABLE message; --",
        "\"quoted\" 'twice'",
        "%_*?",
        " leading and trailing ",
        "line\nfeed\r\ttab",
        "👩‍👩‍👧‍👦",
        "\uD83D\uDE00".repeat(50),
        "\u20AC".repeat(100),
        "a\u0301 is not \u00E1",
        "\u202Eright to left",
        "{\"json\":1}",
        "null");
  }

  @ParameterizedTest
  @MethodSource("hostileKeys")
  void stores_any_key_unchanged(String key) {
    JdbcLedger ledger = open();
    Claim claim = claim(ledger, key);
    claim.ended(waiting(key));
    claim.settle(uncertain(key));

    assertThat(ledger.records().find(key).orElseThrow().messageKey()).isEqualTo(key);
    assertThat(ledger.records().history(key).orElseThrow().events()).hasSize(1);
    assertThat(ledger.records().list(ALL, Optional.empty(), 10)).hasSize(1);
    send(ledger, key, accepted(key));
    assertThat(known(ledger, submission(key)).messageKey()).contains(key);
  }

  /** For the meters: what an HTTP caller was told to repeat is open, and not ours to go on with. */
  @Test
  void counts_what_is_open_and_knows_the_oldest_that_goes_on_by_itself() {
    JdbcLedger ledger = open();
    assertThat(ledger.totals()).isEqualTo(new LedgerTotals(0, 0, 0, Optional.empty()));
    send(ledger, "told to repeat", waiting("told to repeat"));
    send(ledger, "sent", accepted("sent"));
    send(ledger, "refused", refused("refused"));
    send(ledger, "parked", Parked.of(uncertain("parked"), "Nobody knows"));
    assertThat(ledger.totals()).isEqualTo(new LedgerTotals(1, 1, 2, Optional.empty()));

    clock.forward(Duration.ofMinutes(1));
    Run run = ledger.runs().begin("content", "list.csv");
    Instant row = clock.instant();
    claim(ledger, inRun("row", run.id())).settle(waiting("row"));
    clock.forward(Duration.ofMinutes(1));
    Instant underWay = clock.instant();
    claim(ledger, "in progress");
    assertThat(ledger.totals()).isEqualTo(new LedgerTotals(3, 1, 2, Optional.of(row)));

    ledger.runs().finish(run);
    assertThat(ledger.totals()).isEqualTo(new LedgerTotals(3, 1, 2, Optional.of(underWay)));
  }

  @Test
  void no_two_of_them_are_taken_for_one() {
    JdbcLedger ledger = open();
    List<String> keys = hostileKeys().toList();
    for (String key : keys) {
      send(ledger, key, accepted(key));
    }

    assertThat(keysOf(ledger.records().list(ALL, Optional.empty(), 100)))
        .containsExactlyInAnyOrderElementsOf(keys);
  }

  @Test
  void an_entry_says_all_that_is_known() {
    JdbcLedger ledger = open();
    Instant admitted = clock.instant();
    Claim claim = claim(ledger, inRun("key", "run-1"));
    clock.forward(Duration.ofSeconds(1));
    claim.attempted();
    clock.forward(Duration.ofSeconds(1));
    claim.ended(waiting("key"));
    clock.forward(Duration.ofSeconds(1));
    claim.attempted();
    clock.forward(Duration.ofSeconds(1));
    claim.settle(refused("key"));

    assertThat(ledger.records().find("key"))
        .contains(
            new Entry(
                "key",
                "account-reset",
                new Origin(Origin.HTTP, "test", Optional.of("run-1")),
                EntryState.REFUSED,
                false,
                2,
                admitted,
                Optional.of(admitted.plusSeconds(1)),
                Optional.of(admitted.plusSeconds(3)),
                admitted.plusSeconds(4),
                Optional.of("api-2"),
                Optional.of(109121),
                "Expected a number that exists",
                Optional.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                Correlation.NONE,
                1));
    assertThat(ledger.records().history("key").orElseThrow().events())
        .containsExactly(new Entry.Event(admitted.plusSeconds(2), "WAITING", 50100, "Too fast"));
    assertThat(ledger.records().find("unknown")).isEmpty();
    assertThat(ledger.records().history("unknown")).isEmpty();
  }

  @Test
  void keeps_with_what_others_find_a_message_until_another_request_takes_its_key() {
    JdbcLedger ledger = open();
    Correlation first =
        new Correlation(Optional.of("4bf92f3577b34da6a3ce929d0e0e4736"), Optional.of("shop-1"));
    claim(ledger, with(submission("key"), first)).settle(waiting("key"));
    claim(ledger, with(submission("key"), Correlation.NONE)).settle(refused("key"));
    assertThat(ledger.records().find("key").orElseThrow().correlation()).isEqualTo(first);

    Correlation other = new Correlation(Optional.empty(), Optional.of("shop-2"));
    claim(ledger, with(other("key"), other)).settle(accepted("key"));
    assertThat(ledger.records().find("key").orElseThrow().correlation()).isEqualTo(other);
  }

  private static Submission with(Submission plain, Correlation correlation) {
    return new Submission(
        plain.message(), plain.request(), plain.origin(), Optional.empty(), correlation);
  }

  @Test
  void notes_an_unsettled_attempt_without_another_record() {
    JdbcLedger ledger = open();
    Claim claim = claim(ledger, "key");
    claim.attempted();
    claim.ended(uncertain("key"));
    claim.attempted();
    claim.ended(waiting("key"));
    claim.settle(waiting("key"));

    assertThat(ledger.records().history("key").orElseThrow().events())
        .extracting(Entry.Event::what)
        .containsExactly("UNCERTAIN", "WAITING");
  }

  @Test
  void stores_the_request_unchanged() {
    JdbcLedger ledger = open();
    send(ledger, "key", waiting("key"));
    String stored = ledger.records().find("key").orElseThrow().request().orElseThrow();

    assertThat(new RequestReader(1).one(stored.getBytes(StandardCharsets.UTF_8), Optional.empty()))
        .isEqualTo(submission("key").request());
  }

  @Test
  void pages_hold_each_entry_once_in_admission_order() {
    JdbcLedger ledger = open();
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      // Three at the same time: then their keys decide.
      String key = String.format("key-%02d", i);
      expected.add(key);
      send(ledger, key, i % 2 == 0 ? accepted(key) : waiting(key));
      clock.forward(Duration.ofMillis(i % 3 == 2 ? 1 : 0));
    }

    List<String> seen = new ArrayList<>();
    List<Entry> page = ledger.records().list(ALL, Optional.empty(), 4);
    while (!page.isEmpty()) {
      assertThat(page).hasSizeLessThanOrEqualTo(4);
      seen.addAll(keysOf(page));
      page = ledger.records().list(ALL, Optional.of(page.get(page.size() - 1)), 4);
    }
    assertThat(seen).containsExactlyElementsOf(expected);
  }

  static Stream<Filter> filters() {
    Instant start = new SettableClock().instant();
    return Stream.of(
        new Filter("all", q -> q, "accepted", "refused", "waiting", "parked"),
        new Filter("one state", q -> states(q, EnumSet.of(EntryState.PARKED)), "parked"),
        new Filter(
            "two states",
            q -> states(q, EnumSet.of(EntryState.ACCEPTED, EntryState.WAITING)),
            "accepted",
            "waiting"),
        new Filter(
            "not accepted",
            q -> states(q, EnumSet.of(EntryState.REFUSED, EntryState.WAITING, EntryState.PARKED)),
            "refused",
            "waiting",
            "parked"),
        new Filter(
            "code",
            q ->
                new Query(
                    q.states(), Optional.of(109121), q.channel(), q.source(), q.from(), q.to()),
            "refused"),
        new Filter(
            "channel",
            q -> new Query(q.states(), q.code(), Optional.of("file"), q.source(), q.from(), q.to()),
            "waiting",
            "parked"),
        new Filter(
            "source",
            q ->
                new Query(
                    q.states(), q.code(), q.channel(), Optional.of("a%_😀"), q.from(), q.to()),
            "waiting"),
        new Filter(
            "from",
            q ->
                new Query(
                    q.states(),
                    q.code(),
                    q.channel(),
                    q.source(),
                    Optional.of(start.plusSeconds(2)),
                    q.to()),
            "waiting",
            "parked"),
        new Filter(
            "to",
            q ->
                new Query(
                    q.states(),
                    q.code(),
                    q.channel(),
                    q.source(),
                    q.from(),
                    Optional.of(start.plusSeconds(2))),
            "accepted",
            "refused"));
  }

  private static Query states(Query query, Set<EntryState> states) {
    return new Query(
        states, query.code(), query.channel(), query.source(), query.from(), query.to());
  }

  record Filter(String name, UnaryOperator<Query> query, String... keys) {
    @Override
    public String toString() {
      return name;
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("filters")
  void a_list_is_narrowed(Filter filter) {
    JdbcLedger ledger = open();
    fill(ledger, "accepted", new Origin("http", "127.0.0.1", Optional.empty()), OnAStore::accepted);
    fill(ledger, "refused", new Origin("jms", "sms.send", Optional.empty()), OnAStore::refused);
    fill(ledger, "waiting", new Origin("file", "a%_😀.csv 1", Optional.empty()), OnAStore::waiting);
    fill(
        ledger,
        "parked",
        new Origin("file", "abc😀.csv 2", Optional.empty()),
        key -> new Parked("api", Optional.of(key), 7, "Why"));

    assertThat(keysOf(ledger.records().list(filter.query().apply(ALL), Optional.empty(), 10)))
        .containsExactly(filter.keys());
  }

  private void fill(
      JdbcLedger ledger, String key, Origin origin, Function<String, Outcome> outcome) {
    Submission plain = submission(key);
    claim(ledger, new Submission(plain.message(), plain.request(), origin))
        .settle(outcome.apply(key));
    clock.forward(Duration.ofSeconds(1));
  }

  static Stream<Outcome> canBeReopened() {
    return Stream.of(
        refused("key"),
        new Refused("api", Optional.of("key"), 109110, "Used before", List.of()),
        new Parked("api", Optional.of("key"), 7, "Why"),
        waiting("key"),
        uncertain("key"));
  }

  @ParameterizedTest
  @MethodSource("canBeReopened")
  void a_person_opens_an_entry_once_and_that_is_noted(Outcome outcome) {
    JdbcLedger ledger = open();
    send(ledger, "key", outcome);
    Entry seen = ledger.records().find("key").orElseThrow();

    assertThat(ledger.records().reopen(seen, Optional.empty(), "anna")).isTrue();
    assertThat(ledger.records().reopen(seen, Optional.empty(), "bert")).isFalse();

    assertThat(ledger.records().find("key").orElseThrow().state()).isEqualTo(EntryState.WAITING);
    assertThat(ledger.records().history("key").orElseThrow().events())
        .containsExactly(
            new Entry.Event(
                clock.instant(),
                "REPLAYED",
                0,
                "anna, after %s %d: %s"
                    .formatted(outcome.state(), outcome.errorCode(), outcome.message())));
    Claim claim = claim(ledger, "key");
    assertThat(claim.uncertain()).isEqualTo(seen.uncertain());
    assertThat(ledger.records().find("key").orElseThrow().request().orElseThrow()).contains(NUMBER);
    claim.attempted();
    assertThat(claim.settle(accepted("key"))).isEqualTo(accepted("key"));
  }

  @Test
  void accepted_entries_and_those_in_progress_are_not_opened() {
    JdbcLedger ledger = open();
    send(ledger, "accepted", accepted("accepted"));
    claim(ledger, "admitted");
    claim(ledger, "attempted").attempted();

    for (String key : List.of("accepted", "admitted", "attempted")) {
      Entry entry = ledger.records().find(key).orElseThrow();
      assertThat(ledger.records().reopen(entry, Optional.empty(), "anna")).isFalse();
      assertThat(ledger.records().find(key)).contains(entry);
    }
  }

  @Test
  void what_changed_since_it_was_seen_is_not_opened() {
    JdbcLedger ledger = open();
    send(ledger, "key", waiting("key"));
    Entry seen = ledger.records().find("key").orElseThrow();
    send(ledger, "key", refused("key"));

    assertThat(ledger.records().reopen(seen, Optional.empty(), "anna")).isFalse();
  }

  @Test
  void a_forgotten_entry_ends_without_its_request_and_is_never_sent() {
    JdbcLedger ledger = open();
    send(ledger, "waits", waiting("waits"));
    send(ledger, "uncertain", uncertain("uncertain"));
    send(ledger, "parked", new Parked("api", Optional.of("parked"), 7, "Why"));
    claim(ledger, "in-progress");

    for (String key : List.of("waits", "uncertain", "parked", "in-progress")) {
      Entry seen = ledger.records().find(key).orElseThrow();
      assertThat(ledger.records().forget(seen, "anna")).isEqualTo(!key.equals("in-progress"));
    }

    assertThat(ledger.records().withRequest(Optional.empty(), 10))
        .extracting(Entry::messageKey)
        .containsExactly("in-progress");
    assertThat(known(ledger, submission("waits")).errorCode()).isEqualTo(900009);
    assertThat(known(ledger, submission("waits")).state()).isEqualTo(Outcome.State.REFUSED);
    assertThat(known(ledger, submission("uncertain")).state()).isEqualTo(Outcome.State.PARKED);
    assertThat(known(ledger, submission("parked")).errorCode()).isEqualTo(7);
    assertThat(ledger.records().history("waits").orElseThrow().events())
        .extracting(Entry.Event::what)
        .containsExactly("FORGOTTEN");
  }

  @Test
  void what_changed_since_it_was_seen_is_not_forgotten() {
    JdbcLedger ledger = open();
    send(ledger, "key", waiting("key"));
    Entry seen = ledger.records().find("key").orElseThrow();
    claim(ledger, "key");

    assertThat(ledger.records().forget(seen, "anna")).isFalse();
    assertThat(ledger.records().find("key").orElseThrow().request()).isPresent();
  }

  @Test
  void an_edited_request_replaces_the_original() {
    JdbcLedger ledger = open();
    send(ledger, "key", refused("key"));
    Entry seen = ledger.records().find("key").orElseThrow();

    assertThat(ledger.records().reopen(seen, Optional.of(other("key").request()), "anna")).isTrue();
    assertThat(ledger.records().find("key").orElseThrow().request().orElseThrow())
        .contains("14255550199");
    claim(ledger, other("key")).settle(accepted("key"));

    assertThat(known(ledger, other("key")).accepted()).isTrue();
    assertThat(known(ledger, submission("key")).state()).isEqualTo(State.DUPLICATE);
    assertThat(ledger.records().history("key").orElseThrow().events().get(0).what())
        .isEqualTo("EDITED");
  }

  @Test
  void an_uncertain_one_is_not_edited() {
    JdbcLedger ledger = open();
    send(ledger, "key", uncertain("key"));
    Entry seen = ledger.records().find("key").orElseThrow();

    assertThat(ledger.records().reopen(seen, Optional.of(other("key").request()), "anna"))
        .isFalse();
    assertThat(ledger.records().find("key")).contains(seen);
  }

  @Test
  void what_was_parked_and_surely_not_sent_can_be_edited() {
    JdbcLedger ledger = open();
    Claim claim = claim(ledger, "key");
    claim.attempted();
    claim.ended(waiting("key"));
    claim.settle(new Parked("api", Optional.of("key"), 50100, "For the last time"));
    Entry seen = ledger.records().find("key").orElseThrow();

    assertThat(seen.uncertain()).isFalse();
    assertThat(ledger.records().reopen(seen, Optional.of(other("key").request()), "anna")).isTrue();
  }

  @Test
  void what_was_parked_after_an_attempt_in_doubt_cannot() {
    JdbcLedger ledger = open();
    Claim claim = claim(ledger, "key");
    claim.attempted();
    claim.ended(uncertain("key"));
    claim.attempted();
    claim.ended(waiting("key"));
    claim.settle(new Parked("api", Optional.of("key"), 50100, "For the last time"));
    Claim silent = claim(ledger, "silent");
    silent.attempted();
    silent.settle(new Parked("api", Optional.of("silent"), 1, "A fault inside"));

    assertThat(ledger.records().find("key").orElseThrow().uncertain()).isTrue();
    assertThat(ledger.records().find("silent").orElseThrow().uncertain()).isTrue();
  }

  @Test
  void notes_a_copy_with_the_original_entry() {
    JdbcLedger ledger = open();
    send(ledger, "key", uncertain("key"));
    Entry seen = ledger.records().find("key").orElseThrow();

    assertThat(ledger.records().copied(seen, "key-2", "anna")).isTrue();
    assertThat(ledger.records().history("key").orElseThrow().events())
        .containsExactly(new Entry.Event(clock.instant(), "COPIED", 0, "anna under the key key-2"));
    assertThat(ledger.records().find("key")).contains(seen);
    send(ledger, "key", uncertain("key"));
    assertThat(ledger.records().copied(seen, "key-3", "anna")).isFalse();
  }

  @Test
  void commands_and_messages_write_at_the_same_time() throws Exception {
    JdbcLedger ledger = open(Timing.DEFAULT);
    for (int i = 0; i < 30; i++) {
      send(ledger, "old-" + i, waiting("old-" + i));
    }
    Future<Boolean> sending =
        meanwhile(
            () -> {
              for (int i = 0; i < 200; i++) {
                send(ledger, "new-" + i, accepted("new-" + i));
              }
              return true;
            });
    for (int i = 0; i < 30; i++) {
      assertThat(
              ledger
                  .records()
                  .reopen(
                      ledger.records().find("old-" + i).orElseThrow(), Optional.empty(), "anna"))
          .isTrue();
    }
    assertThat(sending.get()).isTrue();
    assertThat(ledger.outage()).isEmpty();
  }

  private static List<String> keysOf(List<Entry> entries) {
    return entries.stream().map(Entry::messageKey).toList();
  }
}
