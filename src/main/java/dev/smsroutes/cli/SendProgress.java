package dev.smsroutes.cli;

import dev.smsroutes.batch.run.BatchProgress;
import dev.smsroutes.batch.run.BatchProgress.Phase;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Shows the progress of a file: a bar on a terminal, elsewhere a line every few seconds. Used by
 * one thread.
 */
final class SendProgress implements AutoCloseable {
  private static final long LINE_EVERY_NANOS = Duration.ofSeconds(5).toNanos();
  private static final int WIDTH = 110;

  /** The bar's value for an unknown length. */
  private static final long UNKNOWN = -1;

  private final PrintWriter err;
  private final String name;
  private final ProgressBar bar;
  private final LongSupplier nanoTime;
  private long lineAt;

  // Estimated from the bytes, without those that an earlier run sent; read by the drawing thread.
  private volatile Optional<Duration> left = Optional.empty();

  SendProgress(PrintWriter err, boolean terminal, String name) {
    this(err, terminal, name, System::nanoTime);
  }

  SendProgress(PrintWriter err, boolean terminal, String name, LongSupplier nanoTime) {
    this.err = err;
    this.name = name;
    this.nanoTime = nanoTime;
    this.lineAt = nanoTime.getAsLong() + LINE_EVERY_NANOS;
    this.bar =
        terminal
            ? new ProgressBarBuilder()
                .setTaskName(name)
                .setInitialMax(UNKNOWN)
                .setUnit(" rows", 1)
                .setEtaFunction(state -> left)
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

  /** Shows the progress, if it is time to. */
  void show(BatchProgress progress) {
    if (bar != null) {
      left = progress.left();
      bar.maxHint(total(progress).orElse(UNKNOWN));
      bar.setExtraMessage(" %.0f/s, %s".formatted(progress.rate(), counts(progress)));
      bar.stepTo(progress.rows());
    } else {
      line(line(progress));
    }
  }

  /** Shows what the file waits for, if it is time to. */
  void waits(String why) {
    if (bar != null) {
      bar.setExtraMessage(" " + why);
    } else {
      line(why);
    }
  }

  private void line(String what) {
    long now = nanoTime.getAsLong();
    if (now - lineAt >= 0) {
      lineAt = now + LINE_EVERY_NANOS;
      err.println(name + ": " + what);
      err.flush();
    }
  }

  /** The expected number of rows; at the end, the real one. */
  private static OptionalLong total(BatchProgress progress) {
    if (progress.state() == Phase.FINISHING) {
      return OptionalLong.of(progress.rows());
    }
    OptionalLong total = progress.total();
    return total.isPresent()
        ? OptionalLong.of(Math.max(total.getAsLong(), progress.rows()))
        : total;
  }

  private static String line(BatchProgress progress) {
    if (progress.state() == Phase.READING) {
      return "is being read";
    }
    OptionalLong total = total(progress);
    return "%d%s rows, %s, %.0f a second%s%s"
        .formatted(
            progress.rows(),
            total.isPresent() ? " of " + total.getAsLong() : "",
            counts(progress),
            progress.rate(),
            progress.left().map(left -> ", about " + left.toSeconds() + " s left").orElse(""),
            progress.state() == Phase.PAUSED ? ", paused" : "");
  }

  private static String counts(BatchProgress progress) {
    OptionalLong total = total(progress);
    return "%d accepted, %d refused, %d unsettled%s"
        .formatted(
            progress.accepted(),
            progress.refused(),
            progress.unsettled(),
            total.isPresent() ? ", " + (total.getAsLong() - progress.rows()) + " waiting" : "");
  }

  /** Keeps the bar, and goes to the next line. */
  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      err.println();
      err.flush();
    }
  }
}
