package dev.smsroutes.ledger;

import dev.smsroutes.model.Outcome;

/** The states of an entry: those of an outcome, and two before there is one. */
public enum EntryState {
  /** On disk; no attempt is in progress. */
  ADMITTED,
  /** An attempt is in progress, or was when its process ended. */
  ATTEMPTED,
  ACCEPTED,
  ACCEPTED_EARLIER,
  REFUSED,
  DUPLICATE,
  PARKED,
  UNCERTAIN,
  WAITING;

  /** The state of an entry with this outcome. */
  public static EntryState of(Outcome.State state) {
    return valueOf(state.name());
  }

  /** Whether the API accepted it. */
  public boolean accepted() {
    return this == ACCEPTED || this == ACCEPTED_EARLIER;
  }

  /** Whether no further attempt can change it. */
  public boolean settled() {
    return this != ADMITTED && this != ATTEMPTED && this != UNCERTAIN && this != WAITING;
  }
}
