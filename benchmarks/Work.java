import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Folders and ports of a benchmark. */
final class Work {
  private Work() {}

  /** Deletes the folder with all that is in it; it need not be there. */
  static void clear(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.walk(folder)) {
        files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
      }
    }
    Files.createDirectories(folder);
  }

  /** The parts of a property that are separated by commas. */
  static List<String> list(String property, String otherwise) {
    return Stream.of(System.getProperty(property, otherwise).split(","))
        .filter(each -> !each.isBlank())
        .toList();
  }

  /** Writes the entries as one list, to the file of {@code -Djson=FILE} or the usual one. */
  static void json(String benchmark, List<String> entries) throws IOException {
    Path file = Path.of(System.getProperty("json", "target/benchmarks/" + benchmark + ".json"));
    Files.writeString(file, "[\n" + String.join(",\n", entries) + "\n]\n");
    System.out.println("JSON: " + file);
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  /** Waits until something listens; ends the subject and fails if nothing does. */
  static void await(Subject subject, int port) throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (System.nanoTime() < end && subject.isAlive()) {
      try (Socket socket = new Socket("127.0.0.1", port)) {
        return;
      } catch (IOException e) {
        TimeUnit.MILLISECONDS.sleep(50);
      }
    }
    subject.close();
    throw new IOException(subject.name() + " does not listen on port " + port);
  }
}
