package dev.smsroutes.batch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What the first reading of a file found out: that all of it is text, and its fingerprint. Nothing
 * is sent before the whole file has passed.
 *
 * @param sha256 of all bytes, in hexadecimal
 * @param size in bytes
 * @param byteOrderMark whether it begins with the UTF-8 byte order mark (Excel writes one)
 */
record FileScan(String sha256, long size, boolean byteOrderMark) {
  static final int BOM_BYTES = 3;
  private static final int BUFFER = 65_536;

  /**
   * Reads to the end, holding 64 KiB.
   *
   * @throws UnreadableFileException when it is empty, not UTF-8, holds a NUL byte, or, as CSV, has
   *     a quotation mark that is never closed
   */
  static FileScan of(InputStream in, BatchFormat format)
      throws IOException, UnreadableFileException {
    MessageDigest digest = newDigest();
    Utf8Check check = new Utf8Check();
    CsvQuotes quotes = new CsvQuotes();
    byte[] chunk = new byte[BUFFER];
    byte[] head = new byte[4];
    boolean blank = true;
    long size = 0;
    boolean bom = false;
    for (int n = in.readNBytes(chunk, 0, BUFFER); n > 0; n = in.readNBytes(chunk, 0, BUFFER)) {
      int from = 0;
      if (size == 0) {
        System.arraycopy(chunk, 0, head, 0, Math.min(n, head.length));
        refuseOtherByteOrderMarks(head, n);
        bom = n >= BOM_BYTES && head[0] == (byte) 0xEF && head[1] == (byte) 0xBB;
        bom = bom && head[2] == (byte) 0xBF;
        from = bom ? BOM_BYTES : 0;
      }
      for (int i = from; i < n; i++) {
        byte b = chunk[i];
        if (b == 0) {
          throw new UnreadableFileException(
              "unknown encoding",
              ("Expected text in UTF-8; a NUL byte came at byte %,d. The file is in another"
                      + " encoding (UTF-16?), is no text, or was not written to its end.")
                  .formatted(size + i + 1));
        }
        blank = blank && (b == ' ' || b == '\t' || b == '\r' || b == '\n');
        if (format == BatchFormat.CSV) {
          quotes.endsRecord(b);
        }
      }
      digest.update(chunk, 0, n);
      check.accept(chunk, n);
      size += n;
    }
    check.end();
    if (blank) {
      throw new UnreadableFileException(
          "empty", "Expected at least one request; the file is empty (%,d bytes)".formatted(size));
    }
    if (quotes.open()) {
      throw new UnreadableFileException(
          "unclosed quotation mark",
          ("Expected a closing quotation mark for the cell that begins on line %,d; the file ended."
                  + " Nobody can say where its row ends, so nothing of the file was sent.")
              .formatted(quotes.quoteLine()));
    }
    return new FileScan(HexFormat.of().formatHex(digest.digest()), size, bom);
  }

  static MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }

  private static void refuseOtherByteOrderMarks(byte[] head, int n) throws UnreadableFileException {
    if (n < 2) {
      return;
    }
    int first = (head[0] & 0xFF) << 8 | head[1] & 0xFF;
    if (first == 0xFEFF || first == 0xFFFE) {
      throw new UnreadableFileException(
          "unknown encoding",
          "Expected text in UTF-8; the byte order mark of UTF-16 or UTF-32 came. Save the file as"
              + " UTF-8.");
    }
  }

  /** Finds the first byte that is not UTF-8. */
  private static final class Utf8Check {
    private final CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    private final CharBuffer out = CharBuffer.allocate(8_192);
    // Room for a chunk and the beginning of a character that the chunk before it ended with.
    private final ByteBuffer bytes = ByteBuffer.allocate(BUFFER + 4);
    private long consumed;

    void accept(byte[] chunk, int n) throws UnreadableFileException {
      bytes.put(chunk, 0, n);
      decode(false);
    }

    void end() throws UnreadableFileException {
      decode(true);
    }

    private void decode(boolean end) throws UnreadableFileException {
      bytes.flip();
      CoderResult result;
      do {
        out.clear();
        result = decoder.decode(bytes, out, end);
        if (result.isError()) {
          throw new UnreadableFileException(
              "unknown encoding",
              ("Expected text in UTF-8; what came at byte %,d is not. Save the file as UTF-8.")
                  .formatted(consumed + bytes.position() + 1));
        }
      } while (result.isOverflow());
      consumed += bytes.position();
      bytes.compact();
    }
  }
}
