package dev.smsroutes.cli;

import dev.smsroutes.app.Bundle;
import dev.smsroutes.app.FileChecks;
import dev.smsroutes.app.Stores;
import dev.smsroutes.batch.check.InstanceFile;
import dev.smsroutes.batch.format.SourceFile;
import dev.smsroutes.batch.overview.BatchOverview.Past;
import dev.smsroutes.batch.overview.Untaken;
import dev.smsroutes.batch.result.BatchFolders;
import dev.smsroutes.batch.result.BatchReport;
import dev.smsroutes.batch.result.BatchSummary;
import dev.smsroutes.batch.run.Batch;
import dev.smsroutes.config.Configuration;
import dev.smsroutes.config.InvalidSettingsException;
import dev.smsroutes.definition.InvalidDefinitionException;
import dev.smsroutes.ledger.LedgerInUseException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Sends one batch file and ends. The file intake sends it, from an inbox of its own that holds only
 * a link to the file. So the file is read, recorded and resumed like a dropped one.
 */
@Command(
    name = "send",
    description = {
      "Sends one batch file in the foreground, and ends when its results are on disk.",
      "The file stays where it is. Ctrl-C stops in order; the same command again goes on where it"
          + " ended, and sends nothing twice. If sms-routes serves with the same ledger, a copy goes"
          + " into its inbox, and is watched; Ctrl-C then ends only the watching. Without sms.api.url,"
          + " the file is sent to a sandbox."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  sms-routes check orders.csv && sms-routes send orders.csv",
      "  sms-routes send --results out orders.csv",
      "",
      "Exit code: 0 if all rows were accepted; 3 if rows were refused; 4 if rows have no clear",
      "answer; 5 if the file cannot be read; 130 if it was interrupted; 2 if settings, definitions",
      "or options are wrong; 1 after any other failure."
    })
public final class SendCommand extends QuietCommand {
  private static final long POLL_MS = 200;

  private final Terminal terminal;

  @Parameters(paramLabel = "FILE", description = "A file as for the inbox.")
  private Path file;

  @Option(
      names = "--results",
      paramLabel = "DIR",
      description = "The folder for the results; sms.file.results unless given.")
  private Path results;

  @Option(names = "--verbose", description = "Shows the log as well.")
  private boolean verbose;

  private Map<String, String> overrides = Map.of();
  private volatile Path inbox;
  private volatile Batch batch;

  public SendCommand() {
    this(Terminal.ofProcess());
  }

  SendCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  Quiet quiet() {
    return verbose
        ? Quiet.none()
        : Quiet.begin()
            .except(
                "dev.smsroutes.intake",
                "dev.smsroutes.ledger",
                "dev.smsroutes.pipeline",
                "dev.smsroutes.throttle",
                "dev.smsroutes.api");
  }

  @Override
  int run() throws IOException, InterruptedException {
    overrides =
        results == null
            ? settings().overrides()
            : settings().with("sms.file.results", results.toString());
    Configuration configuration = Configuration.read(overrides);
    String wrong = FileArgument.wrong(file);
    if (wrong == null) {
      // The inbox would not take the file, and the command would wait forever.
      wrong =
          Untaken.byName(file.getFileName())
              .map(why -> "expected a file that the intake takes; " + why.reason())
              .orElse(null);
    }
    if (wrong != null) {
      return unreadable(wrong);
    }
    Optional<String> unreadable = FileChecks.unreadable(configuration, file);
    if (unreadable.isPresent()) {
      return unreadable(unreadable.get());
    }
    // The serving process knows the API, even if this shell does not.
    return Stores.isOfRealApi(configuration) && serving(configuration).isPresent()
        ? handOver(configuration)
        : send(configuration);
  }

  private String fileName() {
    return file.getFileName().toString();
  }

  private int unreadable(String why) {
    tell(DisplayText.text(file.toString()) + ": " + why);
    return ExitCode.UNREADABLE;
  }

  private int send(Configuration configuration) throws IOException, InterruptedException {
    String name = fileName();
    OrderlyStop stop = OrderlyStop.install(ExitCode.INTERRUPTED, this::interrupted);
    Path home = Files.createTempDirectory("sms-routes-send");
    try {
      inbox = Files.createDirectories(home.resolve("inbox"));
      Path link = link(inbox.resolve(name));
      try (Bundle bundle = Bundle.startForFiles(settings(home))) {
        stop.started(bundle);
        if (bundle.sandbox().isPresent()) {
          sandbox("no sms.api.url is set", bundle.sandbox().get().url());
        }
        try (SendProgress progress = new SendProgress(err(), terminal.isThere(), name)) {
          follow(bundle, link, progress);
        }
        Optional<String> failure = bundle.fileFailure();
        if (failure.isPresent()) {
          return failed(failure.get());
        }
      }
      stop.ended();
      return end(configuration);
    } catch (RuntimeException e) {
      Throwable cause = cause(e);
      if (!(cause instanceof LedgerInUseException)) {
        return cannotStart(e, cause);
      }
    } finally {
      stop.notStarted();
      stop.ended();
      delete(home);
    }
    // Not earlier: now there is nothing left for a signal to close.
    return handOver(configuration);
  }

  private void sandbox(String why, String url) {
    tell("SANDBOX: " + why + ", so no SMS leaves this machine; the API is played at " + url);
  }

  /** A link, not a copy: the file itself is sent. */
  private Path link(Path link) throws IOException {
    Path target = file.toRealPath();
    try {
      return Files.createSymbolicLink(link, target);
    } catch (IOException | UnsupportedOperationException e) {
      // Windows allows links only to few users.
      return Files.createLink(link, target);
    }
  }

  private Map<String, String> settings(Path home) {
    Map<String, String> settings = new LinkedHashMap<>(overrides);
    settings.put("sms.file.inbox", inbox.toString());
    settings.put("sms.file.done", home.resolve("done").toString());
    settings.put("sms.file.failed", home.resolve("failed").toString());
    settings.put("sms.file.poll-delay", "100ms");
    settings.put("sms.file.min-age", "0ms");
    // The sandbox of a serving process may use the default port.
    settings.putIfAbsent("sms.sandbox.port", "0");
    return settings;
  }

  private int failed(String failure) {
    tell(
        shownName()
            + ": not completed: "
            + DisplayText.text(failure)
            + ". Repair that; the same command again goes on where this one ended, and sends"
            + " nothing twice");
    return ExitCode.FAILED;
  }

  /** Waits until the intake has moved the link, or has failed to. */
  private void follow(Bundle bundle, Path link, SendProgress progress) throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    while (SourceFile.isThere(link) && bundle.fileFailure().isEmpty()) {
      never.await(POLL_MS, TimeUnit.MILLISECONDS);
      batch = bundle.latestBatch().orElse(batch);
      if (batch != null) {
        progress.show(batch.progress());
      }
    }
    batch = bundle.latestBatch().orElse(batch);
    if (batch != null) {
      progress.show(batch.progress());
    }
  }

  private int end(Configuration configuration) throws IOException {
    BatchSummary summary = batch.summary();
    Optional<String> unreadable = batch.unreadable();
    out()
        .println(
            batch.endedBefore()
                ? shownName() + ": was completed before; only its results were put in place"
                : line(summary, batch.cancelled()));
    tellWritten(configuration.files().folders().results(), summary.name());
    if (unreadable.isPresent()) {
      return unreadable(unreadable.get());
    }
    return batch.endedBefore() ? ExitCode.UNSETTLED : exitCode(summary, batch.cancelled());
  }

  private static int exitCode(BatchSummary summary, boolean cancelled) {
    if (cancelled || summary.unsettled() > 0) {
      return ExitCode.UNSETTLED;
    }
    return summary.refused() > 0 ? ExitCode.REFUSED : ExitCode.DONE;
  }

  private String line(BatchSummary summary, boolean cancelled) {
    return "%s: %s%d rows, %d accepted, %d refused, %d unsettled"
        .formatted(
            shownName(),
            cancelled ? "cancelled; " : "",
            summary.rows(),
            summary.accepted(),
            summary.refused(),
            summary.unsettled());
  }

  private String shownName() {
    return DisplayText.text(fileName());
  }

  private void tellWritten(Path folder, String name) throws IOException {
    List<Path> written = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> files =
          Files.newDirectoryStream(
              folder,
              path ->
                  path.getFileName().toString().startsWith(name + ".results.")
                      || path.getFileName().toString().startsWith(name + ".rejects."))) {
        files.forEach(written::add);
      }
    }
    written.sort(Comparator.naturalOrder());
    written.forEach(path -> out().println("  " + DisplayText.text(path.toString())));
  }

  private static Optional<InstanceFile> serving(Configuration configuration) {
    return InstanceFile.find(
        Stores.ledgerToRead(configuration).file(),
        configuration.files().folders().results(),
        Instant.now());
  }

  /** If a process serves with this ledger, it must send the file. */
  private int handOver(Configuration configuration) throws IOException, InterruptedException {
    BatchFolders folders = configuration.files().folders();
    Optional<InstanceFile> found = serving(configuration);
    if (found.isEmpty()) {
      return noTakerFound(folders.inbox());
    }
    InstanceFile note = found.get();
    HandedOver handed = HandedOver.to(note, file);
    String name = DisplayText.text(handed.name());
    PrintWriter err = err();
    err.println(
        "sms-routes serves here already, and "
            + (handed.before() ? "has this file in" : "gets this file into")
            + " its inbox, as "
            + name
            + "; the settings of that process count");
    note.sandbox().ifPresent(url -> sandbox("that process has no sms.api.url", url));
    if (results != null && !note.folders().results().equals(results.toAbsolutePath().normalize())) {
      err.println("--results is ignored: results are in " + note.folders().results());
    }
    err.flush();
    Thread lastWords = new Thread(() -> leave(name), "sms-routes-leave");
    Runtime.getRuntime().addShutdownHook(lastWords);
    Optional<Past> end;
    try (SendProgress progress = new SendProgress(err, terminal.isThere(), name)) {
      end = handed.follow(progress, HandedOver.PATIENCE);
    }
    Runtime.getRuntime().removeShutdownHook(lastWords);
    if (end.isPresent()) {
      return end(note, end.get());
    }
    err.println(
        handed.isThere()
            ? "The process that served here is gone. "
                + name
                + " is in its inbox, and goes on when sms-routes serves again"
            : name + " was removed from the inbox before it ended");
    return ExitCode.FAILED;
  }

  private int end(InstanceFile note, Past end) throws IOException {
    if (end.report().isPresent()) {
      BatchReport report = end.report().get();
      BatchSummary summary = report.summary();
      out().println(line(summary, report.cancelled()));
      tellWritten(note.folders().results(), end.as());
      if (end.failed().isEmpty()) {
        return exitCode(summary, report.cancelled());
      }
    }
    return unreadable(
        end.failed().orElse("no results")
            + "; see "
            + DisplayText.text(note.folders().failed().resolve(end.as()) + ".reason.json"));
  }

  private int noTakerFound(Path inbox) {
    tell(
        "sms-routes serves here already, or another send is running: another process uses the"
            + " ledger, and does not say that it takes files. Wait until it has ended. Or, if it"
            + " takes files, let it send the file:");
    Path hidden = inbox.resolve("." + fileName());
    String hiddenOne = DisplayText.quoted(hidden.toString());
    tell("  cp " + DisplayText.quoted(file.toString()) + " " + hiddenOne);
    tell("  mv " + hiddenOne + " " + DisplayText.quoted(inbox.resolve(fileName()).toString()));
    return ExitCode.FAILED;
  }

  /** Ends a command that only watched. */
  private void leave(String name) {
    PrintWriter err = err();
    err.println();
    err.println(
        "No longer watched. "
            + name
            + " goes on in the serving process; the same command again watches it. To pause or to"
            + " cancel it:");
    err.println("  sms-routes pause " + DisplayText.quoted(name));
    err.println("  sms-routes cancel " + DisplayText.quoted(name));
    err.flush();
    Runtime.getRuntime().halt(ExitCode.INTERRUPTED);
  }

  /** The last output of a stopped command. */
  private void interrupted() {
    PrintWriter err = err();
    err.println();
    Batch begun = batch;
    if (begun != null) {
      err.println("So far " + line(begun.summary(), false));
    }
    err.println(
        SourceFile.isThere(inbox.resolve(fileName()))
            ? "Interrupted. Nothing is lost: the same command again goes on where this one ended, as"
                + " long as the file and its name do not change."
            : "Interrupted when the file was just completed; its results are there.");
    err.flush();
    try {
      delete(inbox.getParent());
    } catch (IOException | UncheckedIOException e) {
      // Only a link in a temporary folder remains.
      err.println(Failures.words(e));
    }
  }

  private static Throwable cause(RuntimeException failure) {
    Throwable cause = failure;
    while (cause.getCause() != null
        && !(cause instanceof LedgerInUseException)
        && !(cause instanceof InvalidSettingsException)
        && !(cause instanceof InvalidDefinitionException)) {
      cause = cause.getCause();
    }
    return cause;
  }

  private int cannotStart(RuntimeException failure, Throwable cause) {
    tell("sms-routes cannot send: " + Failures.words(failure));
    return cause instanceof InvalidSettingsException || cause instanceof InvalidDefinitionException
        ? ExitCode.MISCONFIGURED
        : ExitCode.FAILED;
  }

  /** With all that is in it. */
  static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
