package dev.smsroutes.pipeline;

import dev.smsroutes.ledger.Admission;
import dev.smsroutes.ledger.Admission.Claim;
import dev.smsroutes.ledger.Admission.Known;
import dev.smsroutes.ledger.Ledger;
import dev.smsroutes.ledger.Ledger.Settlement;
import dev.smsroutes.ledger.Submission;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Parked;
import dev.smsroutes.model.Outcome.Refused;
import dev.smsroutes.model.Outcome.Unsettled;
import dev.smsroutes.model.Reason;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The ledger as the routes see it. Thread-safe: all state is in the {@link InFlight}. */
final class LedgerSteps {
  private final Ledger ledger;

  LedgerSteps(Ledger ledger) {
    this.ledger = ledger;
  }

  /**
   * Claims the keys. A message whose outcome is on record gets that outcome; one that was refused
   * ends the entry of the same request, if it was admitted before.
   */
  void admit(Sends sends) {
    for (InFlight message : sends.messages()) {
      if (message.outcome instanceof Refused) {
        message.outcome =
            ledger.refused(
                message.request(), message.envelope().handling().caller(), message.outcome);
      }
    }
    List<InFlight> open = sends.open();
    if (open.isEmpty()) {
      return;
    }
    admitNew(open, sends.isLeaving());
    if (open.stream().allMatch(message -> message.keyInUse)) {
      // Who waits for a key must not hold a permit: the other may wait for that.
      sends.returnUnusedPermit();
    }
    if (open.size() == 1 && open.get(0).keyInUse) {
      open.get(0).keyInUse = false;
      admit(open.get(0));
    }
  }

  /** Waits for another handling of the same key, as long as the sender does. */
  private void admit(InFlight message) {
    Admission admission =
        ledger.admit(submission(message), message.envelope().handling().patienceLeft());
    if (admission instanceof Claim claim) {
      message.claim = claim;
    } else if (admission instanceof Known known) {
      message.outcome = known.outcome();
    }
  }

  /** Claims the keys that are new; whatever else a key is, its message comes back alone. */
  private void admitNew(List<InFlight> open, boolean leaving) {
    List<InFlight> asked = new ArrayList<>(open.size());
    Set<String> keys = new HashSet<>();
    for (InFlight message : open) {
      if (keys.add(message.message.messageKey())) {
        asked.add(message);
      } else {
        message.keyInUse = true;
      }
    }
    List<Optional<Claim>> claims =
        ledger.admitNew(asked.stream().map(LedgerSteps::submission).toList(), leaving);
    for (int i = 0; i < asked.size(); i++) {
      asked.get(i).claim = claims.get(i).orElse(null);
      asked.get(i).isNew = claims.get(i).isPresent();
      asked.get(i).keyInUse = claims.get(i).isEmpty();
    }
  }

  private static Submission submission(InFlight message) {
    Envelope envelope = message.envelope();
    return new Submission(
        message.message,
        message.request(),
        envelope.origin(),
        envelope.handling().caller(),
        message.correlation());
  }

  /** Records that an attempt is about to leave, before any byte of it does. */
  void recordAttempt(ApiCall call) {
    if (call.aboard.isEmpty()) {
      return;
    }
    ledger.attempted(call.aboard.stream().map(message -> message.claim).toList());
    call.attempts++;
  }

  /** Records the outcomes, before anyone is told. They become the ones that stand. */
  void settle(ApiCall call) {
    List<InFlight> ended =
        call.messages().stream()
            .filter(message -> message.isClaimed() && message.outcome != null)
            .toList();
    List<Outcome> stand =
        ledger.settle(
            ended.stream()
                .map(message -> new Settlement(message.claim, lastChance(message)))
                .toList());
    for (int i = 0; i < ended.size(); i++) {
      ended.get(i).end(stand.get(i));
    }
  }

  /** An outcome that would stay open for ever is parked. */
  private Outcome lastChance(InFlight message) {
    Outcome outcome = message.outcome;
    boolean stopping =
        outcome instanceof Unsettled unsettled && unsettled.reason() == Reason.STOPPING;
    return !outcome.state().settled() && !stopping && message.envelope().handling().lastChance()
        ? Parked.of(outcome, "It was tried for the last time without an end")
        : outcome;
  }

  /** Gives the keys free again that are still claimed, whatever went wrong. */
  void release(Sends sends) {
    sends.messages().forEach(InFlight::release);
  }
}
