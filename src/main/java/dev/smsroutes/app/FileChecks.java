package dev.smsroutes.app;

import dev.smsroutes.batch.check.BatchCheck;
import dev.smsroutes.batch.check.BatchCheck.Pacing;
import dev.smsroutes.batch.check.InstanceFile;
import dev.smsroutes.batch.format.JsonRequests;
import dev.smsroutes.config.Configuration;
import dev.smsroutes.config.FileOptions;
import dev.smsroutes.config.HttpOptions;
import dev.smsroutes.intake.request.RequestReader;
import dev.smsroutes.intake.request.RequestReader.AttributeLimits;
import dev.smsroutes.ledger.LedgerPreview;
import dev.smsroutes.pipeline.DryRun;
import dev.smsroutes.throttle.Throttle;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;

/** Puts together what checks batch files, by the very steps that read and send them. */
public final class FileChecks {
  private FileChecks() {}

  /**
   * For a command next to the process that serves, or without one.
   *
   * @param ledgerPreview of the ledger, or of none
   */
  public static BatchCheck of(
      Configuration configuration, DryRun dryRun, LedgerPreview ledgerPreview) {
    Pacing pacing =
        InstanceFile.find(
                Stores.ledgerToRead(configuration).file(),
                configuration.files().folders().results(),
                Instant.now())
            .map(serving -> serving.pacing().told())
            .orElseGet(() -> pacing(configuration.throttle().maxRate(), configuration.files()));
    return new BatchCheck(
        new BatchCheck.CheckSetting(
            // The operator named it.
            configuration.files().limits(true),
            requests(reader(configuration)),
            dryRun::prepare,
            ledgerPreview,
            () -> pacing,
            () -> false));
  }

  /** Why no row of a file can be read, if so. */
  public static Optional<String> unreadable(Configuration configuration, Path file)
      throws IOException {
    return BatchCheck.unreadable(
        file, configuration.files().limits(true), requests(reader(configuration)));
  }

  /** The reader of all channels. */
  static RequestReader reader(Configuration configuration) {
    HttpOptions http = configuration.http();
    return new RequestReader(
        http.maxRecipients(),
        new AttributeLimits(
            http.maxAttributes(), http.maxAttributeNameLength(), http.maxAttributeLength()));
  }

  static JsonRequests requests(RequestReader reader) {
    return (json, key) -> reader.standalone(json, n -> n == 0 ? key : key + "-" + n);
  }

  /** The pace as the throttle has it at this moment. */
  static Pacing pacing(Throttle.Snapshot throttle, FileOptions files) {
    return Pacing.of(
        files.recipientsPerCall(),
        throttle.rateLimit(),
        "the pace of this moment, learnt or sms.api.max-rate",
        Math.min(files.concurrency(), throttle.concurrencyLimit()));
  }

  /** The pace as far as the settings tell it. */
  private static Pacing pacing(double maxRate, FileOptions files) {
    return Pacing.of(
        files.recipientsPerCall(),
        maxRate > 0 ? OptionalDouble.of(maxRate) : OptionalDouble.empty(),
        "sms.api.max-rate",
        files.concurrency());
  }
}
