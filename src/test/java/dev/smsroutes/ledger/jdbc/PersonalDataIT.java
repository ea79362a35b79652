package dev.smsroutes.ledger.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.smsroutes.ledger.Admission.Claim;
import dev.smsroutes.ledger.Entry;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Parked;
import dev.smsroutes.model.Outcome.Refused;
import dev.smsroutes.model.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Numbers, attributes and texts are in the ledger as long as they are needed to send. */
@ParameterizedClass(name = "{0}")
@EnumSource(Store.class)
class PersonalDataIT extends OnAStore {
  private static final String QUOTING =
      "Cannot send 'Adalbert, your new password is "
          + PASSWORD
          + "' to "
          + NUMBER
          + " (ada@example.com, Adalbert)";

  static Stream<Outcome> over() {
    return Stream.of(
        accepted("key"),
        refused("key"),
        new Refused("api", Optional.of("key"), 109110, "Used before", List.of()));
  }

  @ParameterizedTest
  @MethodSource("over")
  void the_request_is_erased_when_it_is_settled(Outcome outcome) {
    JdbcLedger ledger = open();
    send(ledger, "key", outcome);

    assertThat(ledger.records().find("key").orElseThrow().request()).isEmpty();
  }

  static Stream<Outcome> notOver() {
    return Stream.of(
        waiting("key"), uncertain("key"), new Parked("api", Optional.of("key"), 1, "Why"));
  }

  @ParameterizedTest
  @MethodSource("notOver")
  void it_is_kept_while_it_may_have_to_be_sent(Outcome outcome) {
    JdbcLedger ledger = open();
    send(ledger, "key", outcome);

    assertThat(ledger.records().find("key").orElseThrow().request().orElseThrow()).contains(NUMBER);
  }

  @Test
  void it_is_kept_when_the_operator_wants_that() {
    JdbcLedger ledger = closedLater(JdbcLedger.open(options(true), clock, FAST));
    send(ledger, "key", accepted("key"));

    assertThat(ledger.records().find("key").orElseThrow().request().orElseThrow())
        .contains(NUMBER, PASSWORD);
  }

  @Test
  void what_the_api_quotes_is_not_recorded() {
    JdbcLedger ledger = open();
    Claim claim = claim(ledger, "key");
    claim.attempted();
    claim.ended(
        new Outcome.Unsettled(
            "api", Optional.of("key"), Reason.NO_CLEAR_ANSWER, true, 1, QUOTING, Optional.empty()));
    claim.settle(new Refused("api", Optional.of("key"), 109121, QUOTING, List.of()));

    Entry.History history = ledger.records().history("key").orElseThrow();
    assertThat(history.entry().message()).isEqualTo("Cannot send '…' to … (…, …)");
    assertThat(history.events()).hasSize(1);
    assertThat(history.events().get(0).detail()).isEqualTo("Cannot send '…' to … (…, …)");
  }

  @Test
  void nothing_of_it_is_left_in_the_files_of_sqlite() throws IOException {
    assumeTrue(store == Store.SQLITE, "PostgreSQL's files are the server's");
    JdbcLedger ledger = open();
    for (int i = 0; i < 200; i++) {
      String key = "key-" + i;
      Claim claim = claim(ledger, key);
      claim.attempted();
      claim.ended(waiting(key));
      claim.attempted();
      claim.settle(
          i % 2 == 0
              ? accepted(key)
              : new Refused("api", Optional.of(key), 109121, QUOTING, List.of()));
    }
    Claim parked = claim(ledger, submission("parked", "4915112345678", Optional.empty()));
    parked.settle(new Parked("api", Optional.of("parked"), 1, "Why"));
    assertThat(bytes()).as("before the log is emptied").contains(NUMBER);

    Database database = Database.open(options(), FAST);
    try (database) {
      database.emptyLog();
    }
    await()
        .untilAsserted(
            () ->
                assertThat(bytes())
                    .contains("key-0", "key-199", "4915112345678")
                    .doesNotContain(NUMBER, "Cannot send 'Adalbert", "ada@example.com)"));
    assertThat(bytes().split(PASSWORD, -1)).as("only of the one that is parked").hasSize(2);
  }

  private String bytes() throws IOException {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(name -> name.toString().contains("ledger.db")).toList()) {
        // Through another process: closing a file here gives up the locks that SQLite has on it.
        all.append(
            new String(
                new ProcessBuilder("cat", file.toString()).start().getInputStream().readAllBytes(),
                StandardCharsets.ISO_8859_1));
      }
    }
    return all.toString();
  }
}
