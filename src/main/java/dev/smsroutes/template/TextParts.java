package dev.smsroutes.template;

import java.util.Optional;
import java.util.stream.IntStream;

/**
 * How a text travels: its encoding, its length, and into how many parts it is split.
 *
 * <p>Source: contract, section 6; 3GPP TS 23.038, sections 6.2.1 (default alphabet and extension
 * table) and 6.2.3 (UCS-2). National language shift tables are not considered: a network need not
 * have them. The default alphabet has the capital {@code Ç} at 0x09; the small one is not in it.
 *
 * <p>Parts are filled as senders fill them: an extension character (escape and character, two
 * septets) and a surrogate pair are never split, so a part may stay one unit short. An empty text
 * has no units and is one part. A lone surrogate is not valid Unicode, but is counted like any
 * other UTF-16 unit and makes the text UCS-2.
 *
 * @param encoding GSM when every character is in that alphabet, else UCS-2
 * @param units the length, in septets or in UTF-16 units
 * @param parts how many messages it is sent and billed as; at least 1
 * @param firstNonGsm the first character that forced UCS-2; empty for GSM
 */
public record TextParts(Encoding encoding, int units, int parts, Optional<NonGsm> firstNonGsm) {
  private static final String BASIC =
      "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ"
          + " !\"#¤%&'()*+,-./0123456789:;<=>?"
          + "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
          + "¿abcdefghijklmnopqrstuvwxyzäöñüà";
  private static final String EXTENSION = "\f^{}\\[~]|€";

  /** Septets of each character up to the last one of the alphabet, {@code €}; 0 for not in it. */
  private static final byte[] SEPTETS = septets();

  /** Counts a text, in one pass. */
  public static TextParts count(String text) {
    PartFiller filler = new PartFiller(Encoding.GSM);
    for (int i = 0; i < text.length(); i++) {
      char character = text.charAt(i);
      int septets = character < SEPTETS.length ? SEPTETS[character] : 0;
      if (septets == 0) {
        return ucs2(text, i);
      }
      filler.add(septets);
    }
    return new TextParts(Encoding.GSM, filler.units, filler.parts(), Optional.empty());
  }

  /** The characters of a text (code points) that are not in the GSM alphabet, each once. */
  public static IntStream nonGsm(String text) {
    return text.codePoints()
        .filter(character -> character >= SEPTETS.length || SEPTETS[character] == 0)
        .distinct();
  }

  /**
   * For people, on one line: {@code 2 parts of UCS-2, for 'ç' (U+00E7) at character 12}. Apart from
   * that one character nothing of the text is told.
   */
  public String description() {
    return parts
        + (parts == 1 ? " part of " : " parts of ")
        + encoding.words()
        + firstNonGsm.map(character -> ", for " + character).orElse("");
  }

  private static TextParts ucs2(String text, int firstNonGsm) {
    PartFiller filler = new PartFiller(Encoding.UCS2);
    for (int i = 0; i < text.length(); ) {
      int units = Character.charCount(text.codePointAt(i));
      filler.add(units);
      i += units;
    }
    NonGsm first =
        new NonGsm(text.codePointAt(firstNonGsm), text.codePointCount(0, firstNonGsm) + 1);
    return new TextParts(Encoding.UCS2, filler.units, filler.parts(), Optional.of(first));
  }

  private static byte[] septets() {
    byte[] septets = new byte['€' + 1];
    BASIC.chars().forEach(character -> septets[character] = 1);
    EXTENSION.chars().forEach(character -> septets[character] = 2);
    return septets;
  }

  /** Puts characters into parts, as if there will be several. */
  private static final class PartFiller {
    private final Encoding encoding;
    private int units;
    private int split = 1;
    private int inPart;

    PartFiller(Encoding encoding) {
      this.encoding = encoding;
    }

    void add(int character) {
      units += character;
      inPart += character;
      if (inPart > encoding.unitsOfMany()) {
        split++;
        inPart = character;
      }
    }

    int parts() {
      return units <= encoding.unitsOfOne() ? 1 : split;
    }
  }
}
