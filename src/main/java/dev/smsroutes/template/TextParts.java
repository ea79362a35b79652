package dev.smsroutes.template;

import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The encoding of a text, its length, and the number of its parts.
 *
 * <p>Source: contract, section 6; 3GPP TS 23.038, sections 6.2.1 (default alphabet and extension
 * table) and 6.2.3 (UCS-2). National language shift tables are not used, because a network need not
 * support them. The default alphabet has the capital {@code Ç} at 0x09, but not the small one.
 *
 * <p>An extension character (escape and character, two septets) and a surrogate pair are never
 * split across parts, so a part may stay one unit short. An empty text has no units and is one
 * part. A lone surrogate is not valid Unicode; it counts like any other UTF-16 unit and makes the
 * text UCS-2.
 *
 * @param encoding GSM if every character is in that alphabet, else UCS-2
 * @param units the length, in septets or in UTF-16 units
 * @param parts the number of SMS that are sent and billed; at least 1
 * @param firstNonGsm the first character that forced UCS-2; empty for GSM
 */
public record TextParts(Encoding encoding, int units, int parts, Optional<NonGsm> firstNonGsm) {
  private static final String BASIC =
      "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ"
          + " !\"#¤%&'()*+,-./0123456789:;<=>?"
          + "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
          + "¿abcdefghijklmnopqrstuvwxyzäöñüà";
  private static final String EXTENSION = "\f^{}\\[~]|€";

  /** Septets of each character up to the alphabet's last one, {@code €}; 0: not in the alphabet. */
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

  /** The characters of a text (code points) outside the GSM alphabet, each once. */
  public static IntStream nonGsm(String text) {
    return text.codePoints()
        .filter(character -> character >= SEPTETS.length || SEPTETS[character] == 0)
        .distinct();
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

  /** Fills parts with characters, as if there were several. */
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
