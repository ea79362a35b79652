package dev.smsroutes.pipeline;

import dev.smsroutes.api.ReplyClassifier.SentMessage;
import dev.smsroutes.contactpolicy.SendWindowCalendar.WindowStatus;
import dev.smsroutes.definition.Definition;
import dev.smsroutes.ledger.Admission.Claim;
import dev.smsroutes.model.Correlation;
import dev.smsroutes.model.Message;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.State;
import dev.smsroutes.model.SendRequest;
import dev.smsroutes.model.TraceContext;
import dev.smsroutes.trace.RequestSpan;
import jakarta.validation.Valid;
import java.util.Optional;
import java.util.UUID;

/**
 * One send request on its way through the pipeline: the only place that holds its state. Each step
 * fills in what it finds out. For one thread at a time.
 */
final class InFlight {
  private final Envelope envelope;

  /** Its span; null where traces are off. */
  final RequestSpan span;

  private final String requestId = UUID.randomUUID().toString();
  @Valid private final SendRequest request;
  private final long arrived = System.nanoTime();

  /** How long it was with the API, in all calls that carried it. */
  private long apiNanos;

  /** From {@code enrich}: the send definition, and the number as it is sent. */
  Definition definition;

  String number;

  /** From {@code render}: what is to be sent. */
  Message message;

  /** From {@code take}: whether it counts for the daily allowance of its caller. */
  boolean reserved;

  /** From {@code admit}: whether its key had never been used before. */
  boolean isNew;

  /** From {@code admit}, until the outcome is recorded: the ledger's claim on the key. */
  Claim claim;

  /** From {@code admit}: another request had the key first; this one goes after it. */
  boolean keyInUse;

  /** Whether the send window was open when it was last checked; null without one. */
  WindowStatus window;

  /** How it ended; null until that is known. */
  Outcome outcome;

  /** One without a span. */
  InFlight(Envelope envelope) {
    this(envelope, null);
  }

  /**
   * @param span null where traces are off
   */
  InFlight(Envelope envelope, RequestSpan span) {
    this.envelope = envelope;
    this.span = span;
    this.request = envelope.request();
  }

  Envelope envelope() {
    return envelope;
  }

  SendRequest request() {
    return request;
  }

  /** Identifies this handling, until the API gives an id of its own. */
  String requestId() {
    return requestId;
  }

  /**
   * Where its trace goes on; empty if it is in none. Nobody has a trace that begins here and is not
   * recorded.
   */
  Optional<TraceContext> trace() {
    Optional<TraceContext> caller = envelope.handling().trace();
    return span == null
        ? caller
        : Optional.of(span.context()).filter(own -> own.sampled() || caller.isPresent());
  }

  /** With what others find it again. */
  Correlation correlation() {
    Optional<String> callerRequestId = envelope.handling().callerRequestId();
    Optional<TraceContext> trace = trace();
    return callerRequestId.isEmpty() && trace.isEmpty()
        ? Correlation.NONE
        : new Correlation(trace.map(TraceContext::traceId), callerRequestId);
  }

  /** Adds the time of a call that carried it. */
  void wasWithApi(long nanos) {
    apiNanos += nanos;
  }

  /** The time since it was handed over, without what it was with the API. */
  long addedNanos() {
    return Math.max(0, System.nanoTime() - arrived - apiNanos);
  }

  /** Whether the next step has to deal with it. */
  boolean isOpen() {
    return outcome == null && !keyInUse;
  }

  /** Whether the ledger waits for its outcome. */
  boolean isClaimed() {
    return claim != null;
  }

  /** Whether an attempt that has ended, in this process or an earlier one, may have been taken. */
  boolean uncertain() {
    return claim != null && claim.uncertain();
  }

  /** Whether any attempt may have been taken, one without an answer included. */
  boolean mayHaveBeenSent() {
    return claim != null && claim.mayHaveBeenSent();
  }

  /** Ends it with an outcome that is on record, or needs no record. */
  void end(Outcome recorded) {
    outcome = recorded;
    claim = null;
  }

  /** Notes with the ledger that an attempt ended, unless it settled the message. */
  void attemptEnded(Outcome result) {
    if (!result.state().settled()) {
      claim.ended(result);
    }
  }

  /** Whether the answers of the API leave it open whether it was taken. */
  boolean isInDoubt() {
    return outcome != null
        && (outcome.state() == State.UNCERTAIN || outcome.state() == State.PARKED);
  }

  /** Gives its key free again, whatever went wrong. */
  void release() {
    if (claim != null) {
      claim.release();
    }
  }

  SentMessage sent() {
    return new SentMessage(requestId, request.messageKey());
  }

  @Override
  public String toString() {
    return "InFlight[requestId=" + requestId + "]";
  }
}
