package dev.smsroutes.template;

/**
 * How the characters of a message travel, and how many of them one part holds.
 *
 * <p>Source: 3GPP TS 23.038 (alphabets) and TS 23.040 (a part of several gives 6 of its 140 octets
 * to the header that puts them together again).
 */
public enum Encoding {
  /** The GSM 7 bit default alphabet with its extension table, counted in septets. */
  GSM("GSM 03.38", 160, 153),
  /** UCS-2, counted in UTF-16 units of two octets. */
  UCS2("UCS-2", 70, 67);

  private final String words;
  private final int single;
  private final int split;

  Encoding(String words, int single, int split) {
    this.words = words;
    this.single = single;
    this.split = split;
  }

  /** Its name, for people. */
  public String words() {
    return words;
  }

  /** How many units a message of one part holds. */
  public int unitsOfOne() {
    return single;
  }

  /** How many units each part holds when there are several. */
  public int unitsOfMany() {
    return split;
  }
}
