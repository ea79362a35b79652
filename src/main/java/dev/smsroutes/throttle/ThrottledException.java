package dev.smsroutes.throttle;

import dev.smsroutes.model.Reason;
import java.time.Duration;
import java.util.Optional;

/**
 * A message got no turn at the SMS API within the patience of its sender: it was not sent. The
 * message of the exception is for callers and holds nothing of the request.
 */
public final class ThrottledException extends Exception {
  private static final long serialVersionUID = 1L;

  private final Reason reason;
  private final transient Optional<Duration> retryAfter;
  private final boolean stopping;

  /**
   * @param retryAfter when it is worth another try, if that is known
   * @param stopping whether this process stops, so that waiting here never helps
   */
  public ThrottledException(
      Reason reason, String message, Optional<Duration> retryAfter, boolean stopping) {
    super(message, null, false, false);
    this.reason = reason;
    this.retryAfter = retryAfter;
    this.stopping = stopping;
  }

  public Reason reason() {
    return reason;
  }

  public Optional<Duration> retryAfter() {
    return retryAfter;
  }

  public boolean stopping() {
    return stopping;
  }
}
