package dev.smsroutes.send;

import java.util.Objects;

/**
 * What a site decides about sending. Immutable.
 *
 * @param maxParts the most parts of one message
 * @param retries how an unsettled attempt is repeated
 * @param asksForStatus whether the API is asked about a message whose answers were unclear; needs
 *     {@link StatusRoute}
 * @param mostQueuedBytes the longest request that can be queued
 */
public record SendOptions(
    int maxParts, RetryPolicy retries, boolean asksForStatus, int mostQueuedBytes) {
  public SendOptions {
    Objects.requireNonNull(retries, "retries");
  }
}
