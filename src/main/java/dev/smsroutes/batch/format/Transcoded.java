package dev.smsroutes.batch.format;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Text of a known encoding, in UTF-8. Holds some 150 KiB. What is no such text, or holds a NUL, is
 * a {@link BadContentException} that names the byte. Not thread-safe.
 */
final class Transcoded extends InputStream {
  static final Charset WINDOWS_1252 = Charset.forName("windows-1252");

  private static final int BUFFER = 16_384;

  /** A decoder that replaces nothing, and the bytes that it could not take yet. */
  private static final class Decoding {
    private final CharsetDecoder decoder;
    // A character of which only the beginning came stays until the rest comes.
    private final ByteBuffer raw = ByteBuffer.allocate(BUFFER + 4);
    private final CharBuffer chars = CharBuffer.allocate(BUFFER + 4);

    Decoding(Charset charset) {
      decoder = charset.newDecoder();
    }

    /** Whether all that came is text; what is becomes {@link #chars}. */
    boolean decode(byte[] bytes, int n, boolean last) {
      raw.put(bytes, 0, n).flip();
      chars.clear();
      boolean good = !decoder.decode(raw, chars, last).isError();
      chars.flip();
      return good;
    }
  }

  private final InputStream in;
  private final Charset charset;
  private final boolean utf8;
  private final Decoding decoding;
  private final byte[] chunk = new byte[BUFFER];
  private ByteBuffer text = ByteBuffer.allocate(0);
  private long position;
  private boolean first = true;
  private boolean ended;

  // Of Windows-1252: whether it is UTF-8 as well.
  private final Decoding otherwise = new Decoding(StandardCharsets.UTF_8);
  private boolean maybeUtf8;
  private boolean beyondAscii;

  /**
   * @param in behind the byte order mark
   * @param before how many bytes of the file came before that
   */
  Transcoded(InputStream in, Charset charset, long before) {
    this.in = in;
    this.charset = charset;
    this.position = before;
    this.decoding = new Decoding(charset);
    this.utf8 = charset.equals(StandardCharsets.UTF_8);
    this.maybeUtf8 = charset.equals(WINDOWS_1252);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] bytes, int from, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (!text.hasRemaining()) {
      if (ended) {
        return -1;
      }
      fill();
    }
    int n = Math.min(length, text.remaining());
    text.get(bytes, from, n);
    return n;
  }

  private void fill() throws IOException {
    int n = in.readNBytes(chunk, 0, BUFFER);
    ended = n == 0;
    boolean good = decoding.decode(chunk, n, ended);
    refuseNul(n);
    if (!good) {
      throw BadContentException.unknownEncoding(
          "Expected text in %s; got other bytes at byte %,d. %s"
              .formatted(
                  charset,
                  position + decoding.raw.position() + 1,
                  utf8 && looksLikeWindows1252()
                      ? "It looks like Windows-1252, in which Excel saves CSV: save the file as CSV"
                          + " UTF-8, or, if all your files are in Windows-1252, set"
                          + " sms.file.encoding=windows-1252."
                      : "Save the file as UTF-8."));
    }
    refuseUtf8(n);
    position += decoding.raw.position();
    decoding.raw.compact();
    text = StandardCharsets.UTF_8.encode(decoding.chars);
    first = false;
  }

  private void refuseNul(int n) throws BadContentException {
    int nul = decoding.chars.toString().indexOf('\0');
    if (nul < 0) {
      return;
    }
    // The place of the character is found by writing those before it again.
    long at = position + charset.encode(decoding.chars.slice(0, nul)).remaining() + 1;
    String utf16 = utf8 && first ? utf16(n) : "";
    throw BadContentException.unknownEncoding(
        "Expected text in %s; got a NUL %s at byte %,d. "
                .formatted(charset, utf8 ? "byte" : "character", at)
            + (utf16.isEmpty()
                ? "The file is in another encoding, is no text, or was not written to its end."
                : ("It looks like %s without a byte order mark: save the file as UTF-8 (in Excel: CSV"
                        + " UTF-8), or, if all your files are so, set sms.file.encoding=%s.")
                    .formatted(utf16.toUpperCase(Locale.ROOT), utf16)));
  }

  /**
   * Text in UTF-16 has a NUL byte in every second place, at least in the names of its fields.
   *
   * @param n how many bytes of the chunk there are
   * @return how the setting calls it, or an empty text
   */
  private String utf16(int n) {
    int[] nuls = new int[2];
    int looked = Math.min(n, 64) & ~1;
    for (int i = 0; i < looked; i++) {
      nuls[i % 2] += chunk[i] == 0 ? 1 : 0;
    }
    if (nuls[1] > looked / 3 && nuls[0] == 0) {
      return InputEncoding.UTF_16LE.word();
    }
    return nuls[0] > looked / 3 && nuls[1] == 0 ? InputEncoding.UTF_16BE.word() : "";
  }

  /** Whether the byte that is wrong is a character there, between two others of one byte each. */
  private boolean looksLikeWindows1252() throws IOException {
    ByteBuffer raw = decoding.raw;
    String alone = new String(new byte[] {raw.get()}, WINDOWS_1252);
    int next = raw.hasRemaining() ? raw.get() & 0xFF : in.read();
    boolean continues = next >= 0x80 && next <= 0xBF;
    return !alone.equals("\uFFFD") && !continues;
  }

  /** Nearly no text is by chance UTF-8 as well, and then one reading of it would be wrong. */
  private void refuseUtf8(int n) throws BadContentException {
    if (!maybeUtf8) {
      return;
    }
    maybeUtf8 = otherwise.decode(chunk, n, ended);
    otherwise.raw.compact();
    beyondAscii = beyondAscii || otherwise.chars.chars().anyMatch(c -> c > 0x7F);
    if (ended && maybeUtf8 && beyondAscii) {
      throw BadContentException.unknownEncoding(
          "Expected text in windows-1252, as sms.file.encoding says; all of it is UTF-8. Save it as"
              + " UTF-8 with a byte order mark (in Excel: CSV UTF-8), so that nobody has to guess.");
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
