package dev.smsroutes.pipeline;

import dev.smsroutes.ledger.Admission;
import dev.smsroutes.ledger.Admission.Claim;
import dev.smsroutes.ledger.Ledger;
import dev.smsroutes.ledger.LedgerUnavailableException;
import dev.smsroutes.ledger.Submission;
import dev.smsroutes.model.Correlation;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.State;
import dev.smsroutes.model.SendRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Notes what it is told, and fails when it is to. */
final class RecordingLedger implements Ledger {
  final List<Correlation> correlations = new ArrayList<>();
  final List<String> events = new ArrayList<>();
  final Map<String, Outcome> known = new HashMap<>();

  /** Keys whose claim said that they were attempted. */
  final List<String> leaving = new ArrayList<>();

  final List<String> refusedLater = new ArrayList<>();
  Runnable whenAdmitted = () -> {};
  boolean uncertainBefore;
  boolean broken;
  boolean fullWhenAttempted;
  boolean fullWhenSettling;

  @Override
  public Admission admit(Submission submission, Duration patience) {
    if (broken) {
      throw new LedgerUnavailableException("the disk is full");
    }
    events.add("admit " + submission.messageKey());
    correlations.add(submission.correlation());
    whenAdmitted.run();
    Outcome outcome = known.get(submission.messageKey());
    return outcome == null ? new Claimed(submission.messageKey()) : new Admission.Known(outcome);
  }

  @Override
  public List<Optional<Claim>> admitNew(List<Submission> submissions, boolean leaving) {
    List<Optional<Claim>> claims = new ArrayList<>();
    for (Submission submission : submissions) {
      if (known.containsKey(submission.messageKey()) || uncertainBefore) {
        claims.add(Optional.empty());
      } else {
        Claim claim = (Claim) admit(submission, Duration.ZERO);
        if (leaving) {
          claim.attempted();
          this.leaving.add(submission.messageKey());
        }
        claims.add(Optional.of(claim));
      }
    }
    return claims;
  }

  @Override
  public Outcome refused(SendRequest request, Optional<String> caller, Outcome refused) {
    refusedLater.add(request.messageKey() + " " + refused.errorCode());
    return refused;
  }

  final class Claimed implements Admission.Claim {
    private final String key;
    private boolean uncertain = uncertainBefore;
    private boolean attemptOpen;

    Claimed(String key) {
      this.key = key;
    }

    @Override
    public Instant admittedAt() {
      return Instant.EPOCH;
    }

    @Override
    public boolean uncertain() {
      return uncertain;
    }

    @Override
    public boolean attemptOpen() {
      return attemptOpen;
    }

    @Override
    public void attempted() {
      if (fullWhenAttempted) {
        throw new LedgerUnavailableException("the disk is full");
      }
      attemptOpen = true;
      events.add("attempted " + key);
    }

    @Override
    public void ended(Outcome unsettled) {
      attemptOpen = false;
      uncertain |= unsettled.state() == State.UNCERTAIN;
      events.add("ended " + key + " " + unsettled.state());
    }

    @Override
    public Outcome settle(Outcome outcome) {
      if (fullWhenSettling) {
        throw new LedgerUnavailableException("the disk is full");
      }
      events.add("settle " + key + " " + outcome.state());
      return outcome;
    }

    @Override
    public void release() {
      events.add("release " + key);
    }
  }
}
