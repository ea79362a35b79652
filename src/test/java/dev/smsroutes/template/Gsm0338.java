package dev.smsroutes.template;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The tables of 3GPP TS 23.038, section 6.2.1, written down septet by septet and independently of
 * the code under test: columns of sixteen as in the standard, by code point.
 */
final class Gsm0338 {
  static final int ESCAPE = 0x1B;
  static final int NOT_A_CHARACTER = -1;

  static final List<Integer> DEFAULT =
      Stream.of(
              IntStream.of(0x40, 0xA3, 0x24, 0xA5, 0xE8, 0xE9, 0xF9, 0xEC),
              IntStream.of(0xF2, 0xC7, 0x0A, 0xD8, 0xF8, 0x0D, 0xC5, 0xE5),
              IntStream.of(0x394, 0x5F, 0x3A6, 0x393, 0x39B, 0x3A9, 0x3A0, 0x3A8),
              IntStream.of(0x3A3, 0x398, 0x39E, NOT_A_CHARACTER, 0xC6, 0xE6, 0xDF, 0xC9),
              IntStream.of(0x20, 0x21, 0x22, 0x23, 0xA4),
              IntStream.rangeClosed(0x25, 0x3F),
              IntStream.of(0xA1),
              IntStream.rangeClosed(0x41, 0x5A),
              IntStream.of(0xC4, 0xD6, 0xD1, 0xDC, 0xA7, 0xBF),
              IntStream.rangeClosed(0x61, 0x7A),
              IntStream.of(0xE4, 0xF6, 0xF1, 0xFC, 0xE0))
          .flatMap(IntStream::boxed)
          .toList();

  static final List<Integer> EXTENSION =
      List.of(0x0C, 0x5E, 0x7B, 0x7D, 0x5C, 0x5B, 0x7E, 0x5D, 0x7C, 0x20AC);

  private Gsm0338() {}
}
