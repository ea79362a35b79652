package dev.smsroutes.faults;

/**
 * What a client was told has become of its request.
 *
 * @param code the API's number for it; 0 when accepted
 * @param where how it was told, for the report
 */
record Told(State state, int code, String where) {
  enum State {
    ACCEPTED,
    REFUSED,
    /** A person has to decide. */
    PARKED,
    /** Nobody knows; the client may ask again. */
    UNCERTAIN,
    /** Surely not sent; the client may ask again. */
    NOT_SENT
  }

  static Told accepted(String where) {
    return new Told(State.ACCEPTED, 0, where);
  }

  static Told refused(int code, String where) {
    return new Told(State.REFUSED, code, where);
  }

  boolean is(State other) {
    return state == other;
  }

  /** Whether the client may, and should, ask again with the same key. */
  boolean mayAskAgain() {
    return is(State.UNCERTAIN) || is(State.NOT_SENT);
  }

  @Override
  public String toString() {
    return state + (code == 0 ? "" : " " + code) + " by " + where;
  }
}
