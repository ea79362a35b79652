package dev.smsroutes.batch.format;

import java.nio.charset.StandardCharsets;

/**
 * The bytes of one row as they stand in the file.
 *
 * @param bytes without the line end; the first ones only when {@link #tooLong}
 * @param length how many there are in the file
 * @param firstLine the line of the file, from 1, on which it begins
 * @param lastLine the line on which it ends
 */
record RawRecord(byte[] bytes, long length, long firstLine, long lastLine) {
  boolean tooLong() {
    return length > bytes.length;
  }

  /**
   * Whether it is a line with nothing on it.
   *
   * @param separator of cells; a tab that separates them is something
   */
  boolean blank(char separator) {
    for (byte b : bytes) {
      if (!isBlank(b, separator)) {
        return false;
      }
    }
    return !tooLong();
  }

  /** Whether none of its cells holds anything: spreadsheets write an empty row like this. */
  boolean empty(char separator) {
    for (byte b : bytes) {
      if (b != separator && !isBlank(b, separator)) {
        return false;
      }
    }
    return !tooLong();
  }

  static boolean isBlank(byte b, char separator) {
    return b == ' ' || b == '\r' || b == '\t' && separator != '\t';
  }

  String text() {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** Where it is, for a message to a person. */
  String place() {
    return firstLine == lastLine
        ? "line %,d".formatted(firstLine)
        : "lines %,d to %,d".formatted(firstLine, lastLine);
  }

  @Override
  public String toString() {
    return "RawRecord[length=" + length + ", " + place() + "]";
  }
}
