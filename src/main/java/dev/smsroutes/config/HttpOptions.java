package dev.smsroutes.config;

import java.time.Duration;
import java.util.Optional;

/**
 * The keys {@code sms.http.*}. Immutable.
 *
 * @param address where the intake listens
 * @param maxBodyBytes a longer body is answered with 413
 * @param queued whether every request is answered when it is on disk in the queue
 * @param deadline from the arrival of a request, the latest moment at which an attempt may begin
 * @param maxInFlight how many requests may be in progress
 * @param bodyTimeout how long a caller may take to send a body
 * @param maxRecipients the most recipients of one request
 * @param recipientsConcurrency how many recipients of all such requests are sent side by side
 */
public record HttpOptions(
    Address address,
    int maxBodyBytes,
    boolean queued,
    Duration deadline,
    int maxInFlight,
    Duration bodyTimeout,
    int maxRecipients,
    int recipientsConcurrency) {
  static HttpOptions from(Settings settings) {
    return new HttpOptions(
        settings.address("sms.http"),
        settings.number("sms.http.max-body-bytes", 1, Integer.MAX_VALUE),
        "queued".equals(settings.word("sms.http.mode", "sync or queued", HttpOptions::mode)),
        settings.positiveDuration("sms.http.deadline"),
        settings.number("sms.http.max-in-flight", 1, 100_000),
        settings.positiveDuration("sms.http.body-timeout"),
        settings.number("sms.http.max-recipients", 1, 100_000),
        settings.number("sms.http.recipients-concurrency", 1, 1_000));
  }

  private static Optional<String> mode(String word) {
    return Optional.of(word).filter(mode -> mode.equals("sync") || mode.equals("queued"));
  }

  /** How many messages of HTTP callers can be on their way to the API. */
  int senders() {
    return maxInFlight + recipientsConcurrency;
  }
}
