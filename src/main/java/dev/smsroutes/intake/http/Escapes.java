package dev.smsroutes.intake.http;

/** Percent-encoding (RFC 3986, section 2.1). Stateless. */
final class Escapes {
  private Escapes() {}

  /** Whether each percent sign is followed by two hexadecimal digits; true for null. */
  static boolean areWhole(String text) {
    if (text == null) {
      return true;
    }
    for (int at = text.indexOf('%'); at >= 0; at = text.indexOf('%', at + 3)) {
      if (at + 2 >= text.length() || !isHex(text.charAt(at + 1)) || !isHex(text.charAt(at + 2))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isHex(char digit) {
    return Character.digit(digit, 16) >= 0 && digit < 128;
  }
}
