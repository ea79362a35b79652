package dev.smsroutes.faults;

/** What is wrong with a request, and the code that its sender must be told for it. */
enum Flaw {
  NONE(0),
  NO_ATTRIBUTE(10002),
  UNKNOWN_DEFINITION(109111),
  BAD_NUMBER(109121),
  /** Its key belongs to another request. */
  USED_KEY(109110);

  final int code;

  Flaw(int code) {
    this.code = code;
  }

  /** Those that one can see in the request itself. */
  static Flaw visible(int which) {
    return switch (Math.floorMod(which, 3)) {
      case 0 -> NO_ATTRIBUTE;
      case 1 -> UNKNOWN_DEFINITION;
      default -> BAD_NUMBER;
    };
  }
}
