package dev.smsroutes.batch.format;

/**
 * Message keys for rows that bring none: from the content of the whole file and the number of the
 * row, so that the same file dropped twice asks for the same messages. Only {@code [a-z0-9-]}, so
 * that no gateway on the way can change them.
 */
record KeyMaker(String prefix) {
  private static final int DIGITS = 32;

  static KeyMaker forContent(String sha256) {
    return new KeyMaker("f-" + sha256.substring(0, DIGITS));
  }

  String of(long row) {
    return prefix + "-" + row;
  }
}
