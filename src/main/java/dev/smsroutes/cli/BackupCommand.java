package dev.smsroutes.cli;

import dev.smsroutes.app.Stores;
import dev.smsroutes.broker.BrokerFolder;
import dev.smsroutes.cli.Backup.Part;
import dev.smsroutes.cli.Backup.State;
import dev.smsroutes.config.Configuration;
import dev.smsroutes.config.JmsOptions;
import dev.smsroutes.disk.FileFailure;
import dev.smsroutes.disk.PrivateFiles;
import dev.smsroutes.ledger.LedgerOptions;
import dev.smsroutes.ledger.jdbc.JdbcRecords;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Saves ledger, queues and keys. */
@Command(
    name = "backup",
    description = {
      "Saves the ledger, the queues of the embedded broker and the keys file in a new folder.",
      "Works while sms-routes serves, or without it. The folder is for its owner only, because it"
          + " holds numbers and texts, and is there as a whole or not at all. Nothing is overwritten."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  sms-routes backup /backup/sms-routes-2026-11-26",
      "  sms-routes backup --json /backup/sms-routes-2026-11-26",
      "",
      "Exit code: 0 if all is saved; 1 if something is left, which is named; 2 if the command is",
      "wrong. docs/backup.md says what to do after a restore."
    })
public final class BackupCommand extends QuietCommand {
  private static final long MEBIBYTE = 1024 * 1024;

  private final Terminal terminal = Terminal.ofProcess();

  @Parameters(paramLabel = "FOLDER", description = "Where to save; must not exist yet.")
  private Path folder;

  @Option(names = "--json", description = "One JSON object instead of the table.")
  private boolean json;

  @Override
  int run() throws IOException {
    Configuration configuration = settings().read();
    Stores.requireApiIsNotForgotten(configuration);
    Instant at = Instant.now();
    try (Backup backup = Backup.begin(folder.toAbsolutePath().normalize())) {
      // First: what is sent meanwhile is in the ledger then, which answers the restored queue.
      queues(configuration.jms(), backup);
      ledger(Stores.ledgerToRead(configuration), backup);
      keys(configuration.access().keysFile(), backup);
      backup.commit(at);
      print(backup, at);
      return backup.isComplete() ? ExitCode.DONE : ExitCode.FAILED;
    }
  }

  @Override
  Optional<String> audited() {
    return Optional.of(folder.toString());
  }

  private void print(Backup backup, Instant at) throws IOException {
    if (json) {
      out().println(backup.json(at));
    } else {
      Table.print(
          List.of("part", "state", "file", "found"),
          backup.parts().stream()
              .map(
                  part ->
                      List.of(
                          part.what(),
                          part.state().word(),
                          part.file().isEmpty() ? "-" : part.file(),
                          part.found()))
              .toList(),
          out());
    }
    requireOut();
  }

  private void ledger(LedgerOptions options, Backup backup) throws IOException {
    if (options.file().isEmpty()) {
      backup.add(
          new Part(
              "ledger",
              State.ELSEWHERE,
              "",
              "it is in PostgreSQL: save its database now, with pg_dump or as your other"
                  + " databases"));
      return;
    }
    Path source = options.file().get();
    if (terminal.isThere() && Files.isRegularFile(source)) {
      tell("Copying the ledger, " + Files.size(source) / MEBIBYTE + " MiB …");
    }
    // SQLite fills an empty file, and would make one with the permissions of the umask.
    Path file = Files.createFile(backup.file(Backup.LEDGER), PrivateFiles.ofOwner());
    long messages = JdbcRecords.copy(options, file);
    backup.add(new Part("ledger", State.SAVED, Backup.LEDGER, messages + " messages"));
  }

  private static void keys(Path file, Backup backup) throws IOException {
    if (!Files.isRegularFile(file)) {
      backup.add(new Part("keys", State.MISSING, "", "there is no keys file"));
      return;
    }
    int callers = KeysEdit.read(file).size();
    Files.write(
        Files.createFile(backup.file(Backup.KEYS), PrivateFiles.ofOwner()),
        Files.readAllBytes(file));
    backup.add(new Part("keys", State.SAVED, Backup.KEYS, callers + " callers"));
  }

  private void queues(JmsOptions jms, Backup backup) throws IOException {
    Path directory = jms.broker().directory();
    if (jms.brokerUrl().isPresent()) {
      backup.add(
          new Part(
              "queues",
              State.ELSEWHERE,
              "",
              "they are on the broker of sms.jms.broker-url: save it by its own means"));
    } else if (!jms.enabled() || !Files.isDirectory(directory)) {
      backup.add(new Part("queues", State.MISSING, "", "there is no embedded broker"));
    } else {
      OptionalLong bytes;
      try {
        bytes = BrokerFolder.copy(directory, backup.file(Backup.BROKER));
      } catch (IllegalStateException e) {
        backup.add(new Part("queues", State.LEFT, "", e.getMessage()));
        return;
      }
      if (bytes.isPresent()) {
        backup.add(
            new Part(
                "queues",
                State.SAVED,
                Backup.BROKER,
                "all of the broker, which does not run, " + bytes.getAsLong() / MEBIBYTE + " MiB"));
      } else {
        runningBroker(jms, backup);
      }
    }
  }

  /** The process that serves reads them, because only its broker knows those in delivery. */
  private void runningBroker(JmsOptions jms, Backup backup) throws IOException {
    Progress progress = new Progress(err(), terminal.isThere(), "messages of the queues");
    Path directory = jms.broker().directory();
    Path file = Files.createFile(backup.file(Backup.QUEUES), PrivateFiles.ofOwner());
    try (OutputStream lines = new BufferedOutputStream(Files.newOutputStream(file))) {
      BrokerFolder.copyRunning(directory, lines, progress::step);
    } catch (IOException e) {
      Files.delete(file);
      backup.add(
          new Part(
              "queues",
              State.LEFT,
              "",
              "sms-routes serves, and did not give them ("
                  + FileFailure.words(e)
                  + "): its log says why; or stop it and repeat the command"));
      return;
    } finally {
      progress.end();
    }
    Path mark = directory.resolve(Backup.MARK);
    if (Files.isRegularFile(mark)) {
      Files.copy(mark, backup.file(Backup.MARK));
    }
    backup.add(new Part("queues", State.SAVED, Backup.QUEUES, progress.count() + " messages"));
  }
}
