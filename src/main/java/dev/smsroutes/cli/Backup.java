package dev.smsroutes.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.disk.PrivateFiles;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The folder of a backup: for its owner alone, and there as a whole or not at all. It is filled
 * under a temporary name, forced to disk, and then renamed. Used by one thread.
 */
final class Backup implements Closeable {
  static final String LEDGER = "ledger.db";
  static final String KEYS = "keys.json";
  static final String BROKER = "broker";
  static final String QUEUES = "queues.ndjson";
  static final String MARK = ".sms-api";
  static final String SUMMARY = "backup.json";

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Path target;
  private final Path making;
  private final List<Part> parts = new ArrayList<>();

  /**
   * What became of one part.
   *
   * @param what its name
   * @param state saved, missing (there is nothing to save), elsewhere (other tools save it) or left
   * @param file in the folder; empty if nothing was written
   * @param found how much it is, or why it was not saved
   */
  record Part(String what, State state, String file, String found) {}

  /** {@code LEFT} is a failure. */
  enum State {
    SAVED,
    MISSING,
    ELSEWHERE,
    LEFT;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private Backup(Path target, Path making) {
    this.target = target;
    this.making = making;
  }

  /**
   * @param target must not exist
   */
  static Backup begin(Path target) throws IOException {
    requireNew(target);
    Path parent = PrivateFiles.createFolders(target.getParent());
    // Java gives such a folder to its owner alone.
    return new Backup(target, Files.createTempDirectory(parent, "." + target.getFileName() + "-"));
  }

  private static void requireNew(Path target) {
    if (target.getParent() == null || DurableTree.isThere(target)) {
      throw new WrongUseException(
          "FOLDER: expected the name of a folder that does not exist yet; "
              + DisplayText.text(target.toString())
              + " is there");
    }
  }

  /** Where a part is to be written. */
  Path file(String name) {
    return making.resolve(name);
  }

  void add(Part part) {
    parts.add(part);
  }

  List<Part> parts() {
    return parts;
  }

  boolean isComplete() {
    return parts.stream().noneMatch(part -> part.state() == State.LEFT);
  }

  ObjectNode json(Instant at) {
    ObjectNode json = JSON.createObjectNode();
    json.put("at", at.toString()).put("complete", isComplete());
    ArrayNode all = json.putArray("parts");
    for (Part part : parts) {
      all.addObject()
          .put("part", part.what())
          .put("state", part.state().word())
          .put("file", part.file())
          .put("found", part.found());
    }
    return json;
  }

  /** All of it is on disk under its name when this returns. */
  void commit(Instant at) throws IOException {
    Files.write(file(SUMMARY), JSON.writeValueAsBytes(json(at)));
    DurableTree.force(making);
    requireNew(target);
    Files.move(making, target, StandardCopyOption.ATOMIC_MOVE);
    DurableTree.forceFolder(target.getParent());
  }

  /** Removes what has not got its name. */
  @Override
  public void close() throws IOException {
    DurableTree.delete(making);
  }
}
