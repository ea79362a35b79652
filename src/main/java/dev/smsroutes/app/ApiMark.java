package dev.smsroutes.app;

import dev.smsroutes.batch.result.DurableFile;
import dev.smsroutes.disk.FileFailure;
import dev.smsroutes.disk.PrivateFiles;
import dev.smsroutes.ledger.MadeFor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * A small file that says for which API the work in a folder is: its host, and its account if one is
 * set, on a line each.
 *
 * @param key the setting that names its folder, for messages
 * @param mark the file
 */
record ApiMark(String key, Path mark) {

  /** Empty if nobody has said so yet. */
  Optional<MadeFor> read() {
    if (!Files.isRegularFile(mark, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    try {
      String[] lines = Files.readString(mark).split("\n");
      return Optional.of(
          new MadeFor(lines[0], lines.length > 1 ? Optional.of(lines[1]) : Optional.empty()));
    } catch (IOException e) {
      throw new UncheckedIOException(
          key + ": expected a folder that can be read; got " + FileFailure.words(e), e);
    }
  }

  /** Replaces it in one step. */
  void write(MadeFor api) {
    try {
      Path folder = PrivateFiles.createFolders(mark.toAbsolutePath().getParent());
      // Under a name of its own, so that it is never written through a link.
      Path made = Files.createTempFile(folder, ".sms-api", DurableFile.UNFINISHED);
      Files.writeString(made, api.host() + "\n" + api.account().map(id -> id + "\n").orElse(""));
      Files.move(made, mark, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(
          key + ": expected a folder that can be made and written; got " + FileFailure.words(e), e);
    }
  }
}
