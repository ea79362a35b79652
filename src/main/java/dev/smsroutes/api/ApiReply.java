package dev.smsroutes.api;

import java.util.Objects;
import java.util.Optional;

/**
 * What came back from one call of the SMS API. Immutable by agreement: nobody writes into the body.
 *
 * @param status the HTTP status
 * @param body the body as far as it was read; empty if there was none
 * @param retryAfter the {@code Retry-After} header as it came, whatever it holds
 */
public record ApiReply(int status, byte[] body, Optional<String> retryAfter) {
  public ApiReply {
    Objects.requireNonNull(body, "body");
    Objects.requireNonNull(retryAfter, "retryAfter");
  }
}
