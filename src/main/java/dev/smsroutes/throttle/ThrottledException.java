package dev.smsroutes.throttle;

import dev.smsroutes.model.Reason;
import java.time.Duration;
import java.util.Optional;

/**
 * A message got no permit before its deadline, and was not sent. The exception's message is for
 * callers and holds nothing of the request.
 */
public final class ThrottledException extends Exception {
  private static final long serialVersionUID = 1L;

  private final Reason reason;
  private final transient Optional<Duration> retryAfter;
  private final boolean stopping;

  /**
   * @param retryAfter when to try again, if known
   * @param stopping whether this process stops, so that waiting does not help
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
