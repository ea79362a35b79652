package dev.smsroutes.cli;

import dev.smsroutes.batch.check.InstanceFile;
import dev.smsroutes.batch.format.SourceFile;
import dev.smsroutes.batch.overview.BatchOverview;
import dev.smsroutes.batch.overview.BatchOverview.Past;
import dev.smsroutes.batch.result.BatchFolders;
import dev.smsroutes.batch.result.BatchReport;
import dev.smsroutes.batch.result.BatchSummary;
import dev.smsroutes.batch.result.DurableFile;
import dev.smsroutes.batch.result.FileControl;
import dev.smsroutes.batch.run.BatchProgress;
import dev.smsroutes.batch.run.BatchProgress.Phase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A file that was handed over to the serving process: it is in its inbox, and this command watches
 * it until it has ended. The file goes on even if this command ends.
 */
final class HandedOver {
  private static final Duration POLL_INTERVAL = Duration.ofMillis(200);

  /** Long enough for a restart of the serving process. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final Duration CLOCKS_DIFFER = Duration.ofSeconds(2);

  private final InstanceFile serving;
  private final BatchFolders folders;
  private final String name;
  private final boolean before;

  private HandedOver(InstanceFile serving, String name, boolean before) {
    this.serving = serving;
    this.folders = serving.folders();
    this.name = name;
    this.before = before;
  }

  /**
   * Puts a copy of the file into the inbox: as a whole, on disk, and without overwriting another
   * file. If the inbox has a file of this name and content already, uses that.
   *
   * @throws IOException if the disk fails; nothing is in the inbox then
   */
  static HandedOver to(InstanceFile serving, Path file) throws IOException {
    BatchFolders folders = serving.folders();
    String source = file.getFileName().toString();
    // A unique name: another command may hand over the same file at the same moment.
    try (DurableFile copy = new DurableFile(folders.inbox(), "send-" + UUID.randomUUID())) {
      // If this process is stopped meanwhile.
      copy.unfinished().toFile().deleteOnExit();
      boolean copied = false;
      int i = 1;
      while (true) {
        String name = BatchFolders.numbered(source, i);
        if (isThere(folders, name)) {
          if (same(file, folders.inbox().resolve(name))) {
            return new HandedOver(serving, name, true);
          }
          i++;
        } else {
          if (!copied) {
            Files.copy(file, copy.out());
            copy.complete(System.currentTimeMillis());
            copied = true;
          }
          if (copy.publishNewAs(name)) {
            return new HandedOver(serving, name, false);
          }
          // Another file took the name, perhaps with the same content: checks again.
        }
      }
    }
  }

  private static boolean same(Path file, Path other) throws IOException {
    try {
      return Files.isRegularFile(other, LinkOption.NOFOLLOW_LINKS)
          && Files.mismatch(file, other) < 0;
    } catch (NoSuchFileException e) {
      // It has just ended; the next name will do.
      return false;
    }
  }

  String name() {
    return name;
  }

  boolean isThere() {
    return isThere(folders, name);
  }

  /** Whether it was in the inbox before. */
  boolean before() {
    return before;
  }

  /**
   * Watches it until it has ended.
   *
   * @param patience how long to wait for a process without a sign of life
   * @return its end; empty if the process is gone, or an operator removed the file
   */
  Optional<Past> follow(SendProgress progress, Duration patience)
      throws IOException, InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    Instant began = Instant.now();
    Instant heard = began;
    while (isThere()) {
      Instant now = Instant.now();
      if (serving.renewed(now).isPresent()) {
        heard = now;
      } else if (heard.plus(patience).isBefore(now)) {
        return Optional.empty();
      }
      Optional<BatchProgress> is = BatchOverview.progress(folders, name);
      if (heard.isBefore(now)) {
        progress.waits("waits for the serving process, which gives no sign of life");
      } else if (is.isPresent()) {
        progress.show(is.get());
      } else {
        progress.waits(
            switch (FileControl.of(folders.inbox().resolve(name))) {
              case PAUSE -> "is paused";
              case CANCEL -> "is about to be cancelled";
              case GO_ON -> "waits in the inbox";
            });
      }
      never.await(POLL_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }
    Optional<Past> end =
        BatchOverview.latest(folders, name)
            // Not an earlier one of this name, if this one was removed by hand.
            .filter(past -> before || !past.finished().isBefore(began.minus(CLOCKS_DIFFER)));
    end.flatMap(Past::report).ifPresent(report -> progress.show(last(report)));
    return end;
  }

  private static BatchProgress last(BatchReport report) {
    BatchSummary summary = report.summary();
    return new BatchProgress(
        report.file(),
        report.as(),
        Phase.FINISHING,
        summary.rows(),
        OptionalLong.of(summary.rows()),
        summary.recorded(),
        summary.accepted(),
        summary.refused(),
        summary.unsettled(),
        report.rate(),
        Optional.empty(),
        OptionalLong.empty(),
        report.started(),
        report.finished());
  }

  private static boolean isThere(BatchFolders folders, String name) {
    return SourceFile.isThere(folders.inbox().resolve(name));
  }
}
