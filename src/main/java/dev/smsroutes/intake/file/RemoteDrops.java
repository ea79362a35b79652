package dev.smsroutes.intake.file;

import dev.smsroutes.batch.format.FileNames;
import dev.smsroutes.batch.format.SourceFile;
import dev.smsroutes.batch.result.BatchFolders;
import dev.smsroutes.batch.result.DurableFile;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.component.file.GenericFile;
import org.apache.camel.component.file.GenericFileFilter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings files of a remote folder into the inbox: whole, on disk, and never in the place of another
 * one. What happens to their rows is the file intake's matter.
 *
 * <p>Bound as {@code remoteDrops}; the filter and the one step of {@code
 * routes/examples/sftp-intake.camel.yaml}. The consumer moves the remote file when the step has
 * ended, so a crash in between brings it once more, with the same content and therefore the same
 * message keys. Camel's own way to the disk ({@code localWorkDirectory}) believes the server what a
 * file is called, and forces nothing.
 *
 * <p>Thread-safe.
 *
 * @param <T> whatever the consumer has for a remote file
 */
public final class RemoteDrops<T> implements GenericFileFilter<T> {
  private static final Logger LOG = LoggerFactory.getLogger(RemoteDrops.class);

  /** A server may call a file what it likes. Nothing in this can leave a folder, or a line. */
  private static final Pattern NAME =
      Pattern.compile(
          "[A-Za-z0-9][A-Za-z0-9._~-]{0,149}[.](csv|json|ndjson|jsonl)([.]gz)?",
          Pattern.CASE_INSENSITIVE);

  private static final int REMEMBERED = 1_000;

  private record RemoteStamp(long bytes, long modified) {}

  private final Set<String> told = new HashSet<>();
  private final BatchFolders folders;
  private final long maxBytes;
  private final BooleanSupplier stopping;
  private final Map<String, RemoteStamp> seen =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, RemoteStamp> eldest) {
          return size() > REMEMBERED;
        }
      };

  /**
   * @param maxBytes larger files are left where they are
   * @param stopping whether this process is on its way down: then no file is waited for
   */
  RemoteDrops(BatchFolders folders, long maxBytes, BooleanSupplier stopping) {
    this.folders = folders;
    this.maxBytes = maxBytes;
    this.stopping = stopping;
  }

  /**
   * Whether a remote file is to be brought now: it has a name that we take, was the same at the
   * last look, is not too large, and no file of its name waits in the inbox.
   */
  @Override
  public boolean accept(GenericFile<T> file) {
    String name = file.getFileNameOnly();
    if (file.isDirectory()) {
      return false;
    }
    if (!NAME.matcher(name).matches()) {
      tellOnce(name);
      return false;
    }
    RemoteStamp now = new RemoteStamp(file.getFileLength(), file.getLastModified());
    RemoteStamp before;
    synchronized (seen) {
      before = seen.put(name, now);
    }
    if (now.bytes() > maxBytes) {
      if (!now.equals(before)) {
        LOG.warn(
            "remote file left where it is name=\"{}\" bytes={} reason=\"over sms.sftp.max-bytes={}\"",
            name,
            now.bytes(),
            maxBytes);
      }
      return false;
    }
    return now.equals(before) && !SourceFile.isThere(folders.inbox().resolve(name));
  }

  private void tellOnce(String name) {
    boolean first;
    synchronized (told) {
      // A server may have any number of others; the first ones show what is wrong with them.
      first = told.size() < REMEMBERED && told.add(name);
    }
    if (first) {
      LOG.info(
          "remote file left where it is name={} reason=\"expected a name of letters, digits and"
              + " . _ ~ - that ends in .csv, .json, .ndjson or .jsonl, with or without .gz\"",
          FileNames.shown(name));
    }
  }

  /**
   * Puts a remote file into the inbox. It is on disk, and all of it, when this returns.
   *
   * @throws IOException when it did not come whole, or the disk did not do its part; nothing is in
   *     the inbox then
   */
  public void place(Exchange exchange) throws IOException {
    GenericFile<?> file =
        exchange.getProperty(ExchangePropertyKey.FILE_EXCHANGE_FILE, GenericFile.class);
    String name = file.getFileNameOnly();
    try {
      place(
          name,
          file.getFileLength(),
          file.getLastModified(),
          exchange.getMessage().getBody(InputStream.class));
    } catch (IOException e) {
      LOG.warn(
          "remote file not brought, it is tried again name={} reason=\"{}: {}\"",
          FileNames.shown(name),
          e.getClass().getSimpleName(),
          e.getMessage());
      throw e;
    }
  }

  void place(String name, long bytes, long modified, InputStream content) throws IOException {
    try (InputStream in = content) {
      if (!NAME.matcher(name).matches()) {
        throw new IOException("Expected a file name of letters, digits and . _ ~ -; got another");
      }
      try (DurableFile out = new DurableFile(folders.inbox(), name)) {
        long came = copy(in, out, bytes);
        if (came != bytes) {
          throw new IOException(
              "Expected %,d bytes of a remote file; got %,d. It is tried again"
                  .formatted(bytes, came));
        }
        // So that it can be told from one that is dropped once more.
        out.complete(modified);
        if (folders.hasEnded(name, out.unfinished())) {
          LOG.info("remote file had been here already name=\"{}\"", name);
        } else if (out.publishNewAs(name)) {
          LOG.info("remote file placed in the inbox name=\"{}\" bytes={}", name, bytes);
        } else {
          throw new IOException("Expected no file of this name in the inbox; got one meanwhile");
        }
      }
    }
  }

  /** No more than one byte more than was promised. */
  private long copy(InputStream in, DurableFile out, long promised) throws IOException {
    byte[] buffer = new byte[65_536];
    long came = 0;
    int n;
    while (came <= promised && (n = in.read(buffer)) >= 0) {
      if (stopping.getAsBoolean()) {
        throw new IOException("This process is stopping; the file is brought at the next start");
      }
      out.out().write(buffer, 0, n);
      came += n;
    }
    return came;
  }
}
