package dev.smsroutes.pipeline;

import java.util.Objects;

/**
 * What a site decides about sending. Immutable.
 *
 * @param maxParts the most parts of one message
 * @param retries how an unsettled attempt is repeated
 * @param asksForStatus whether the API is asked about a message whose answers were unclear
 * @param maxQueuedBytes the longest request that can be queued
 * @param recipientsPerCall how many messages may travel in one call, 1 to {@value #MAX_RECIPIENTS}
 */
public record SendOptions(
    int maxParts,
    RetryPolicy retries,
    boolean asksForStatus,
    int maxQueuedBytes,
    int recipientsPerCall) {
  /** What is known to work for e-mail; for SMS the API names no limit (contract, section 4). */
  public static final int MAX_RECIPIENTS = 500;

  /** One message in each call. */
  public SendOptions(int maxParts, RetryPolicy retries, boolean asksForStatus, int maxQueuedBytes) {
    this(maxParts, retries, asksForStatus, maxQueuedBytes, 1);
  }

  public SendOptions {
    Objects.requireNonNull(retries, "retries");
    if (recipientsPerCall < 1 || recipientsPerCall > MAX_RECIPIENTS) {
      throw new IllegalArgumentException(
          "Expected 1 to " + MAX_RECIPIENTS + " recipients per call; got " + recipientsPerCall);
    }
  }
}
