package dev.smsroutes.broker;

/** Makes a client's text fit for one line of a log. */
final class LogText {
  private static final int MAX_CHARACTERS = 100;

  private LogText() {}

  static String shown(String text) {
    String plain = text.replaceAll("[^A-Za-z0-9._:/$-]", "?");
    return plain.length() <= MAX_CHARACTERS ? plain : plain.substring(0, MAX_CHARACTERS) + "…";
  }
}
