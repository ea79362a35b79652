package dev.smsroutes.ledger.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.ledger.Admission;
import dev.smsroutes.ledger.LedgerOptions;
import dev.smsroutes.ledger.Submission;
import dev.smsroutes.model.Message;
import dev.smsroutes.model.Origin;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.State;
import dev.smsroutes.model.Outcome.Unsettled;
import dev.smsroutes.model.Recipient;
import dev.smsroutes.model.SendRequest;
import dev.smsroutes.testing.TestLedgers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A caller reads the code 0 as success, whatever the state next to it. */
class ParkedCodeIT {
  @TempDir Path folder;

  @Test
  void parks_an_uncertain_queued_request_with_an_error_code() {
    Submission submission = submission("k");
    try (JdbcLedger ledger = open(Clock.systemUTC())) {
      Admission.Claim claim = (Admission.Claim) ledger.admit(submission, Duration.ZERO);
      claim.attempted();
      claim.settle(Unsettled.queued("r", "k", true));
    }
    Clock later = Clock.offset(Clock.systemUTC(), LedgerOptions.RESEND_LIMIT.plusHours(1));
    try (JdbcLedger ledger = open(later)) {
      Admission.Known known = (Admission.Known) ledger.admit(submission, Duration.ZERO);
      Outcome outcome = known.outcome();
      assertThat(outcome.state()).isEqualTo(State.PARKED);
      assertThat(outcome.errorCode()).isEqualTo(30000);
    }
  }

  private JdbcLedger open(Clock clock) {
    LedgerOptions options = TestLedgers.options("jdbc:sqlite:" + folder.resolve("ledger.db"));
    return JdbcLedger.open(options, clock);
  }

  private static Submission submission(String key) {
    SendRequest request =
        new SendRequest(key, "reset", new Recipient("c", "4915112345678", Map.of()), null);
    Message message =
        new Message(
            "r",
            key,
            "reset",
            "c",
            "4915112345678",
            Map.of(),
            Optional.of("text"),
            false,
            OptionalInt.empty());
    return new Submission(message, request, Origin.of(Origin.HTTP, "127.0.0.1"));
  }
}
