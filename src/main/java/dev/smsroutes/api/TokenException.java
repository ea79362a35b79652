package dev.smsroutes.api;

import dev.smsroutes.model.Reason;
import java.time.Duration;
import java.util.Optional;

/**
 * There is no token to send with. Immutable, without a stack trace. The message is for callers and
 * holds no secret.
 */
public final class TokenException extends Exception {
  private static final long serialVersionUID = 1L;

  private final Reason reason;
  private final transient Optional<Duration> retryAfter;
  private final boolean endpointRefused;

  /**
   * @param endpointRefused whether the token endpoint gave none; otherwise the API refused the one
   *     that it had just given
   */
  public TokenException(
      Reason reason, String message, Optional<Duration> retryAfter, boolean endpointRefused) {
    super(message, null, false, false);
    this.reason = reason;
    this.retryAfter = retryAfter;
    this.endpointRefused = endpointRefused;
  }

  public boolean endpointRefused() {
    return endpointRefused;
  }

  public Reason reason() {
    return reason;
  }

  public Optional<Duration> retryAfter() {
    return retryAfter;
  }
}
