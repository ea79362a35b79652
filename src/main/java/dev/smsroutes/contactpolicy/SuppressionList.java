package dev.smsroutes.contactpolicy;

import dev.smsroutes.model.Sha256;
import java.nio.ByteBuffer;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * Numbers and contact keys that never get a message. Immutable and thread-safe.
 *
 * <p>A number is stored as its value in 8 bytes and found by binary search; it is never taken for
 * another one. A contact key takes 16 to 24 bytes, as the first half of its SHA-256. With a million
 * keys on the list, the odds that an unlisted key is taken for a listed one are 1 to 3·10^32.
 */
public final class SuppressionList {
  /** A list without entries. */
  public static final SuppressionList EMPTY = new Builder().build();

  /** So many digits fit into a long; no network has longer numbers. */
  private static final int MAX_DIGITS = 18;

  /** Invisible characters: zero-width spaces, byte order marks, writing directions and the like. */
  private static final Pattern FORMAT_CHARACTERS = Pattern.compile("\\p{Cf}+");

  private static final char OF_A_NUMBER = 'n';
  private static final char OF_A_KEY = 'k';

  private final long[] numbers;

  /** A hash table of pairs of longs with linear probing by the first; zeros are free places. */
  private final long[] hashes;

  private final int contactKeys;

  private SuppressionList(long[] numbers, long[] hashes, int contactKeys) {
    this.numbers = numbers;
    this.hashes = hashes;
    this.contactKeys = contactKeys;
  }

  /** How many different numbers the list has. */
  int numbers() {
    return numbers.length;
  }

  /** How many contact keys were added, repetitions included. */
  int contactKeys() {
    return contactKeys;
  }

  /**
   * Whether a number is on the list.
   *
   * @param digits with country code, as they are sent
   */
  public boolean hasNumber(String digits) {
    return digits.length() <= MAX_DIGITS
        ? Arrays.binarySearch(numbers, Long.parseLong(digits)) >= 0
        : hasHash(OF_A_NUMBER, digits);
  }

  /**
   * Whether a contact key is on the list. Blanks around it, format characters and the encoding of
   * accents do not count; upper and lower case do.
   */
  public boolean hasContactKey(String contactKey) {
    return contactKeys > 0 && hasHash(OF_A_KEY, comparable(contactKey));
  }

  /**
   * The form in which contact keys are compared: without format characters (Unicode category Cf),
   * without blanks at both ends (category Z and Java's whitespace), and in Unicode's composed form
   * (NFC). So keys that look the same to a person are equal.
   */
  static String comparable(String contactKey) {
    String visible = FORMAT_CHARACTERS.matcher(contactKey).replaceAll("");
    int start = 0;
    int end = visible.length();
    while (start < end && isBlank(visible.charAt(start))) {
      start++;
    }
    while (end > start && isBlank(visible.charAt(end - 1))) {
      end--;
    }
    return Normalizer.normalize(visible.substring(start, end), Normalizer.Form.NFC);
  }

  /** Every blank of Unicode is a single char; U+0085 is a line end that Java does not include. */
  private static boolean isBlank(char character) {
    return Character.isWhitespace(character)
        || Character.isSpaceChar(character)
        || character == '\u0085';
  }

  private boolean hasHash(char kind, String text) {
    if (hashes.length == 0) {
      return false;
    }
    ByteBuffer hash = hash(kind, text);
    return find(hashes, hash.getLong(), hash.getLong()) >= 0;
  }

  /** The index of a pair; if it is absent, minus the index of its free place, minus one. */
  private static int find(long[] table, long first, long second) {
    int pairs = table.length / 2;
    int place = (int) Math.floorMod(first, (long) pairs);
    while (table[2 * place] != 0 || table[2 * place + 1] != 0) {
      if (table[2 * place] == first && table[2 * place + 1] == second) {
        return place;
      }
      place = place + 1 == pairs ? 0 : place + 1;
    }
    return -place - 1;
  }

  private static ByteBuffer hash(char kind, String text) {
    // Not through a charset, which would encode different lone surrogates alike.
    ByteBuffer chars = ByteBuffer.allocate(2 + 2 * text.length());
    chars.asCharBuffer().put(kind).put(text);
    return ByteBuffer.wrap(Sha256.digest().digest(chars.array()));
  }

  /** Builds a list. Not thread-safe. */
  static final class Builder {
    private final Longs numbers = new Longs();
    private final Longs hashes = new Longs();
    private int contactKeys;

    void number(String digits) {
      if (digits.length() <= MAX_DIGITS) {
        numbers.add(Long.parseLong(digits));
      } else {
        hash(OF_A_NUMBER, digits);
      }
    }

    void contactKey(String contactKey) {
      hash(OF_A_KEY, comparable(contactKey));
      contactKeys++;
    }

    private void hash(char kind, String text) {
      ByteBuffer hash = SuppressionList.hash(kind, text);
      hashes.add(hash.getLong());
      hashes.add(hash.getLong());
    }

    SuppressionList build() {
      // A third stays free, so that the search for an absent pair ends soon.
      int pairs = hashes.size / 2;
      long[] table = new long[pairs == 0 ? 0 : 2 * (pairs + pairs / 2 + 1)];
      for (int i = 0; i < pairs; i++) {
        long first = hashes.all[2 * i];
        long second = hashes.all[2 * i + 1];
        int place = find(table, first, second);
        if (place < 0) {
          table[2 * (-place - 1)] = first;
          table[2 * (-place - 1) + 1] = second;
        }
      }
      return new SuppressionList(numbers.sorted(), table, contactKeys);
    }
  }

  private static final class Longs {
    private long[] all = new long[16];
    private int size;

    void add(long one) {
      if (size == all.length) {
        all = Arrays.copyOf(all, size + size / 2);
      }
      all[size++] = one;
    }

    /** All values, sorted, each once. */
    long[] sorted() {
      Arrays.sort(all, 0, size);
      int different = 0;
      for (int i = 0; i < size; i++) {
        if (i == 0 || all[i] != all[i - 1]) {
          all[different++] = all[i];
        }
      }
      return Arrays.copyOf(all, different);
    }
  }
}
