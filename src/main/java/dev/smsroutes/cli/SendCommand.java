package dev.smsroutes.cli;

import dev.smsroutes.batch.Batch;
import dev.smsroutes.batch.BatchCheck.Size;
import dev.smsroutes.batch.BatchSummary;
import dev.smsroutes.bundle.Bundle;
import dev.smsroutes.bundle.Configuration;
import dev.smsroutes.bundle.FileChecks;
import dev.smsroutes.bundle.InvalidSettingsException;
import dev.smsroutes.definition.InvalidDefinitionException;
import dev.smsroutes.ledger.LedgerInUseException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Sends one batch file and ends. The file intake does it, from an inbox of its own in which there
 * is nothing but a link to the file: so it is read, recorded and resumed as one that was dropped.
 */
@Command(
    name = "send",
    description = {
      "Sends one batch file in the foreground, and ends when its results are on disk.",
      "The file stays where it is. Ctrl-C ends it in order; the same command again goes on where it"
          + " ended, and sends nothing twice. For a site where no sms-routes serves: where one does,"
          + " drop the file into its inbox. Without sms.api.url, it is sent to a sandbox."
    },
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  sms-routes check orders.csv && sms-routes send orders.csv",
      "  sms-routes send --results out orders.csv",
      "",
      "Ends with 0 if all rows were accepted, with 3 if rows were refused, with 4 if rows have no",
      "clear answer, with 5 if the file cannot be read, with 130 if it was interrupted; with 2 if",
      "settings, definitions or options cannot work, with 1 if something else stood in the way."
    })
public final class SendCommand implements Callable<Integer> {
  private static final long LOOK_EVERY_MS = 200;

  private final Terminal terminal;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "A file as for the inbox.")
  private Path file;

  @Option(
      names = "--results",
      paramLabel = "DIR",
      description = "Where its results go; sms.file.results unless given.")
  private Path results;

  @Option(
      names = {"-s", "--set"},
      paramLabel = "KEY=VALUE",
      description = "Sets a key of application.properties; wins over all other sources.")
  private Map<String, String> overrides = new LinkedHashMap<>();

  @Option(names = "--verbose", description = "Shows the log as well.")
  private boolean verbose;

  private volatile Path inbox;
  private volatile Batch batch;

  public SendCommand() {
    this(Terminal.ofProcess());
  }

  SendCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    Quiet quiet =
        verbose
            ? Quiet.none()
            : Quiet.begin()
                .except("dev.smsroutes.edge", "dev.smsroutes.ledger", "dev.smsroutes.send");
    try {
      if (results != null) {
        overrides.put("sms.file.results", results.toString());
      }
      Configuration configuration = Configuration.read(overrides);
      String name = name();
      if (name.startsWith(".") || !Files.isRegularFile(file) || !Files.isReadable(file)) {
        return unreadable(
            "expected a file that is there, can be read, and has a name that does not begin with a"
                + " dot");
      }
      Size size = FileChecks.size(configuration, file);
      return size.unreadable().isPresent()
          ? unreadable(size.unreadable().get())
          : send(configuration, name, size.rows());
    } catch (InvalidSettingsException | InvalidDefinitionException e) {
      err().println(e.getMessage());
      return ExitCode.MISCONFIGURED;
    } catch (IOException | UncheckedIOException e) {
      err().println(e.getClass().getSimpleName() + ": " + e.getMessage());
      return ExitCode.FAILED;
    } finally {
      spec.commandLine().getOut().flush();
      err().flush();
      quiet.end();
    }
  }

  private String name() {
    Path name = file.getFileName();
    return name == null ? "." : name.toString();
  }

  private int unreadable(String why) {
    err().println(file + ": " + why);
    return ExitCode.UNREADABLE;
  }

  private int send(Configuration configuration, String name, long rows)
      throws IOException, InterruptedException {
    OrderlyStop stop = OrderlyStop.install(ExitCode.INTERRUPTED, this::interrupted);
    Path home = Files.createTempDirectory("sms-routes-send");
    try {
      inbox = Files.createDirectories(home.resolve("inbox"));
      Path link = link(inbox.resolve(name));
      try (Bundle bundle = Bundle.startForFiles(settings(home))) {
        stop.started(bundle);
        if (bundle.sandbox().isPresent()) {
          err()
              .println(
                  "SANDBOX: no sms.api.url is set, so no SMS leaves this machine; the API is played"
                      + " at "
                      + bundle.sandbox().get().url());
        }
        try (SendProgress progress = new SendProgress(err(), terminal.isThere(), name, rows)) {
          follow(bundle, link, progress);
        }
      }
      stop.ended();
      return end(configuration);
    } catch (RuntimeException e) {
      return cannotStart(e, configuration, name);
    } finally {
      stop.notStarted();
      stop.ended();
      delete(home);
    }
  }

  /** Not a copy: it stays the file that it is. */
  private Path link(Path link) throws IOException {
    Path target = file.toRealPath();
    try {
      return Files.createSymbolicLink(link, target);
    } catch (IOException | UnsupportedOperationException e) {
      // Windows lets few people make one.
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
    // The sandbox of a process that serves may have the usual one.
    settings.putIfAbsent("sms.sandbox.port", "0");
    return settings;
  }

  /** Until the intake has moved the link away. */
  private void follow(Bundle bundle, Path link, SendProgress progress) throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    while (Files.exists(link, LinkOption.NOFOLLOW_LINKS)) {
      never.await(LOOK_EVERY_MS, TimeUnit.MILLISECONDS);
      batch = bundle.latestBatch().orElse(batch);
      if (batch != null) {
        progress.show(batch.summary());
      }
    }
    batch = bundle.latestBatch().orElseThrow();
    progress.show(batch.summary());
  }

  private int end(Configuration configuration) throws IOException {
    BatchSummary summary = batch.summary();
    Optional<String> unreadable = batch.unreadable();
    List<Path> written = written(configuration, summary.name());
    PrintWriter out = spec.commandLine().getOut();
    if (batch.endedBefore()) {
      out.println(name() + ": was sent to its end before; only its results were put in place");
    } else {
      out.println(line(summary));
    }
    written.forEach(path -> out.println("  " + path));
    if (unreadable.isPresent()) {
      return unreadable(unreadable.get());
    }
    if (summary.unsettled() > 0 || batch.endedBefore()) {
      return ExitCode.UNSETTLED;
    }
    return summary.refused() > 0 ? ExitCode.REFUSED : ExitCode.DONE;
  }

  private String line(BatchSummary summary) {
    return "%s: %d rows, %d accepted, %d refused, %d unsettled"
        .formatted(
            name(), summary.rows(), summary.accepted(), summary.refused(), summary.unsettled());
  }

  private static List<Path> written(Configuration configuration, String name) throws IOException {
    List<Path> written = new ArrayList<>();
    Path folder = configuration.files().folders().results();
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
    return written;
  }

  /** The last words of a process that was told to stop. */
  private void interrupted() {
    PrintWriter err = err();
    err.println();
    Batch begun = batch;
    if (begun != null) {
      err.println("So far " + line(begun.summary()));
    }
    err.println(
        Files.exists(inbox.resolve(name()), LinkOption.NOFOLLOW_LINKS)
            ? "Interrupted. Nothing is lost: the same command again goes on where this one ended, as"
                + " long as the file stays as it is and keeps its name."
            : "Interrupted when the file had just been sent to its end; its results are there.");
    err.flush();
    try {
      delete(inbox.getParent());
    } catch (IOException | UncheckedIOException e) {
      // Only a link in a temporary folder stays behind.
      err.println(e.getMessage());
    }
  }

  private int cannotStart(RuntimeException failure, Configuration configuration, String name) {
    Throwable cause = failure;
    while (cause.getCause() != null
        && !(cause instanceof LedgerInUseException)
        && !(cause instanceof InvalidSettingsException)
        && !(cause instanceof InvalidDefinitionException)) {
      cause = cause.getCause();
    }
    if (cause instanceof LedgerInUseException) {
      Path folder = configuration.files().folders().inbox();
      err().println("sms-routes serves here already, and has the ledger. Have it send the file:");
      err().println("  cp '" + file + "' '" + folder.resolve("." + name) + "'");
      err().println("  mv '" + folder.resolve("." + name) + "' '" + folder.resolve(name) + "'");
      return ExitCode.FAILED;
    }
    err().println("sms-routes cannot send: " + cause.getMessage());
    return cause instanceof InvalidSettingsException || cause instanceof InvalidDefinitionException
        ? ExitCode.MISCONFIGURED
        : ExitCode.FAILED;
  }

  private PrintWriter err() {
    return spec.commandLine().getErr();
  }

  private static void delete(Path folder) throws IOException {
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
