package dev.smsroutes.ledger;

import dev.smsroutes.model.Outcome;

/** The states of an entry: those of an outcome, and the two before there is one. */
public enum EntryState {
  /** On disk; nothing has left, or an earlier attempt has ended. */
  ADMITTED,
  /** An attempt is under way, or was when its process ended. */
  ATTEMPTED,
  ACCEPTED,
  ACCEPTED_EARLIER,
  REFUSED,
  DUPLICATE,
  PARKED,
  UNCERTAIN,
  WAITING;

  /** The state of an entry that ended in this outcome. */
  public static EntryState of(Outcome.State state) {
    return valueOf(state.name());
  }

  /** Whether the API has taken it. */
  public boolean accepted() {
    return this == ACCEPTED || this == ACCEPTED_EARLIER;
  }

  /** Whether nothing more will happen by itself. */
  public boolean settled() {
    return this != ADMITTED && this != ATTEMPTED && this != UNCERTAIN && this != WAITING;
  }
}
