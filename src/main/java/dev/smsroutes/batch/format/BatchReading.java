package dev.smsroutes.batch.format;

import dev.smsroutes.batch.format.BatchInterruptedException.Interruption;
import dev.smsroutes.model.Sha256;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import org.apache.commons.io.input.BoundedInputStream;
import org.apache.commons.io.input.CloseShieldInputStream;

/**
 * A batch file as it is read, by a pass that sends it or only checks it: unpacked, decoded and cut
 * into rows, whatever it came as.
 *
 * <p>It is read twice, from the disk both times: once to its end, to be sure of all of it, and once
 * for its rows. Neither time more than a few hundred KiB of it are held, packed or not. What is
 * added to the file after the first reading is not read.
 *
 * <p>Used by one thread at a time, but {@link #close} may be called while another thread reads.
 */
public final class BatchReading implements Closeable {
  private static final int BOM_BYTES = 3;

  private final FileChannel channel;
  private final BatchFormat format;
  private final boolean gzip;
  private final BatchLimits limits;
  private long bytes;
  private long textBytes;
  private String droppedSha256;
  private final MessageDigest secondReading = Sha256.digest();
  private InputStream second;
  private RowSource rows;
  private KeyMaker keys;
  private Charset charset;
  private int markBytes;
  private FileScan scan;
  private UnreadableFileException broken;

  private BatchReading(FileChannel channel, BatchFormat format, boolean gzip, BatchLimits limits) {
    this.channel = channel;
    this.format = format;
    this.gzip = gzip;
    this.limits = limits;
  }

  /**
   * Reads the file to its end for the first time.
   *
   * @param stopping whether this process is on its way down: then it breaks off
   * @throws BatchInterruptedException when it broke off
   * @throws UnreadableFileException when no row of it may be sent
   */
  public static BatchReading open(
      Path file, BatchLimits limits, JsonRequests requests, BooleanSupplier stopping)
      throws IOException, UnreadableFileException {
    return open(file, limits, stopping, reading -> reading.readAgain(requests));
  }

  /**
   * Reads the file to its end for the first time; its rows are for the caller to cut, from {@link
   * #text}.
   *
   * @throws UnreadableFileException when it is no text
   */
  static BatchReading scan(Path file, BatchLimits limits)
      throws IOException, UnreadableFileException {
    return open(file, limits, () -> false, reading -> {});
  }

  /** What follows the first reading. */
  @FunctionalInterface
  private interface Next {
    void with(BatchReading reading) throws IOException, UnreadableFileException;
  }

  private static BatchReading open(
      Path file, BatchLimits limits, BooleanSupplier stopping, Next next)
      throws IOException, UnreadableFileException {
    String name = file.getFileName().toString();
    if (FileNames.tooLong(name)) {
      throw new UnreadableFileException(
          "name too long",
          "Expected a file name of up to %,d bytes; got a longer one"
              .formatted(FileNames.MAX_BYTES));
    }
    BatchFormat format =
        BatchFormat.of(name)
            .orElseThrow(
                () ->
                    new UnreadableFileException(
                        "unknown extension",
                        "Expected a name that ends in %s; got another extension"
                            .formatted(BatchFormat.EXTENSIONS)));
    BatchReading reading =
        new BatchReading(
            SourceFile.open(file, limits.input().links()),
            format,
            BatchFormat.isGzip(name),
            limits);
    try {
      reading.readFirst(stopping);
      next.with(reading);
      return reading;
    } catch (UncheckedIOException e) {
      reading.close();
      throw e.getCause();
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
      reading.close();
      throw Thrown.unreadable(e);
    } catch (IOException | UnreadableFileException e) {
      reading.close();
      throw e;
    }
  }

  private void checkSize() throws UnreadableFileException {
    if (bytes > limits.input().maxBytes()) {
      throw new UnreadableFileException(
          "too large",
          "Expected a file of up to %,d bytes (sms.file.max-bytes); got %,d. Split the file."
              .formatted(limits.input().maxBytes(), bytes));
    }
    if (!gzip && format == BatchFormat.JSON && bytes > limits.maxJsonBytes()) {
      throw jsonTooLarge("%,d".formatted(bytes)).unreadable();
    }
  }

  private BadContentException jsonTooLarge(String came) {
    return new BadContentException(
        "too large",
        ("Expected a .json file, which is one request, of up to %,d bytes; got %s. Many requests"
                + " go into a .ndjson or .csv file.")
            .formatted(limits.maxJsonBytes(), came));
  }

  /** As long as it was at the first reading: what is added later is not sent. */
  private InputStream asLongAsItWas(InputStream file) throws IOException {
    return BoundedInputStream.builder().setInputStream(file).setMaxCount(bytes).get();
  }

  private InputStream unpacked(InputStream raw) {
    InputRules rules = limits.input();
    return gzip ? new Gunzip(raw, rules.maxExpandedBytes(), rules.maxExpansionRatio()) : raw;
  }

  private void readFirst(BooleanSupplier stopping) throws IOException, UnreadableFileException {
    bytes = channel.size();
    checkSize();
    try {
      scan = scanned(stopping);
    } catch (BadContentException e) {
      throw e.unreadable();
    }
  }

  private FileScan scanned(BooleanSupplier stopping) throws IOException, UnreadableFileException {
    MessageDigest dropped = Sha256.digest();
    InputStream file = asLongAsItWas(new UntilStop(Channels.newInputStream(channel), stopping));
    InputStream raw = gzip ? new DigestInputStream(file, dropped) : file;
    // Closing the raw stream would close the channel, which is still needed.
    try (InputStream unpacked = unpacked(CloseShieldInputStream.wrap(raw))) {
      MessageDigest digest = Sha256.digest();
      BoundedInputStream content =
          BoundedInputStream.builder()
              .setInputStream(new DigestInputStream(unpacked, digest))
              .setMaxCount(format == BatchFormat.JSON ? limits.maxJsonBytes() + 1L : Long.MAX_VALUE)
              .setOnMaxCount(
                  (most, count) -> {
                    throw jsonTooLarge("more");
                  })
              .get();
      byte[] head = content.readNBytes(4);
      recognize(head);
      InputStream text =
          new SequenceInputStream(
              new ByteArrayInputStream(head, markBytes, head.length - markBytes), content);
      BoundedInputStream utf8 =
          BoundedInputStream.builder()
              .setInputStream(new Transcoded(text, charset, markBytes))
              .get();
      FileScan.Text found =
          FileScan.read(utf8, markBytes, format, limits.input(), limits.maxLineBytes());
      textBytes = utf8.getCount();
      String sha256 = HexFormat.of().formatHex(digest.digest());
      droppedSha256 = gzip ? rest(raw, dropped) : sha256;
      return new FileScan(sha256, content.getCount(), found);
    }
  }

  /** To its last byte, whatever the one who unpacked it has left. */
  private static String rest(InputStream raw, MessageDigest digest) throws IOException {
    raw.transferTo(OutputStream.nullOutputStream());
    return HexFormat.of().formatHex(digest.digest());
  }

  /** What was UTF-8 at the first reading need not be looked at again. */
  private InputStream decoded(InputStream text) {
    return charset.equals(StandardCharsets.UTF_8) ? text : new Transcoded(text, charset, markBytes);
  }

  private void recognize(byte[] head) throws BadContentException {
    if (begins(head, Gunzip.FIRST_BYTE, Gunzip.SECOND_BYTE)) {
      throw new BadContentException(
          gzip ? "packed twice" : "unknown encoding",
          gzip
              ? "Expected text in the gzip file; got gzip data once more. Pack the file once."
              : "Expected text in UTF-8; got gzip data. Let the name end in .gz.");
    }
    if (begins(head, 'P', 'K', 3, 4) || begins(head, 0xD0, 0xCF, 0x11, 0xE0)) {
      throw BadContentException.unknownEncoding(
          "Expected text in UTF-8; got an Excel workbook or a zip archive. Save the table as CSV"
              + " UTF-8.");
    }
    if (begins(head, 0xFF, 0xFE, 0, 0) || begins(head, 0, 0, 0xFE, 0xFF)) {
      throw BadContentException.unknownEncoding(
          "Expected text in UTF-8; got the byte order mark of UTF-32. Save the file as UTF-8.");
    }
    if (begins(head, 0xEF, 0xBB, 0xBF)) {
      marked(StandardCharsets.UTF_8, BOM_BYTES);
    } else if (begins(head, 0xFF, 0xFE)) {
      marked(StandardCharsets.UTF_16LE, 2);
    } else if (begins(head, 0xFE, 0xFF)) {
      marked(StandardCharsets.UTF_16BE, 2);
    } else {
      charset =
          switch (limits.input().encoding()) {
            case AUTO, UTF_8 -> StandardCharsets.UTF_8;
            case WINDOWS_1252 -> Transcoded.WINDOWS_1252;
            case UTF_16LE -> StandardCharsets.UTF_16LE;
            case UTF_16BE -> StandardCharsets.UTF_16BE;
          };
    }
  }

  private void marked(Charset named, int length) throws BadContentException {
    if (limits.input().encoding() == InputEncoding.UTF_8 && !named.equals(StandardCharsets.UTF_8)) {
      throw BadContentException.unknownEncoding(
          "Expected text in UTF-8, as sms.file.encoding says; got the byte order mark of %s. Save"
                  .formatted(named)
              + " the file as UTF-8.");
    }
    charset = named;
    markBytes = length;
  }

  private static boolean begins(byte[] head, int... with) {
    for (int i = 0; i < with.length; i++) {
      if (i >= head.length || (head[i] & 0xFF) != with[i]) {
        return false;
      }
    }
    return true;
  }

  public RowSource rows() {
    return rows;
  }

  /**
   * The next row, or null at the end.
   *
   * @throws UnreadableFileException when it has changed since the first reading, or nobody can say
   *     where the next row begins
   */
  public RawRow next() throws IOException, UnreadableFileException {
    try {
      return rows.next();
    } catch (BadContentException e) {
      // It was fine in the first reading. What was cut off by that is no row.
      throw UnreadableFileException.changed();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
      throw Thrown.unreadable(e);
    }
  }

  /** Of all bytes, of a gzip file of those that come out, in hexadecimal. */
  public String sha256() {
    return scan.sha256();
  }

  /** How many bytes the rows are read from: unpacked, and in UTF-8, as they are counted. */
  public long size() {
    return textBytes;
  }

  /** How many rows there are, if that says how many messages there are at least. */
  public OptionalLong totalRows() {
    // The one row of a JSON file may have any number of recipients.
    return format == BatchFormat.JSON ? OptionalLong.empty() : OptionalLong.of(scan.text().rows());
  }

  /** How long the file is, as it was dropped. */
  public long droppedBytes() {
    return bytes;
  }

  /** Of the file as it was dropped, in hexadecimal: what {@code sha256sum} prints. */
  public String droppedSha256() {
    return droppedSha256;
  }

  /** Whether a row has this key because it brought none. */
  public boolean made(String key) {
    return key.startsWith(keys.prefix());
  }

  /** What the first reading found out. */
  public FileShape shape() {
    CsvDialect dialect = scan.text().dialect();
    return new FileShape(
        switch (format) {
          case CSV -> "csv";
          case JSON_LINES -> "ndjson";
          case JSON -> "json";
        },
        format == BatchFormat.CSV ? dialect.word() : "",
        charset.name(),
        gzip,
        scan.size(),
        scan.text().rows());
  }

  /** The file once more, from its beginning: in UTF-8, unpacked, behind the mark. */
  InputStream text() throws IOException {
    channel.position(0);
    second = unpacked(asLongAsItWas(Channels.newInputStream(channel)));
    InputStream content = new DigestInputStream(second, secondReading);
    // Not skipped: that would pass by the digest.
    content.readNBytes(markBytes);
    return decoded(content);
  }

  BatchFormat format() {
    return format;
  }

  boolean isGzip() {
    return gzip;
  }

  /** Whether a copy in UTF-8 begins with a byte order mark. */
  boolean isMarked() {
    return markBytes > 0 || !charset.equals(StandardCharsets.UTF_8);
  }

  CsvDialect dialect() {
    return scan.text().dialect();
  }

  /** How many rows there are, without the empty ones below the last. */
  long dataRows() {
    return scan.text().rows();
  }

  /** The keys of rows that bring none. */
  KeyMaker keyMaker() {
    return KeyMaker.forContent(scan.sha256());
  }

  private void readAgain(JsonRequests requests) throws IOException, UnreadableFileException {
    InputStream text = text();
    keys = keyMaker();
    int limit = limits.maxLineBytes();
    // Rejects are always UTF-8. The mark says so where the reader could think otherwise: Excel, and
    // we ourselves when we are told to take files as something else.
    boolean decoded = !charset.equals(StandardCharsets.UTF_8);
    rows =
        switch (format) {
          case CSV -> new CsvRows(text, limit, scan.text(), markBytes > 0 || decoded, keys);
          case JSON_LINES -> new JsonLineRows(text, limit, decoded, requests, keys);
          case JSON -> new JsonFileRows(text, decoded, requests, keys);
        };
  }

  /** The second reading ended before its time, and says why. */
  public void broke(UnreadableFileException why) {
    broken = why;
  }

  /**
   * Why it was not read to its end, or is not the file any more that was read first. To be asked at
   * the end.
   */
  public Optional<UnreadableFileException> broken() throws IOException {
    if (broken != null) {
      return Optional.of(broken);
    }
    boolean changed =
        channel.size() != bytes
            || !HexFormat.of().formatHex(secondReading.digest()).equals(scan.sha256());
    return changed ? Optional.of(UnreadableFileException.changed()) : Optional.empty();
  }

  @Override
  @SuppressWarnings("try") // Both are only to be closed.
  public void close() throws IOException {
    try (FileChannel first = channel;
        InputStream other = second) {
      // Both are closed, whatever the first one says.
    }
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
        throw new BatchInterruptedException(Interruption.STOPPING);
      }
      return super.read(bytes, from, length);
    }
  }
}
