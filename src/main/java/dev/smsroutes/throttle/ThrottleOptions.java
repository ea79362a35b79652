package dev.smsroutes.throttle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The settings of the throttle; docs/pace.md explains each. Immutable.
 *
 * @param maxConcurrency the maximum number of messages in progress; at least 1
 * @param maxRate the maximum number of messages per second; 0: no ceiling
 * @param slowAfter an answer that takes longer is a sign of overload
 * @param probeInterval the longest time between two probes while the API refuses the login or the
 *     account
 * @param longestPause the longest pause, whatever the API asks for
 */
public record ThrottleOptions(
    int maxConcurrency,
    double maxRate,
    Duration slowAfter,
    Duration probeInterval,
    Duration longestPause) {

  /**
   * @throws IllegalArgumentException if values are out of range; a line for each key
   */
  public ThrottleOptions {
    List<String> faults = new ArrayList<>();
    if (maxConcurrency < 1) {
      faults.add(
          "sms.api.max-concurrency: expected at least 1 message at once; got " + maxConcurrency);
    }
    if (maxRate != 0 && !(maxRate >= 0.001 && maxRate <= 1e6)) {
      faults.add(
          "sms.api.max-rate: expected 0.001 to 1000000 messages per second, or 0 for no ceiling;"
              + " got "
              + maxRate);
    }
    checkTime(faults, "sms.api.slow-after", slowAfter);
    checkTime(faults, "sms.api.probe-interval", probeInterval);
    checkTime(faults, "sms.api.longest-pause", longestPause);
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", faults));
    }
  }

  private static void checkTime(List<String> faults, String key, Duration value) {
    // An upper limit, so that sums of times cannot overflow.
    if (value.isNegative() || value.isZero() || value.compareTo(Duration.ofDays(365)) > 0) {
      faults.add(key + ": expected a time of more than 0 and at most a year; got " + value);
    }
  }
}
