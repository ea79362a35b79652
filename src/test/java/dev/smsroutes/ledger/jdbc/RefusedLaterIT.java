package dev.smsroutes.ledger.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.ledger.Admission;
import dev.smsroutes.ledger.EntryState;
import dev.smsroutes.ledger.Submission;
import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Fault;
import dev.smsroutes.model.Message;
import dev.smsroutes.model.Origin;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Refused;
import dev.smsroutes.model.Outcome.State;
import dev.smsroutes.model.Outcome.Unsettled;
import dev.smsroutes.model.Recipient;
import dev.smsroutes.model.SendRequest;
import dev.smsroutes.testing.TestLedgers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A request that was admitted, and that our own checks refuse when it comes again. */
class RefusedLaterIT {
  private static final Outcome REFUSED =
      Refused.of(
          "r2",
          Optional.of("k"),
          List.of(new Fault("definitionKey", ErrorCode.INVALID_DEFINITION_KEY, "Unknown")));

  @TempDir Path folder;
  private JdbcLedger ledger;

  @BeforeEach
  void open() {
    ledger =
        JdbcLedger.open(
            TestLedgers.options("jdbc:sqlite:" + folder.resolve("ledger.db")), Clock.systemUTC());
  }

  @AfterEach
  void close() {
    ledger.close();
  }

  @Test
  void ends_as_refused_when_it_was_surely_not_sent() {
    claim().settle(Unsettled.queued("r", "k", false));

    assertThat(ledger.refused(request("k", "4915112345678"), Optional.empty(), REFUSED).state())
        .isEqualTo(State.REFUSED);
    assertThat(state()).isEqualTo(EntryState.REFUSED);
    assertThat(ledger.records().find("k").orElseThrow().request()).isEmpty();
  }

  @Test
  void is_parked_when_an_attempt_may_have_been_taken() {
    Admission.Claim claim = claim();
    claim.attempted();
    claim.settle(Unsettled.noReply("r", "k"));

    assertThat(ledger.refused(request("k", "4915112345678"), Optional.empty(), REFUSED).state())
        .isEqualTo(State.PARKED);
    assertThat(state()).isEqualTo(EntryState.PARKED);
  }

  @Test
  void another_request_under_the_key_changes_nothing() {
    claim().settle(Unsettled.queued("r", "k", false));

    assertThat(ledger.refused(request("k", "4915187654321"), Optional.empty(), REFUSED))
        .isEqualTo(REFUSED);
    assertThat(state()).isEqualTo(EntryState.WAITING);
  }

  @Test
  void another_caller_who_is_refused_changes_nothing() {
    claim().settle(Unsettled.queued("r", "k", false));

    assertThat(ledger.refused(request("k", "4915112345678"), Optional.of("other"), REFUSED))
        .isEqualTo(REFUSED);
    assertThat(state()).isEqualTo(EntryState.WAITING);
  }

  @Test
  void leaves_ended_entries_and_those_in_progress_alone() {
    Admission.Claim claim = claim();
    assertThat(ledger.refused(request("k", "4915112345678"), Optional.empty(), REFUSED))
        .isEqualTo(REFUSED);
    assertThat(state()).isEqualTo(EntryState.ADMITTED);

    claim.settle(new Outcome.Accepted("r", Optional.of("k"), false));
    assertThat(ledger.refused(request("k", "4915112345678"), Optional.empty(), REFUSED))
        .isEqualTo(REFUSED);
    assertThat(state()).isEqualTo(EntryState.ACCEPTED);
  }

  @Test
  void an_unknown_or_incomplete_request_is_only_refused() {
    assertThat(ledger.refused(request("unknown", "4915112345678"), Optional.empty(), REFUSED))
        .isEqualTo(REFUSED);
    assertThat(ledger.refused(new SendRequest(null, null, null, null), Optional.empty(), REFUSED))
        .isEqualTo(REFUSED);
  }

  private EntryState state() {
    return ledger.records().find("k").orElseThrow().state();
  }

  private Admission.Claim claim() {
    Message message =
        new Message(
            "r",
            "k",
            "reset",
            "c",
            "4915112345678",
            Map.of(),
            Optional.empty(),
            false,
            OptionalInt.empty());
    return (Admission.Claim)
        ledger.admit(
            new Submission(message, request("k", "4915112345678"), Origin.of(Origin.JMS, "q")),
            Duration.ZERO);
  }

  private static SendRequest request(String key, String to) {
    return new SendRequest(key, "reset", new Recipient("c", to, Map.of()), null);
  }
}
