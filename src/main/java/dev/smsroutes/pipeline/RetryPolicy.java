package dev.smsroutes.pipeline;

import java.time.Duration;
import java.util.Optional;

/**
 * How an attempt that did not settle is repeated with the same key while the caller waits.
 * Immutable.
 *
 * @param first how long to wait before the first repetition; doubled for each further one
 * @param longest the longest wait between two attempts
 * @param deadline from the arrival of the request, the latest moment at which a repetition may
 *     begin, unless the intake gave a patience of its own
 */
public record RetryPolicy(Duration first, Duration longest, Duration deadline) {
  /**
   * The wait before the next repetition.
   *
   * @param repetitions how many there were
   * @param allowed how many there may be
   * @param left how long the sender waits on
   * @param asked what the API asked for, if it did
   * @return empty if there is to be none
   */
  Optional<Duration> next(int repetitions, int allowed, Duration left, Optional<Duration> asked) {
    if (repetitions >= allowed) {
      return Optional.empty();
    }
    Duration backOff = first.multipliedBy(1L << Math.max(0, Math.min(repetitions, 20)));
    Duration wait = backOff.compareTo(longest) > 0 ? longest : backOff;
    if (asked.isPresent() && asked.get().compareTo(wait) > 0) {
      wait = asked.get();
    }
    return wait.compareTo(left) <= 0 ? Optional.of(wait) : Optional.empty();
  }
}
