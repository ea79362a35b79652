package dev.smsroutes.app;

import dev.smsroutes.batch.result.BatchFolders;
import dev.smsroutes.config.Configuration;
import dev.smsroutes.disk.PrivateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Names the folders and files of this bundle that other users of the machine can read, and the
 * command that ends it. What an operator made stays as it is: a folder may be shared on purpose.
 */
public final class OthersMayRead {
  private static final String NOT_OTHERS = "chmod -R o-rwx";
  private static final String OWNER_ONLY = "chmod -R go-rwx";

  private OthersMayRead() {}

  /**
   * One line for the log; empty if there is nothing to say.
   *
   * <p>The four folders of batches may be shared with a group, ledger and broker with nobody.
   */
  public static Optional<String> warning(Configuration configuration) {
    List<Path> sharable = new ArrayList<>();
    if (configuration.files().enabled()) {
      BatchFolders folders = configuration.files().folders();
      sharable.addAll(
          List.of(folders.inbox(), folders.results(), folders.done(), folders.failed()));
    }
    List<Path> own = new ArrayList<>();
    configuration.ledger().file().ifPresent(own::add);
    if (configuration.jms().enabled() && configuration.jms().brokerUrl().isEmpty()) {
      own.add(configuration.jms().broker().directory());
    }
    List<Path> shared = sharable.stream().filter(OthersMayRead::byOthers).toList();
    List<Path> owned = own.stream().filter(path -> byOthers(path) || byGroup(path)).toList();
    if (shared.isEmpty() && owned.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        "data=readable-by-others numbers and texts are in "
            + shown(Stream.concat(shared.stream(), owned.stream()).toList(), ", ")
            + "; to end it: "
            + Stream.of(command(NOT_OTHERS, shared), command(OWNER_ONLY, owned))
                .filter(command -> !command.isEmpty())
                .collect(Collectors.joining(" && ")));
  }

  private static String command(String command, List<Path> paths) {
    return paths.isEmpty() ? "" : command + " " + shown(paths, " ");
  }

  private static String shown(List<Path> paths, String between) {
    return paths.stream().map(Path::toString).collect(Collectors.joining(between));
  }

  private static boolean byOthers(Path path) {
    try {
      return Files.exists(path) && PrivateFiles.othersMayRead(path);
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean byGroup(Path path) {
    try {
      return Files.exists(path) && PrivateFiles.groupMayRead(path);
    } catch (IOException e) {
      return false;
    }
  }
}
