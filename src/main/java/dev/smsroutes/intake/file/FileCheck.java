package dev.smsroutes.intake.file;

import dev.smsroutes.batch.check.BatchPlan;
import dev.smsroutes.batch.check.PlanFiles;
import dev.smsroutes.batch.format.FileNames;
import dev.smsroutes.ledger.LedgerUnavailableException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks files that were dropped into {@code check} inside of the inbox; nothing of them is sent.
 *
 * <p>Bound as {@code fileCheck}, for {@code routes/file-check.camel.yaml}. One file at a time.
 */
public final class FileCheck {
  private static final Logger LOG = LoggerFactory.getLogger(FileCheck.class);

  /** What stands in the report of one file at most. */
  private static final int MAX_FINDINGS = 1_000;

  /** Says what would become of a file. */
  @FunctionalInterface
  public interface Checker {
    BatchPlan check(Path file, int maxFindings) throws IOException;
  }

  private final Checker checker;
  private final PlanFiles files;

  FileCheck(Checker checker, PlanFiles files) {
    this.checker = checker;
    this.files = files;
  }

  /**
   * Checks a file and writes what was found next to the results.
   *
   * @return the absolute path to which the file is to be moved
   * @throws IOException when the disk does not do its part, or this process stops; it is tried
   *     again
   * @throws LedgerUnavailableException when the ledger cannot be read; it is tried again
   */
  public String check(File file) throws IOException {
    String name = FileNames.shown(file.getName());
    try {
      BatchPlan plan = checker.check(file.toPath(), MAX_FINDINGS);
      Path target = files.write(file.getName(), plan);
      LOG.info(
          "file checked name={} rows={} valid={} refused={} parked={} readable={}",
          name,
          plan.rows(),
          plan.valid(),
          plan.refused(),
          plan.parked(),
          plan.unreadable().isEmpty());
      FileIntake.faults(file.getName(), plan.faults());
      return target.toString();
    } catch (IOException | RuntimeException e) {
      LOG.warn(
          "file not checked, it is tried again later name={} reason={}",
          name,
          FileNames.shown(FileIntake.reason(e)));
      throw e;
    }
  }
}
