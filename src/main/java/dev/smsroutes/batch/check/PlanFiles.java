package dev.smsroutes.batch.check;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.batch.format.JsonOriginal;
import dev.smsroutes.batch.format.SourceFile;
import dev.smsroutes.batch.result.BatchFolders;
import dev.smsroutes.batch.result.DurableFile;
import dev.smsroutes.disk.PrivateFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;

/**
 * Puts what a check found next to the results, as {@code <name>.check.txt} and {@code
 * <name>.check.json}, and says where the file goes: to a folder {@code check} inside of the done or
 * the failed folder, so that a real run of the same file keeps its names. Used by one thread.
 */
public final class PlanFiles {
  /** The name of the folders of files that are only checked. */
  public static final String FOLDER = BatchFolders.CHECK;

  private final Path results;
  private final Path done;
  private final Path failed;
  private final Clock clock;

  /**
   * @param clock for the time in reason files
   */
  public PlanFiles(BatchFolders folders, Clock clock) {
    this.results = folders.results();
    this.done = folders.done().resolve(FOLDER);
    this.failed = folders.failed().resolve(FOLDER);
    this.clock = clock;
  }

  /**
   * Writes a plan; on disk when this returns, the JSON last.
   *
   * @param file the name of the file that was checked
   * @return the absolute path to which the file is to be moved
   */
  public Path write(String file, BatchPlan plan) throws IOException {
    String name = free(BatchFolders.shortened(file));
    write(results, name + ".check.txt", String.join("\n", PlanReport.text(plan)) + "\n");
    if (plan.unreadable().isPresent()) {
      String[] why = plan.unreadable().get().split(": ", 2);
      ObjectNode reason = JsonOriginal.MAPPER.createObjectNode();
      reason.put("file", file);
      reason.put("reason", why[0]);
      reason.put("message", why[why.length - 1]);
      reason.put("at", clock.instant().toString());
      write(failed, name + ".reason.json", reason.toPrettyString() + "\n");
    }
    write(results, name + ".check.json", PlanReport.prettyJson(plan));
    return PrivateFiles.createFolders(plan.unreadable().isPresent() ? failed : done).resolve(name);
  }

  private static void write(Path folder, String name, String text) throws IOException {
    try (DurableFile file = new DurableFile(folder, name)) {
      file.out().write(text.getBytes(StandardCharsets.UTF_8));
      file.commit();
    }
  }

  /** The name, or with {@code ~2}, {@code ~3} … when a file of that name was checked before. */
  private String free(String file) {
    int i = 1;
    while (!isFree(BatchFolders.numbered(file, i))) {
      i++;
    }
    return BatchFolders.numbered(file, i);
  }

  private boolean isFree(String name) {
    return isFree(results, name + ".check.txt")
        && isFree(results, name + ".check.json")
        && isFree(done, name)
        && isFree(failed, name)
        && isFree(failed, name + ".reason.json");
  }

  private static boolean isFree(Path folder, String name) {
    return !SourceFile.isThere(folder.resolve(name));
  }
}
