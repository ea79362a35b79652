package dev.smsroutes.config;

import java.time.Duration;

/**
 * The keys {@code sms.health.*}: from when on something counts as stuck. Zero: it is not checked.
 * Immutable.
 *
 * @param queueStuckAfter requests wait, and none was taken
 * @param inboxUntouchedAfter a file waits in the inbox
 * @param oldestOpenAfter a message has no end
 * @param minDiskFreeBytes free room of each disk that holds data
 * @param lookInterval how often inbox and queues are looked at; positive
 */
public record HealthOptions(
    Duration queueStuckAfter,
    Duration inboxUntouchedAfter,
    Duration oldestOpenAfter,
    long minDiskFreeBytes,
    Duration lookInterval) {
  static HealthOptions from(Settings settings) {
    return new HealthOptions(
        settings.duration("sms.health.queue-stuck-after"),
        settings.duration("sms.health.inbox-untouched-after"),
        settings.duration("sms.health.oldest-open-after"),
        settings.number("sms.health.min-disk-free-bytes", 0, Long.MAX_VALUE),
        settings.positiveDuration("sms.health.look-interval"));
  }
}
