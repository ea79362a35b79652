package dev.smsroutes.faults;

/**
 * How callers behave, each as a share of all requests.
 *
 * @param flawed requests that can never be sent
 * @param twice requests that are sent twice at the same time, by a caller who does not wait
 * @param again requests that are repeated although they were accepted
 * @param reused requests that take the key of another one
 */
record Habits(double flawed, double twice, double again, double reused) {
  /** What needs no record of the past. */
  static final Habits SIMPLE = new Habits(0.05, 0, 0, 0);

  static final Habits MIXED = new Habits(0.05, 0.05, 0.05, 0.15);
}
