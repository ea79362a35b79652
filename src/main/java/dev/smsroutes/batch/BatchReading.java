package dev.smsroutes.batch;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;

/**
 * A batch file as it is read, by whoever sends it and by whoever only checks it: all of it once, to
 * be sure of it, and then row by row. Used by one thread at a time.
 */
final class BatchReading implements Closeable {
  static final String STOPPED = "it continues at the next start";

  private final FileChannel channel;
  private final FileScan scan;
  private final KeyMaker keys;
  private final MessageDigest secondReading = FileScan.newDigest();
  private final RowSource rows;

  private BatchReading(
      FileChannel channel,
      BatchFormat format,
      BatchLimits limits,
      JsonRequests requests,
      BooleanSupplier stopping)
      throws IOException, UnreadableFileException {
    this.channel = channel;
    this.scan = FileScan.of(new UntilStop(Channels.newInputStream(channel), stopping), format);
    this.keys = KeyMaker.forContent(scan.sha256());
    channel.position(0);
    InputStream again =
        new BufferedInputStream(
            new DigestInputStream(
                new UpTo(Channels.newInputStream(channel), scan.size()), secondReading),
            65_536);
    if (scan.byteOrderMark()) {
      again.skipNBytes(FileScan.BOM_BYTES);
    }
    this.rows =
        switch (format) {
          case CSV -> new CsvRows(again, limits.maxLineBytes(), scan.byteOrderMark(), keys);
          case JSON_LINES -> new JsonLineRows(again, limits.maxLineBytes(), requests, keys);
          case JSON -> new JsonFileRows(again, requests, keys);
        };
  }

  /**
   * Reads the file to its end for the first time.
   *
   * @param stopping whether this process is on its way down: then it breaks off
   * @throws BatchInterruptedException when it broke off
   * @throws UnreadableFileException when no row of it can be read
   */
  static BatchReading open(
      Path file, BatchLimits limits, JsonRequests requests, BooleanSupplier stopping)
      throws IOException, UnreadableFileException {
    String name = file.getFileName().toString();
    if (BatchFolders.tooLong(name)) {
      throw new UnreadableFileException(
          "name too long",
          "Expected a file name of up to %,d bytes; a longer one came"
              .formatted(BatchFolders.LONGEST_NAME));
    }
    BatchFormat format =
        BatchFormat.of(name)
            .orElseThrow(
                () ->
                    new UnreadableFileException(
                        "unknown extension",
                        "Expected a name that ends in %s; another extension came"
                            .formatted(BatchFormat.EXTENSIONS)));
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      if (format == BatchFormat.JSON && channel.size() > limits.maxJsonBytes()) {
        throw new UnreadableFileException(
            "too large",
            ("Expected a .json file, which is one request, of up to %,d bytes; %,d came. Many"
                    + " requests go into a .ndjson or .csv file.")
                .formatted(limits.maxJsonBytes(), channel.size()));
      }
      return new BatchReading(channel, format, limits, requests, stopping);
    } catch (IOException | UnreadableFileException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  RowSource rows() {
    return rows;
  }

  /** Of all bytes, in hexadecimal. */
  String sha256() {
    return scan.sha256();
  }

  /** How many bytes the rows are read from. */
  long size() {
    return scan.size();
  }

  /** How many rows there are, if the first reading counted them. */
  OptionalLong totalRows() {
    return OptionalLong.empty();
  }

  /** How long the file is, as it was dropped. */
  long droppedBytes() {
    return scan.size();
  }

  /** Of the file as it was dropped, in hexadecimal: what {@code sha256sum} prints. */
  String droppedSha256() {
    return scan.sha256();
  }

  /** Whether a row has this key because it brought none. */
  boolean made(String key) {
    return key.startsWith(keys.prefix());
  }

  /** Whether it is not the file any more that was read first. To be asked at the end. */
  boolean changed() throws IOException {
    return channel.size() != scan.size()
        || !HexFormat.of().formatHex(secondReading.digest()).equals(scan.sha256());
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /** A long file takes a while to read, and a stop must not wait for that. */
  private static final class UntilStop extends FilterInputStream {
    private final BooleanSupplier stopping;

    UntilStop(InputStream in, BooleanSupplier stopping) {
      super(in);
      this.stopping = stopping;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      if (stopping.getAsBoolean()) {
        throw new BatchInterruptedException(STOPPED);
      }
      return super.read(bytes, from, length);
    }
  }

  /** The file as long as it was at the first reading: what is added later is not sent. */
  private static final class UpTo extends FilterInputStream {
    private long left;

    UpTo(InputStream in, long left) {
      super(in);
      this.left = left;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      if (left <= 0) {
        return -1;
      }
      int n = in.read(bytes, from, (int) Math.min(length, left));
      left -= Math.max(n, 0);
      return n;
    }
  }
}
