package dev.smsroutes.cli;

import dev.smsroutes.batch.BatchSummary;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * How far a file is: a bar on a terminal, elsewhere a line every few seconds. Used by one thread.
 */
final class SendProgress implements AutoCloseable {
  private static final long LINE_EVERY_NANOS = Duration.ofSeconds(5).toNanos();
  private static final int WIDTH = 110;

  private final PrintWriter err;
  private final String name;
  private final long total;
  private final ProgressBar bar;
  private final LongSupplier nanoTime;
  private final long began;
  private long lineAt;

  /**
   * @param terminal whether there is one
   * @param total how many rows there are
   */
  SendProgress(PrintWriter err, boolean terminal, String name, long total) {
    this(err, terminal, name, total, System::nanoTime);
  }

  SendProgress(PrintWriter err, boolean terminal, String name, long total, LongSupplier nanoTime) {
    this.err = err;
    this.name = name;
    this.total = total;
    this.nanoTime = nanoTime;
    this.began = nanoTime.getAsLong();
    this.lineAt = began + LINE_EVERY_NANOS;
    this.bar =
        terminal
            ? new ProgressBarBuilder()
                .setTaskName(name)
                .setInitialMax(total)
                .setUnit(" rows", 1)
                .showSpeed()
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(500)
                .setConsumer(new DelegatingProgressBarConsumer(this::draw, WIDTH))
                .build()
            : null;
  }

  private void draw(String line) {
    err.print("\r" + line);
    err.flush();
  }

  /** Shows it, if it is time to. */
  void show(BatchSummary summary) {
    if (bar != null) {
      bar.setExtraMessage(" " + counts(summary));
      bar.stepTo(summary.rows());
      return;
    }
    long now = nanoTime.getAsLong();
    if (now - lineAt >= 0) {
      lineAt = now + LINE_EVERY_NANOS;
      err.println(line(summary, Duration.ofNanos(now - began)));
      err.flush();
    }
  }

  /** Without the rows that an earlier call had sent: they go by much faster. */
  private String line(BatchSummary summary, Duration time) {
    double rate = (summary.rows() - summary.recorded()) * 1_000.0 / Math.max(1, time.toMillis());
    long left = total - summary.rows();
    return "%s: %d of %d rows, %s, %.0f a second%s"
        .formatted(
            name,
            summary.rows(),
            total,
            counts(summary),
            rate,
            rate > 0 ? ", about " + Math.round(left / rate) + " s left" : "");
  }

  private String counts(BatchSummary summary) {
    return "%d accepted, %d refused, %d unsettled, %d waiting"
        .formatted(
            summary.accepted(), summary.refused(), summary.unsettled(), total - summary.rows());
  }

  /** Leaves the bar as it is, and goes to the next line. */
  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      err.println();
      err.flush();
    }
  }
}
