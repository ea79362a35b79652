package dev.smsroutes.batch.run;

import dev.smsroutes.batch.format.RawRow;
import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Origin;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Unsettled;
import dev.smsroutes.model.Reason;
import dev.smsroutes.model.SendRequest;
import java.util.Optional;

/**
 * One row of a batch on its way through the pipeline. Thread-safe; the first outcome counts.
 *
 * <p>The thread that takes a row must give it an outcome: the batch waits for it.
 */
final class Row {
  private final RowFlow flow;
  private final RawRow raw;
  // Guarded by the flow's lock.
  private Outcome outcome;

  Row(RowFlow flow, RawRow raw) {
    this.flow = flow;
    this.raw = raw;
  }

  /** What to send, always with a message key. */
  SendRequest request() {
    return raw.request();
  }

  Origin origin() {
    return flow.origin(raw);
  }

  void settle(Outcome outcome) {
    flow.settle(this, outcome);
  }

  /** Says that the pipeline broke off without an outcome: nobody knows whether it was sent. */
  void broke() {
    settle(
        new Unsettled(
            flow.newRequestId(),
            Optional.of(request().messageKey()),
            Reason.INTERNAL,
            true,
            ErrorCode.INTERNAL.number(),
            "Expected an outcome for this row; got none, so it may or may not have been sent",
            Optional.empty()));
  }

  RawRow raw() {
    return raw;
  }

  Outcome outcome() {
    return outcome;
  }

  void outcome(Outcome came) {
    this.outcome = came;
  }

  @Override
  public String toString() {
    return "Row[number=" + raw.number() + "]";
  }
}
