package dev.smsroutes.batch.format;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ClosedChannelException;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * What is in a gzip file (RFC 1952), member after member, each with its checksum and length
 * checked. Holds 64 KiB.
 *
 * <p>The JDK's own stream takes other data behind the first member for the end of the file, so the
 * rest of a damaged file would be lost without a word; and it knows no limits. Here only zero bytes
 * may follow, with which some tools fill up.
 *
 * <p>All that is wrong is a {@link BadContentException}. Thread-safe: one thread may close it while
 * another reads.
 */
final class Gunzip extends InputStream {
  static final int FIRST_BYTE = 0x1F;
  static final int SECOND_BYTE = 0x8B;

  private static final int DEFLATE = 8;
  private static final int HEADER_CRC = 2;
  private static final int EXTRA = 4;
  private static final int NAME = 8;
  private static final int COMMENT = 16;
  private static final int RATIO_FROM = 1_048_576;

  private final InputStream in;
  private final long maxBytes;
  private final int maxRatio;
  private final Inflater inflater = new Inflater(true);
  private final CRC32 checksum = new CRC32();
  private final byte[] packed = new byte[65_536];

  private int at;
  private int end;
  private long read;
  private long unpacked;
  private boolean inMember;
  private boolean done;
  private boolean closed;

  /**
   * @param maxBytes how much may come out
   * @param maxRatio how many times what went in may come out, from 1 MiB on
   */
  Gunzip(InputStream in, long maxBytes, int maxRatio) {
    this.in = in;
    this.maxBytes = maxBytes;
    this.maxRatio = maxRatio;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public synchronized int read(byte[] bytes, int from, int length) throws IOException {
    if (closed) {
      throw new ClosedChannelException();
    }
    if (length == 0) {
      return 0;
    }
    while (!done) {
      if (!inMember) {
        begin();
        continue;
      }
      int n = inflate(bytes, from, length);
      if (n > 0) {
        checksum.update(bytes, from, n);
        unpacked += n;
        checkLimits();
        return n;
      }
      if (inflater.finished()) {
        end();
      } else if (inflater.needsInput()) {
        if (at == end && !fill()) {
          throw truncated();
        }
        inflater.setInput(packed, at, end - at);
        at = end;
      } else {
        throw damaged("it names a dictionary that nobody has");
      }
    }
    return -1;
  }

  private int inflate(byte[] bytes, int from, int length) throws BadContentException {
    try {
      return inflater.inflate(bytes, from, length);
    } catch (DataFormatException e) {
      throw damaged("it cannot be unpacked");
    }
  }

  private void checkLimits() throws BadContentException {
    if (unpacked > maxBytes) {
      throw new BadContentException(
          "too large",
          ("Expected a gzip file of which up to %,d bytes come out (sms.file.max-expanded-bytes);"
                  + " got more. Split the file.")
              .formatted(maxBytes));
    }
    if (unpacked > RATIO_FROM && unpacked / maxRatio > position()) {
      throw new BadContentException(
          "expands too much",
          ("Expected a gzip file of which up to %,d times its size comes out"
                  + " (sms.file.max-expansion-ratio); got more from its first %,d bytes. If it is"
                  + " meant to be so, drop it unpacked.")
              .formatted(maxRatio, position()));
    }
  }

  /** The header of the first or a further member, or the end of the file. */
  private void begin() throws IOException {
    boolean first = position() == 0;
    int b = next();
    if (!first && b <= 0) {
      while (b == 0) {
        b = next();
      }
      if (b < 0) {
        done = true;
        return;
      }
      throw after();
    }
    if (first && b < 0) {
      throw new BadContentException(
          "empty", "Expected at least one request; the file is empty (0 bytes)");
    }
    if (b != FIRST_BYTE || next() != SECOND_BYTE) {
      throw first ? none() : after();
    }
    if (must() != DEFLATE) {
      throw damaged("its method of compression is unknown");
    }
    int flags = must();
    skip(6);
    if ((flags & EXTRA) != 0) {
      skip(must() | must() << 8);
    }
    if ((flags & NAME) != 0) {
      skipText();
    }
    if ((flags & COMMENT) != 0) {
      skipText();
    }
    if ((flags & HEADER_CRC) != 0) {
      skip(2);
    }
    inflater.reset();
    checksum.reset();
    inMember = true;
  }

  /** The checksum and the length of a member. */
  private void end() throws IOException {
    at = end - inflater.getRemaining();
    inMember = false;
    long crc = number();
    long length = number();
    if (crc != checksum.getValue() || length != (inflater.getBytesWritten() & 0xFFFFFFFFL)) {
      throw damaged("its checksum is another one");
    }
    inflater.reset();
  }

  private long number() throws IOException {
    long number = 0;
    for (int i = 0; i < 4; i++) {
      number |= (long) must() << 8 * i;
    }
    return number;
  }

  private void skip(int bytes) throws IOException {
    for (int i = 0; i < bytes; i++) {
      must();
    }
  }

  private void skipText() throws IOException {
    int b;
    do {
      b = must();
    } while (b != 0);
  }

  private int must() throws IOException {
    int b = next();
    if (b < 0) {
      throw truncated();
    }
    return b;
  }

  private int next() throws IOException {
    return at == end && !fill() ? -1 : packed[at++] & 0xFF;
  }

  private boolean fill() throws IOException {
    int n = in.read(packed, 0, packed.length);
    at = 0;
    end = Math.max(n, 0);
    read += end;
    return n > 0;
  }

  /** How many bytes of the file were used up. */
  private long position() {
    return read - (end - at) - (inMember ? inflater.getRemaining() : 0);
  }

  private BadContentException none() {
    return new BadContentException(
        "no gzip",
        "Expected gzip data, since the name ends in .gz; got other data. If it is not compressed,"
            + " drop it without .gz in its name.");
  }

  private BadContentException truncated() {
    return new BadContentException(
        "damaged gzip",
        ("Expected gzip data that are complete; they break off after %,d bytes. Was the file"
                + " copied to its end?")
            .formatted(read));
  }

  private BadContentException damaged(String how) {
    return new BadContentException(
        "damaged gzip",
        "Expected gzip data that are intact; %s, at or before byte %,d"
            .formatted(how, Math.max(1, position())));
  }

  private BadContentException after() {
    return new BadContentException(
        "damaged gzip",
        "Expected nothing behind the gzip data; other data follow at byte %,d"
            .formatted(position()));
  }

  @Override
  public synchronized void close() throws IOException {
    closed = true;
    inflater.end();
    in.close();
  }
}
