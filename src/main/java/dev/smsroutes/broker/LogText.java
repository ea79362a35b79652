package dev.smsroutes.broker;

/** Makes a client's text fit for one line of a log. */
public final class LogText {
  private static final int MAX_CHARACTERS = 100;

  private LogText() {}

  /** Unusual characters as question marks; at most 100 characters. */
  public static String shown(String text) {
    String plain = text.replaceAll("[^A-Za-z0-9._:/$-]", "?");
    return plain.length() <= MAX_CHARACTERS ? plain : plain.substring(0, MAX_CHARACTERS) + "…";
  }
}
