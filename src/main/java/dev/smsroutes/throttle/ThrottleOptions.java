package dev.smsroutes.throttle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The keys of the pace; docs/pace.md says what each of them does. Immutable.
 *
 * @param maxConcurrency the most messages that are on their way at once; at least 1
 * @param maxRate the most messages per second; 0 for no ceiling
 * @param slowAfter an answer that takes longer counts as a sign of overload
 * @param probeInterval the longest time between two probes while the API refuses our login or our
 *     account, or blocks it
 * @param longestPause the longest pause, whatever the API asks for
 */
public record ThrottleOptions(
    int maxConcurrency,
    double maxRate,
    Duration slowAfter,
    Duration probeInterval,
    Duration longestPause) {

  /**
   * @throws IllegalArgumentException with a line for each key whose value makes no sense
   */
  public ThrottleOptions {
    List<String> faults = new ArrayList<>();
    if (maxConcurrency < 1) {
      faults.add(
          "sms.api.max-concurrency: expected at least 1 message at once; "
              + maxConcurrency
              + " came");
    }
    if (maxRate != 0 && !(maxRate >= 0.001 && maxRate <= 1e6)) {
      faults.add(
          "sms.api.max-rate: expected 0.001 to 1000000 messages per second, or 0 for no ceiling; "
              + maxRate
              + " came");
    }
    checkTime(faults, "sms.api.slow-after", slowAfter);
    checkTime(faults, "sms.api.probe-interval", probeInterval);
    checkTime(faults, "sms.api.longest-pause", longestPause);
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", faults));
    }
  }

  private static void checkTime(List<String> faults, String key, Duration value) {
    // A limit on top, so that sums of times cannot overflow.
    if (value.isNegative() || value.isZero() || value.compareTo(Duration.ofDays(365)) > 0) {
      faults.add(key + ": expected a time of more than 0 and at most a year; " + value + " came");
    }
  }
}
