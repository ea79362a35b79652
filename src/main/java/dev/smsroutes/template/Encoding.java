package dev.smsroutes.template;

/**
 * The encoding of a message, and how many characters one part holds.
 *
 * <p>Source: 3GPP TS 23.038 (alphabets) and TS 23.040 (if there are several parts, each uses 6 of
 * its 140 octets for the header that joins them).
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

  /** The name for people. */
  public String words() {
    return words;
  }

  /** The number of units in a single part. */
  public int unitsOfOne() {
    return single;
  }

  /** The number of units in each of several parts. */
  public int unitsOfMany() {
    return split;
  }
}
