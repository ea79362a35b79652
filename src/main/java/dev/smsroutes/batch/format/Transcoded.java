package dev.smsroutes.batch.format;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Text of Windows-1252 or UTF-16, in UTF-8. Holds some 100 KiB. What is no such text is a {@link
 * BadContentException} that names the byte. Not thread-safe.
 */
final class Transcoded extends InputStream {
  private static final int BUFFER = 16_384;

  private final InputStream in;
  private final Charset charset;
  private final CharsetDecoder decoder;
  private final boolean singleByte;
  private final Utf8Check otherwise = new Utf8Check();
  private final ByteBuffer raw = ByteBuffer.allocate(BUFFER);
  private final CharBuffer chars = CharBuffer.allocate(BUFFER);
  private ByteBuffer text = ByteBuffer.allocate(0);
  private long position;
  private boolean maybeUtf8 = true;
  private boolean ended;

  /**
   * @param in behind the byte order mark
   * @param before how many bytes of the file came before that
   */
  Transcoded(InputStream in, Charset charset, long before) {
    this.in = in;
    this.charset = charset;
    this.position = before;
    this.singleByte = charset.equals(Utf8Check.WINDOWS_1252);
    this.decoder =
        charset
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
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
    int from = raw.position();
    int n = in.read(raw.array(), from, raw.remaining());
    ended = n < 0;
    if (singleByte) {
      checkOtherwise(from, n);
    }
    raw.position(from + Math.max(n, 0));
    raw.flip();
    chars.clear();
    boolean wrong = decoder.decode(raw, chars, ended).isError();
    chars.flip();
    refuseNul();
    position += raw.position();
    if (wrong) {
      throw new BadContentException(
          "unknown encoding",
          "Expected text in %s; what came at byte %,d is not. Save the file as UTF-8."
              .formatted(charset, position + 1));
    }
    raw.compact();
    text = StandardCharsets.UTF_8.encode(chars);
  }

  private void refuseNul() throws BadContentException {
    for (int i = 0; i < chars.limit(); i++) {
      if (chars.get(i) == 0) {
        throw new BadContentException(
            "unknown encoding",
            ("Expected text in %s; a NUL character came at byte %,d. The file is in another"
                    + " encoding, is no text, or was not written to its end.")
                .formatted(charset, position + (singleByte ? i : 2L * i) + 1));
      }
    }
  }

  /** Nearly no text is by chance UTF-8 as well, and then one reading of it would be wrong. */
  private void checkOtherwise(int from, int n) throws BadContentException {
    for (int i = from; i < from + n && maybeUtf8; i++) {
      maybeUtf8 = otherwise.accept(raw.array()[i]);
    }
    if (ended && maybeUtf8 && otherwise.end() && otherwise.beyondAscii()) {
      throw new BadContentException(
          "unknown encoding",
          "Expected text in windows-1252, as sms.file.encoding says; all of it is UTF-8. Save it as"
              + " UTF-8 with a byte order mark (in Excel: CSV UTF-8), so that nobody has to guess.");
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
