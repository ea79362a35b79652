package dev.smsroutes.access;

import java.time.Duration;

/**
 * How much one number may get, from all callers together. Immutable.
 *
 * @param rate how many messages a number may get within {@code rateWindow}
 * @param rateWindow at least a millisecond
 * @param rateAction what happens to more of them
 * @param sameTextWindow within this time a number may get a text once
 * @param sameTextAction what happens to a repetition
 */
public record NumberRules(
    int rate,
    Duration rateWindow,
    Severity rateAction,
    Duration sameTextWindow,
    Severity sameTextAction) {
  /** No rule at all. */
  public static final NumberRules NONE =
      new NumberRules(1, Duration.ofHours(1), Severity.OFF, Duration.ofHours(1), Severity.OFF);

  /**
   * A rate that nothing happens for yet.
   *
   * @throws IllegalArgumentException if there are no such rates
   */
  public static NumberRules ofRate(int rate, Duration window) {
    if (rate < 1 || rate > Repetitions.MAX_LIMIT || window.isZero()) {
      throw new IllegalArgumentException("Expected 1 to 100 messages in a time; got another rate");
    }
    return new NumberRules(rate, window, Severity.OFF, NONE.sameTextWindow(), Severity.OFF);
  }

  /** The same rate, with what happens, and with another rule for texts. */
  public NumberRules with(
      Severity newRateAction, Duration newSameTextWindow, Severity newSameTextAction) {
    return new NumberRules(rate, rateWindow, newRateAction, newSameTextWindow, newSameTextAction);
  }
}
