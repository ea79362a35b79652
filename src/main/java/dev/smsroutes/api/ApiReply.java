package dev.smsroutes.api;

import java.util.Objects;
import java.util.Optional;

/**
 * The reply to one call of the SMS API. Immutable by agreement: no caller writes into the body.
 *
 * @param status the HTTP status
 * @param body the body as far as it was read; empty if there was none
 * @param retryAfter the {@code Retry-After} header as received
 */
public record ApiReply(int status, byte[] body, Optional<String> retryAfter) {
  public ApiReply {
    Objects.requireNonNull(body, "body");
    Objects.requireNonNull(retryAfter, "retryAfter");
  }
}
