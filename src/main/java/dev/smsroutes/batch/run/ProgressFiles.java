package dev.smsroutes.batch.run;

import dev.smsroutes.batch.format.JsonOriginal;
import dev.smsroutes.batch.result.BatchFolders;
import dev.smsroutes.batch.result.DurableFile;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file on how far each running batch is, for people and other programs. Thread-safe.
 *
 * <p>Each is replaced in one step, so nobody reads half of one, and removed when its batch has
 * ended. Nothing is forced to disk: after a crash it is worth nothing. One that cannot be written
 * (disk full) stays as it was, and its reader sees its age.
 */
public final class ProgressFiles implements BatchWatch, MeterBinder {
  /** How often they are to be renewed. */
  public static final Duration EVERY = Duration.ofSeconds(1);

  private static final Logger LOG = LoggerFactory.getLogger(ProgressFiles.class);

  private final BatchFolders folders;
  private final Consumer<Batch> progressed;
  private final Map<Batch, Shown> running = new ConcurrentHashMap<>();

  /** Rows of the batches that have ended; guarded by this. */
  private long rowsBefore;

  /** Of one batch; also what its file is locked by, so that no batch waits for that of another. */
  private static final class Shown {
    private boolean written;
    private boolean ended;
  }

  /**
   * @param progressed is called now and then while a batch has outcomes
   */
  public ProgressFiles(BatchFolders folders, Consumer<Batch> progressed) {
    this.folders = folders;
    this.progressed = progressed;
  }

  /** Renews all files; to be called by a timer, again and again. Never throws. */
  public void renew() {
    for (Map.Entry<Batch, Shown> each : running.entrySet()) {
      try {
        renew(each.getKey(), each.getValue());
      } catch (IOException | RuntimeException e) {
        LOG.debug("progress not written cause={}", e.getClass().getSimpleName());
      }
    }
  }

  @Override
  public void began(Batch batch) {
    running.put(batch, new Shown());
  }

  @Override
  public void progressed(Batch batch) {
    progressed.accept(batch);
  }

  @Override
  public void ended(Batch batch) {
    Shown shown = remove(batch);
    if (shown != null) {
      remove(batch, shown);
    }
  }

  private synchronized Shown remove(Batch batch) {
    Shown shown = running.remove(batch);
    if (shown != null) {
      rowsBefore += rows(batch);
    }
    return shown;
  }

  private static long rows(Batch batch) {
    BatchProgress progress = batch.progress();
    return progress.rows() - progress.recorded();
  }

  /** The names in the inbox of the files that are under way. */
  public Set<String> names() {
    return running.keySet().stream().map(Batch::fileName).collect(Collectors.toSet());
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    FunctionCounter.builder("sms.file.rows", this, ProgressFiles::rows)
        .description("Rows of files that got their outcome")
        .register(registry);
    Gauge.builder("sms.file.seconds.left", this, ProgressFiles::secondsLeft)
        .description("How long the slowest file under way still takes; 0 if nobody can say")
        .register(registry);
    Gauge.builder("sms.file.held", this, ProgressFiles::held)
        .description("Rows of files that wait for their send window")
        .register(registry);
  }

  private synchronized double rows() {
    return rowsBefore + running.keySet().stream().mapToLong(ProgressFiles::rows).sum();
  }

  private double secondsLeft() {
    return running.keySet().stream()
        .flatMap(batch -> batch.progress().left().stream())
        .mapToLong(Duration::toSeconds)
        .max()
        .orElse(0);
  }

  private double held() {
    return running.keySet().stream().mapToInt(Batch::held).sum();
  }

  private void renew(Batch batch, Shown shown) throws IOException {
    synchronized (shown) {
      if (shown.ended) {
        // It must not come back.
        return;
      }
      shown.written = true;
      String name = batch.progressName();
      DurableFile.replace(
          folders.results().resolve(name), JsonOriginal.write(batch.progress().json()));
    }
  }

  private void remove(Batch batch, Shown shown) {
    synchronized (shown) {
      shown.ended = true;
      if (!shown.written) {
        // Like most files that are small.
        return;
      }
      try {
        Files.deleteIfExists(folders.results().resolve(batch.progressName()));
      } catch (IOException e) {
        LOG.debug("progress not removed cause={}", e.getClass().getSimpleName());
      }
    }
  }
}
