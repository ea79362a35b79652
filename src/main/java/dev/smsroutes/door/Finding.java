package dev.smsroutes.door;

import java.util.Optional;

/**
 * What the credentials of a request are worth. Immutable.
 *
 * @param caller the id of the caller; empty unless they are right
 * @param why what is wrong with them, for the log and never for the caller; no secret
 */
record Finding(Verdict verdict, Optional<String> caller, String why) {
  enum Verdict {
    /** It is this caller. */
    RIGHT,
    /** They were never valid here. */
    WRONG,
    /** They were valid once, and a new token will do: nothing that a guesser could send. */
    EXPIRED,
    /** It is a known caller who lacks a right. */
    LACKING,
    /** Nobody can tell at the moment. */
    UNKNOWN
  }

  static Finding right(String caller) {
    return new Finding(Verdict.RIGHT, Optional.of(caller), "");
  }

  static Finding wrong(String why) {
    return new Finding(Verdict.WRONG, Optional.empty(), why);
  }

  static Finding expired(String why) {
    return new Finding(Verdict.EXPIRED, Optional.empty(), why);
  }

  static Finding lacking(String why) {
    return new Finding(Verdict.LACKING, Optional.empty(), why);
  }

  static Finding unknown(String why) {
    return new Finding(Verdict.UNKNOWN, Optional.empty(), why);
  }
}
