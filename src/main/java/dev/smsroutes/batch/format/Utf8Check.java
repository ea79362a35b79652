package dev.smsroutes.batch.format;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;

/** Finds the first byte that is not UTF-8 (RFC 3629), one byte after the other. Not thread-safe. */
final class Utf8Check {
  static final Charset WINDOWS_1252 = Charset.forName("windows-1252");

  private long position;
  private long start;
  private int first;
  private int came;
  private int left;
  private int low;
  private int high;
  private boolean noLead;
  private boolean beyondAscii;
  private boolean singleByte;

  /**
   * Takes the next byte.
   *
   * @return whether all may still be UTF-8; a wrong one may show by the byte after it
   */
  boolean accept(byte next) {
    position++;
    int b = next & 0xFF;
    if (noLead) {
      singleByte = !continues(b) && isWindows1252(first);
      return false;
    }
    if (left > 0) {
      if (b < low || b > high) {
        singleByte = came == 1 && !continues(b) && isWindows1252(first);
        return false;
      }
      left--;
      came++;
      low = 0x80;
      high = 0xBF;
      return true;
    }
    if (b >= 0x80) {
      begin(b);
    }
    return true;
  }

  private void begin(int b) {
    beyondAscii = true;
    start = position;
    first = b;
    came = 1;
    low = 0x80;
    high = 0xBF;
    if (b >= 0xC2 && b <= 0xDF) {
      left = 1;
    } else if (b >= 0xE0 && b <= 0xEF) {
      left = 2;
      // Neither longer than needed, nor half of a surrogate pair.
      low = b == 0xE0 ? 0xA0 : 0x80;
      high = b == 0xED ? 0x9F : 0xBF;
    } else if (b >= 0xF0 && b <= 0xF4) {
      left = 3;
      low = b == 0xF0 ? 0x90 : 0x80;
      high = b == 0xF4 ? 0x8F : 0xBF;
    } else {
      noLead = true;
    }
  }

  /** Whether all was UTF-8. */
  boolean end() {
    singleByte = noLead && isWindows1252(first);
    return !noLead && left == 0;
  }

  /** Whether anything came that is not ASCII. */
  boolean beyondAscii() {
    return beyondAscii;
  }

  /** Where the character is that is none, from 1. */
  long badByte() {
    return start;
  }

  /** Whether it looks like a character of Windows-1252, between two others of one byte each. */
  boolean looksLikeWindows1252() {
    return singleByte;
  }

  private static boolean continues(int b) {
    return b >= 0x80 && b <= 0xBF;
  }

  private static boolean isWindows1252(int b) {
    try {
      WINDOWS_1252.newDecoder().decode(ByteBuffer.wrap(new byte[] {(byte) b}));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
