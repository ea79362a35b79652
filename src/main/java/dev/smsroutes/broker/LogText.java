package dev.smsroutes.broker;

/** Texts of strangers, fit for one line of a log. */
final class LogText {
  private static final int MOST_CHARACTERS = 100;

  private LogText() {}

  static String shown(String text) {
    String plain = text.replaceAll("[^A-Za-z0-9._:/$-]", "?");
    return plain.length() <= MOST_CHARACTERS ? plain : plain.substring(0, MOST_CHARACTERS) + "…";
  }
}
