package dev.smsroutes.send;

import dev.smsroutes.outcome.Outcome;

/** Carries an outcome that another attempt may change to the place that decides about it. */
final class UnsettledException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Outcome outcome;

  UnsettledException(Outcome outcome) {
    super(outcome.state().toString(), null, false, false);
    this.outcome = outcome;
  }

  Outcome outcome() {
    return outcome;
  }
}
