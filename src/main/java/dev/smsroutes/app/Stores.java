package dev.smsroutes.app;

import dev.smsroutes.batch.result.BatchFolders;
import dev.smsroutes.batch.result.FileControl;
import dev.smsroutes.config.Configuration;
import dev.smsroutes.config.InvalidSettingsException;
import dev.smsroutes.config.SandboxChoice.When;
import dev.smsroutes.disk.FileFailure;
import dev.smsroutes.ledger.LedgerOptions;
import dev.smsroutes.ledger.MadeFor;
import dev.smsroutes.ledger.NoLedgerException;
import dev.smsroutes.ledger.OtherApiException;
import dev.smsroutes.ledger.jdbc.JdbcLedger;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whose work a ledger and a folder hold: that of one API, or that of the sandbox. Work of the one
 * never goes on as work of the other.
 */
public final class Stores {
  private static final Logger LOG = LoggerFactory.getLogger(Stores.class);

  private Stores() {}

  /** The ledger of this start. */
  public static LedgerOptions ledger(Configuration configuration) {
    return configuration.madeFor().isSandbox()
        ? configuration.sandboxLedger()
        : configuration.ledger();
  }

  /**
   * The ledger that a command is to read. Without {@code sms.api.url}, which often only the service
   * knows, it is the one that a start here would use or did use.
   */
  public static LedgerOptions ledgerToRead(Configuration configuration) {
    return ledgerToRead(isOfRealApi(configuration), ledger(configuration), configuration.ledger());
  }

  static LedgerOptions ledgerToRead(boolean ofRealApi, LedgerOptions used, LedgerOptions ofApi) {
    boolean isThere = used.file().filter(file -> !Files.isRegularFile(file)).isEmpty();
    return isThere && !ofRealApi ? used : ofApi;
  }

  /** Whether {@code sms.api.url} is empty, although the ledger was made for an API. */
  public static boolean isOfRealApi(Configuration configuration) {
    return configuration.madeFor().isSandbox()
        && isOfRealApi(configuration.sandbox().when(), configuration.ledger());
  }

  static boolean isOfRealApi(When when, LedgerOptions ofApi) {
    return when != When.TRUE && JdbcLedger.madeFor(ofApi).filter(MadeFor::isReal).isPresent();
  }

  /**
   * Opens the ledger for the API of this start.
   *
   * @throws InvalidSettingsException if it was made for another one, or by a version that is too
   *     new
   */
  static JdbcLedger open(Configuration configuration, Clock clock) {
    try {
      return JdbcLedger.open(ledger(configuration), clock, configuration.madeFor());
    } catch (NoLedgerException | OtherApiException e) {
      throw new InvalidSettingsException(List.of(e.getMessage()));
    }
  }

  /**
   * A lost {@code sms.api.url} must not turn a gateway into a sandbox.
   *
   * @throws InvalidSettingsException if messages were sent from here to an API
   */
  public static void requireApiIsNotForgotten(Configuration configuration) {
    if (isOfRealApi(configuration)) {
      throw new InvalidSettingsException(
          List.of(
              "sms.api.url: expected the URL of the SMS API, because the ledger of sms.ledger.url was"
                  + " made for "
                  + JdbcLedger.madeFor(configuration.ledger()).orElseThrow()
                  + "; it is empty, and the sandbox sends no SMS (sms.sandbox.enabled=true allows"
                  + " it, with a ledger of its own)"));
    }
  }

  /**
   * Claims the folder of the embedded broker, whose queue may hold requests.
   *
   * @throws InvalidSettingsException if they were acknowledged for another API
   */
  static void claimQueue(Path directory, MadeFor api) {
    ApiMark mark = new ApiMark("sms.jms.directory", directory.resolve(".sms-api"));
    Optional<MadeFor> before = mark.read();
    if (before.filter(made -> !made.fits(api)).isPresent()) {
      throw new InvalidSettingsException(
          List.of(
              "sms.jms.directory: the queue in "
                  + directory
                  + " was made for "
                  + before.get()
                  + ", and its requests must not be sent to "
                  + api
                  + "; set another folder"));
    }
    mark.write(api);
  }

  /**
   * Pauses the files that wait in the inbox since another API, or the sandbox, was used: they were
   * not dropped for this one.
   */
  static void holdFilesOfOthers(Configuration configuration) {
    BatchFolders folders = configuration.files().folders();
    MadeFor api = configuration.madeFor();
    ApiMark mark = markOfInbox(configuration.ledger(), folders);
    Optional<MadeFor> before = mark.read().filter(made -> !made.fits(api));
    try {
      int held =
          before.isPresent() && Files.isDirectory(folders.inbox()) ? hold(folders.inbox()) : 0;
      if (held > 0) {
        LOG.warn(
            "files=paused count={} they were dropped for {}, not for {}: `sms-routes resume NAME`"
                + " sends one, `sms-routes cancel NAME` ends it (sms-routes status lists them)",
            held,
            before.get(),
            api);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "sms.file.inbox: expected a folder whose files can be paused; got "
              + FileFailure.words(e),
          e);
    }
    mark.write(api);
  }

  /** Next to the ledger; where that is a database, in the results folder. One for each inbox. */
  private static ApiMark markOfInbox(LedgerOptions ledger, BatchFolders folders) {
    String name =
        ".inbox-" + Integer.toHexString(folders.inbox().toString().hashCode()) + ".sms-api";
    return ledger
        .file()
        .map(file -> new ApiMark("sms.ledger.url", file.toAbsolutePath().resolveSibling(name)))
        .orElseGet(() -> new ApiMark("sms.file.results", folders.results().resolve(name)));
  }

  private static int hold(Path inbox) throws IOException {
    int held = 0;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(inbox)) {
      for (Path file : files) {
        boolean hidden = file.getFileName().toString().startsWith(".");
        if (!hidden && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
          FileControl.PAUSE.give(file);
          held++;
        }
      }
    }
    return held;
  }
}
