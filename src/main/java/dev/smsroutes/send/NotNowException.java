package dev.smsroutes.send;

import dev.smsroutes.outcome.Outcome.Reason;
import java.time.Duration;
import java.util.Optional;

/**
 * A message got no turn at the SMS API within the patience of its sender: it was not sent. The
 * message of the exception is for callers and holds nothing of the request.
 */
final class NotNowException extends Exception {
  private static final long serialVersionUID = 1L;

  private final Reason reason;
  private final transient Optional<Duration> retryAfter;
  private final boolean stopping;

  /**
   * @param retryAfter when it is worth another try, if that is known
   * @param stopping whether this process stops, so that waiting here never helps
   */
  NotNowException(Reason reason, String message, Optional<Duration> retryAfter, boolean stopping) {
    super(message, null, false, false);
    this.reason = reason;
    this.retryAfter = retryAfter;
    this.stopping = stopping;
  }

  Reason reason() {
    return reason;
  }

  Optional<Duration> retryAfter() {
    return retryAfter;
  }

  boolean stopping() {
    return stopping;
  }
}
