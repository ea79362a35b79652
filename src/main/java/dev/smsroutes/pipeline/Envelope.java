package dev.smsroutes.pipeline;

import dev.smsroutes.model.Origin;
import dev.smsroutes.model.SendRequest;
import dev.smsroutes.model.TraceContext;
import dev.smsroutes.throttle.Priority;
import java.time.Duration;
import java.util.Optional;
import org.apache.camel.clock.Clock;

/**
 * A send request as an intake handed it over. Immutable.
 *
 * @param origin for the record
 */
record Envelope(SendRequest request, Origin origin, Handling handling) {
  /**
   * How an intake wants its requests handled; one for all that it hands over together. Immutable.
   *
   * @param route id of the intake's route, for the log
   * @param caller the id of the caller; empty if the intake has found out none
   * @param trace where the caller's trace stands; empty if they are in none
   * @param callerRequestId the id that the caller gave to its request; empty if it gave none
   * @param http whether they arrived over HTTP
   * @param batch whether they give way to single requests, and keep the send window of batches
   * @param maxRetries how often an unsettled attempt may be repeated
   * @param patience how long they may take, from the creation of the intake's exchange
   * @param lastChance whether an unsettled request is parked, since nobody hands it over again
   * @param queued whether they are put into the queue of the JMS intake instead of being sent
   * @param clock of the intake's exchange
   * @param began what the clock said when they were handed over, in milliseconds
   */
  record Handling(
      String route,
      Optional<String> caller,
      Optional<TraceContext> trace,
      Optional<String> callerRequestId,
      boolean http,
      boolean batch,
      int maxRetries,
      Duration patience,
      boolean lastChance,
      boolean queued,
      Clock clock,
      long began) {
    /** How much longer the sender waits; never negative. */
    Duration patienceLeft() {
      Duration left = patience.minusMillis(clock.elapsed());
      return left.isNegative() ? Duration.ZERO : left;
    }

    /** Milliseconds since the requests were handed over. */
    long elapsed() {
      return clock.elapsed() - began;
    }
  }

  Priority priority() {
    if (handling.batch()) {
      return Priority.BATCH;
    }
    return origin.channel().equals(Origin.JMS) ? Priority.QUEUED : Priority.INTERACTIVE;
  }

  /** Without the request's content: it may end up in a log by accident. */
  @Override
  public String toString() {
    return "Envelope[request=" + request + ", origin=" + origin + "]";
  }
}
