package dev.smsroutes.pipeline;

import dev.smsroutes.model.Outcome.State;

/** Says that another attempt may change the outcome, to the place that decides about it. */
final class UnsettledException extends Exception {
  private static final long serialVersionUID = 1L;

  UnsettledException(State state) {
    super(state.toString(), null, false, false);
  }
}
