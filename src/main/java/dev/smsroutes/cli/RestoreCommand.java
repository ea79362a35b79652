package dev.smsroutes.cli;

import dev.smsroutes.app.Stores;
import dev.smsroutes.batch.result.DurableFile;
import dev.smsroutes.broker.BrokerFolder;
import dev.smsroutes.broker.BrokerOptions;
import dev.smsroutes.config.Configuration;
import dev.smsroutes.config.JmsOptions;
import dev.smsroutes.disk.PrivateFiles;
import jakarta.jms.JMSException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Puts a backup where the settings say. */
@Command(
    name = "restore",
    description = {
      "Puts a backup where the settings say: ledger, queues of the embedded broker, keys file.",
      "Only where there is nothing yet, and while sms-routes does not serve. Read docs/backup.md"
          + " before you start sms-routes: what was sent since the backup is not in it."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  sms-routes restore /backup/sms-routes-2026-11-26",
      "  sms-routes restore --set sms.ledger.url=jdbc:sqlite:new/ledger.db \\",
      "    --set sms.jms.directory=new/broker /backup/sms-routes-2026-11-26",
      "",
      "Exit code: 0 if all is in place; 1 if something failed, which is named; 2 if the command is",
      "wrong, or something is in the way; nothing was changed then."
    })
public final class RestoreCommand extends QuietCommand {
  private final Terminal terminal = Terminal.ofProcess();

  @Parameters(paramLabel = "FOLDER", description = "The backup.")
  private Path folder;

  @Override
  int run() throws IOException {
    if (!Files.isRegularFile(folder.resolve(Backup.SUMMARY))) {
      throw new WrongUseException(
          "FOLDER: expected a folder that 'sms-routes backup' made; "
              + DisplayText.text(folder.toString())
              + " has no "
              + Backup.SUMMARY);
    }
    Configuration configuration = settings().read();
    Optional<Path> ledger =
        Stores.ledger(configuration)
            .file()
            .map(Path::toAbsolutePath)
            .filter(file -> has(Backup.LEDGER));
    Path keys = configuration.access().keysFile().toAbsolutePath();
    JmsOptions jms = configuration.jms();
    boolean queues =
        jms.enabled() && jms.brokerUrl().isEmpty() && (has(Backup.BROKER) || has(Backup.QUEUES));
    requireRoom(ledger, jms, queues);
    if (ledger.isPresent()) {
      copy(Backup.LEDGER, ledger.get());
      out().println("ledger: " + ledger.get());
    } else if (has(Backup.LEDGER)) {
      tell("ledger: not restored, because sms.ledger.url is no SQLite file");
    }
    keys(keys);
    return queues ? queues(jms.broker()) : done();
  }

  @Override
  Optional<String> audited() {
    return Optional.of(folder.toString());
  }

  private boolean has(String name) {
    return Files.exists(folder.resolve(name), LinkOption.NOFOLLOW_LINKS);
  }

  /** All that is in the way, before anything is written. */
  private void requireRoom(Optional<Path> ledger, JmsOptions jms, boolean queues)
      throws IOException {
    List<String> inTheWay = new ArrayList<>();
    if (ledger.isPresent()) {
      // SQLite would take the log of another ledger for that of this one.
      for (String suffix : List.of("", "-wal", "-shm", "-journal")) {
        Path file = ledger.get().resolveSibling(ledger.get().getFileName() + suffix);
        if (DurableTree.isThere(file)) {
          inTheWay.add("sms.ledger.url: expected no file yet; there is " + file);
        }
      }
    }
    Path directory = jms.broker().directory().toAbsolutePath();
    if (queues && DurableTree.isThere(directory) && !isEmpty(directory)) {
      inTheWay.add("sms.jms.directory: expected no folder yet, or an empty one; got " + directory);
    }
    if (!inTheWay.isEmpty()) {
      throw new WrongUseException(
          String.join(System.lineSeparator(), inTheWay)
              + System.lineSeparator()
              + "Nothing was restored: stop sms-routes, and move them away first");
    }
  }

  private static boolean isEmpty(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.findAny().isEmpty();
    }
  }

  private void keys(Path file) throws IOException {
    if (!has(Backup.KEYS)) {
      return;
    }
    if (!DurableTree.isThere(file)) {
      copy(Backup.KEYS, file);
      out().println("keys: " + file);
    } else if (Files.mismatch(file, folder.resolve(Backup.KEYS)) >= 0) {
      tell("keys: not restored, because there is another file, which stays: " + file);
    }
  }

  private void copy(String name, Path target) throws IOException {
    try (DurableFile file =
        DurableFile.ofOwner(target.getParent(), target.getFileName().toString())) {
      Files.copy(folder.resolve(name), file.out());
      file.commit();
    }
  }

  private int queues(BrokerOptions broker) throws IOException {
    Path directory = broker.directory().toAbsolutePath();
    PrivateFiles.createFolders(directory);
    if (has(Backup.BROKER)) {
      BrokerFolder.putBack(folder.resolve(Backup.BROKER), directory);
      DurableTree.force(directory);
      out().println("queues: " + directory);
      return done();
    }
    Progress progress = new Progress(err(), terminal.isThere(), "messages of the queues");
    try {
      BrokerFolder.fill(broker, folder.resolve(Backup.QUEUES), progress::step);
    } catch (JMSException | IllegalStateException e) {
      tell(
          "queues: not all messages could be put back; remove "
              + directory
              + " and the restored ledger, and repeat the command ("
              + e.getClass().getSimpleName()
              + ")");
      return ExitCode.FAILED;
    } finally {
      progress.end();
    }
    if (has(Backup.MARK)) {
      copy(Backup.MARK, directory.resolve(Backup.MARK));
    }
    out().println("queues: " + progress.count() + " messages in " + directory);
    return done();
  }

  private int done() throws IOException {
    requireOut();
    return ExitCode.DONE;
  }
}
