package dev.smsroutes.faults;

import com.fasterxml.jackson.databind.JsonNode;
import de.siegmar.fastcsv.writer.CsvWriter;
import dev.smsroutes.faults.Told.State;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * Drops batch files, waits until each is done, and reads its results. Rows that were not sent are
 * dropped once more, under the keys that their results name, as docs/files.md tells people to do.
 */
final class FileTraffic implements Traffic {
  private static final String WHERE = "file";
  private static final int LOOK_MS = 100;
  private static final int AGAIN_MS = 500;

  /**
   * @param rows in each file
   * @param files how many, one after the other
   * @param flawed which share of the rows can never be sent
   * @param keyless which share of the rows leaves the key to the gateway
   */
  record Options(int rows, int files, double flawed, double keyless) {
    /** Small files, one after the other, until it is stopped. */
    static Options steady(int rows) {
      return new Options(rows, Integer.MAX_VALUE, 0.05, 0.5);
    }
  }

  private final String name;
  private final Notebook notebook;
  private final Path data;
  private final Options options;
  private final SplittableRandom random;
  private final Workers dropper;
  private volatile boolean stopped;
  private volatile String current = "";

  /**
   * Starts dropping files.
   *
   * @param data the folder that holds inbox, results, done and failed
   */
  FileTraffic(String name, Notebook notebook, Path data, Options options, SplittableRandom random) {
    this.name = name;
    this.notebook = notebook;
    this.data = data;
    this.options = options;
    this.random = random;
    this.dropper = new Workers(notebook);
    dropper.start("files", this::drop);
  }

  private void drop() {
    for (int n = 0; n < options.files() && !stopped; n++) {
      List<Request> rows = new ArrayList<>();
      for (int row = 1; row <= options.rows(); row++) {
        String id = name + n + "-" + row;
        Flaw flaw =
            random.nextDouble() < options.flawed() ? Flaw.visible(random.nextInt(3)) : Flaw.NONE;
        Request request = new Request(id, random.nextDouble() < options.keyless() ? "" : id, flaw);
        notebook.requested(request);
        rows.add(request);
      }
      rows = through(name + n + ".csv", rows);
      notebook.count("files");
      for (int round = 2; !rows.isEmpty() && !dropper.isClosed(); round++) {
        dropper.think(AGAIN_MS);
        rows = through(name + n + "-again-" + round + ".csv", rows);
        notebook.count("files dropped again");
      }
    }
  }

  /**
   * One file from the inbox to its results.
   *
   * @return the rows that may be dropped again
   */
  private List<Request> through(String file, List<Request> rows) {
    current = file;
    while (!dropper.isClosed() && !isInInbox(file, rows)) {
      dropper.think(LOOK_MS);
    }
    while (!dropper.isClosed()) {
      try {
        Optional<Path> done = find(data.resolve("done"), file);
        if (done.isPresent()) {
          String name = done.get().getFileName().toString();
          List<String> results = results(name);
          current = "";
          return told(name, results, rows);
        }
        if (find(data.resolve("failed"), file).isPresent()) {
          notebook.complain(file + " is in failed/");
          return List.of();
        }
      } catch (IOException | UncheckedIOException e) {
        // A disk that fails is part of some experiments: look again. If it stays so, this file is
        // what
        // the drain waits for in vain.
        notebook.count("looks at files that failed");
      }
      dropper.think(LOOK_MS);
    }
    return List.of();
  }

  /** Written elsewhere, forced to disk, renamed: then it is the gateway's. */
  private boolean isInInbox(String file, List<Request> rows) {
    Path part = data.resolve("." + file + ".part");
    Path inbox = data.resolve("inbox");
    try {
      try (FileChannel channel =
              FileChannel.open(
                  part,
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE,
                  StandardOpenOption.TRUNCATE_EXISTING);
          Writer writer = Channels.newWriter(channel, StandardCharsets.UTF_8);
          CsvWriter csv = CsvWriter.builder().build(writer)) {
        csv.writeRecord(Request.CSV_HEADER);
        rows.forEach(row -> csv.writeRecord(row.csv()));
        csv.flush();
        channel.force(true);
      }
      Files.move(part, inbox.resolve(file), StandardCopyOption.ATOMIC_MOVE);
      try (FileChannel folder = FileChannel.open(inbox, StandardOpenOption.READ)) {
        folder.force(true);
      }
      return true;
    } catch (IOException e) {
      notebook.count("files that could not be dropped");
      return false;
    }
  }

  /** A file of this name, or of the one that it gets when the name was there already. */
  private static Optional<Path> find(Path folder, String file) throws IOException {
    String stem = file.substring(0, file.length() - ".csv".length());
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(path -> path.getFileName().toString().matches(stem + "(~\\d+)?\\.csv"))
          .findFirst();
    }
  }

  private List<String> results(String done) throws IOException {
    return Files.readAllLines(
        data.resolve("results").resolve(done + ".results.ndjson"), StandardCharsets.UTF_8);
  }

  private List<Request> told(String done, List<String> results, List<Request> rows) {
    List<Request> again = new ArrayList<>();
    BitSet seen = new BitSet();
    // From here on all of them have been taken: what has no line is lost, or unreported.
    rows.forEach(notebook::acknowledged);
    for (String text : results) {
      JsonNode line = Web.json(text);
      int row = line.path("row").asInt();
      if (row < 1 || row > rows.size()) {
        notebook.complain(done + " has a result for row " + row + ", which is not there");
      } else if (seen.get(row)) {
        notebook.complain(done + " has two results for row " + row);
      } else {
        seen.set(row);
        Request request = rows.get(row - 1);
        Told told = told(line);
        notebook.told(request, told);
        if (told.mayAskAgain()) {
          again.add(request.withKey(line.path("messageKey").asText()));
        }
      }
    }
    if (seen.cardinality() != rows.size()) {
      notebook.complain(
          done + " has " + rows.size() + " rows and " + seen.cardinality() + " results");
    }
    return again;
  }

  private static Told told(JsonNode line) {
    String outcome = line.path("outcome").asText();
    int code = line.path("code").asInt(-1);
    return switch (outcome) {
      case "ACCEPTED", "ACCEPTED_EARLIER" -> Told.accepted(WHERE);
      case "REFUSED", "DUPLICATE" -> Told.refused(code, WHERE);
      case "PARKED" -> new Told(State.PARKED, code, WHERE);
      case "WAITING" -> new Told(State.NOT_SENT, code, WHERE);
      default -> new Told(State.UNCERTAIN, code, WHERE);
    };
  }

  @Override
  public void stop() {
    stopped = true;
  }

  @Override
  public boolean isDrained() {
    return dropper.working() == 0;
  }

  @Override
  public String left() {
    return current.isEmpty() ? "no file" : "the file " + current;
  }

  @Override
  public void close() {
    stopped = true;
    dropper.close();
  }
}
