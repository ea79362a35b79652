package dev.smsroutes.app;

import dev.smsroutes.batch.check.BatchCheck;
import dev.smsroutes.batch.check.BatchCheck.Pacing;
import dev.smsroutes.batch.check.InstanceFile;
import dev.smsroutes.batch.format.BatchLimits;
import dev.smsroutes.batch.format.JsonRequests;
import dev.smsroutes.config.Configuration;
import dev.smsroutes.config.FileOptions;
import dev.smsroutes.intake.request.RequestReader;
import dev.smsroutes.ledger.LedgerPreview;
import dev.smsroutes.throttle.Throttle;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Puts together what checks batch files, by the very steps that read and send them. */
public final class FileChecks {
  /** How long an answer of the API is taken to take as long as nobody knows. */
  private static final Duration ASSUMED_ANSWER = Duration.ofMillis(200);

  private FileChecks() {}

  /**
   * For a command beside the process that serves, or without one.
   *
   * @param ledgerPreview of the ledger, or of none
   * @throws dev.smsroutes.definition.InvalidDefinitionException if the definitions cannot be read
   */
  public static BatchCheck of(
      Configuration configuration, LedgerPreview ledgerPreview, Clock clock) {
    Pacing pacing =
        InstanceFile.find(
                configuration.ledger().file(),
                configuration.files().folders().results(),
                clock.instant())
            .map(FileChecks::told)
            .orElseGet(() -> pacing(configuration.throttle().maxRate(), configuration.files()));
    return of(
        new RequestCheck(configuration),
        // The operator named it.
        configuration.files().limits(true),
        new RequestReader(configuration.http().maxRecipients()),
        ledgerPreview,
        () -> pacing,
        clock,
        () -> false);
  }

  static BatchCheck of(
      RequestCheck requests,
      BatchLimits limits,
      RequestReader reader,
      LedgerPreview ledgerPreview,
      Supplier<Pacing> pacing,
      Clock clock,
      BooleanSupplier stopping) {
    return new BatchCheck(
        new BatchCheck.Setting(
            limits, requests(reader), requests::prospect, ledgerPreview, pacing, clock, stopping));
  }

  /** Why no row of a file can be read, if so. */
  public static Optional<String> unreadable(Configuration configuration, Path file)
      throws IOException {
    return BatchCheck.unreadable(
        file,
        configuration.files().limits(true),
        requests(new RequestReader(configuration.http().maxRecipients())));
  }

  /** How a batch reads a JSON request. */
  static JsonRequests requests(RequestReader reader) {
    return (json, key) -> reader.standalone(json, n -> n == 0 ? key : key + "-" + n);
  }

  /** The pace that a process knows which sends at this moment. */
  private static Pacing told(InstanceFile note) {
    Pacing pacing = note.pacing();
    return new Pacing(
        pacing.recipientsPerCall(),
        pacing.callsPerSecond(),
        "told by the process that serves here: " + pacing.basis());
  }

  /**
   * The pace as far as the settings tell it.
   *
   * @param maxRate calls per second; 0 for no ceiling
   */
  static Pacing pacing(double maxRate, FileOptions files) {
    return maxRate > 0
        ? new Pacing(files.recipientsPerCall(), maxRate, "sms.api.max-rate")
        : assumed(files.concurrency(), files);
  }

  /** The pace as the gate has it at this moment. */
  static Pacing pacing(Throttle.Snapshot gate, FileOptions files) {
    return gate.rateLimit().isPresent()
        ? new Pacing(
            files.recipientsPerCall(),
            gate.rateLimit().getAsDouble(),
            "the pace of this moment, learnt or sms.api.max-rate")
        : assumed(Math.min(files.concurrency(), gate.concurrencyLimit()), files);
  }

  private static Pacing assumed(int atOnce, FileOptions files) {
    return new Pacing(
        files.recipientsPerCall(),
        1_000.0 * atOnce / ASSUMED_ANSWER.toMillis(),
        "assumed are answers of the API in "
            + ASSUMED_ANSWER.toMillis()
            + " ms, "
            + atOnce
            + " at the same time (sms.file.concurrency), and no ceiling (sms.api.max-rate); nobody"
            + " knows the pace of the API before");
  }
}
