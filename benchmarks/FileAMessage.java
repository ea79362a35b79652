import dev.smsroutes.sandbox.Sandbox;
import dev.smsroutes.sandbox.SandboxOptions;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What it costs when a system drops a file for each message: the time from the first drop until the
 * last file is in the done folder, and the same for one file with the same requests.
 *
 * <p>The sandbox runs in this process, the bundle in one of its own, with the settings as they
 * come: a file waits for sms.file.min-age before it is taken, and that is in the time. Run it with
 * benchmarks/file-a-message.
 */
public final class FileAMessage {
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private FileAMessage() {}

  public static void main(String[] args) throws Exception {
    int files = Integer.getInteger("files", 1_000);
    int latency = Integer.getInteger("latency", 0);
    int warmUp = Integer.getInteger("warm-up", 500);
    Path home = Files.createTempDirectory("sms-routes-benchmark");
    for (String folder : List.of("inbox", "elsewhere")) {
      Files.createDirectories(home.resolve(folder));
    }
    try (Sandbox sandbox =
        Sandbox.start(
            SandboxOptions.defaults()
                .withPort(0)
                .withDefinitionsDirectory(Path.of("definitions"))
                .withLatency(Duration.ofMillis(latency))
                .withMaxMessages(4 * (files + warmUp))
                .withMaxDetailBytes(0))) {
      Process gateway = start(sandbox, home);
      try {
        System.out.printf(
            "API latency %d ms, %d processors, Java %s%n%n",
            latency, Runtime.getRuntime().availableProcessors(), Runtime.version());
        if (warmUp > 0) {
          many(gateway, home, "warm-many", warmUp);
          one(gateway, home, "warm-one", warmUp);
        }
        System.out.printf("%-24s %10s %10s%n", "dropped", "seconds", "requests/s");
        double many = told(files + " files", files, many(gateway, home, "many", files));
        double one = told("one file of " + files, files, one(gateway, home, "one", files));
        System.out.printf("%-24s %21.2f x%n", "ratio", many / one);
      } finally {
        gateway.destroy();
        gateway.waitFor(60, TimeUnit.SECONDS);
      }
    } finally {
      try (Stream<Path> all = Files.walk(home)) {
        all.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
      }
    }
  }

  private static double told(String what, int requests, Duration took) {
    double rate = requests * 1_000.0 / took.toMillis();
    System.out.printf("%-24s %10.1f %10.0f%n", what, took.toMillis() / 1_000.0, rate);
    return rate;
  }

  private static Duration many(Process gateway, Path home, String run, int files)
      throws IOException, InterruptedException {
    List<Path> written = new ArrayList<>();
    for (int i = 1; i <= files; i++) {
      Path file = home.resolve("elsewhere").resolve(run + "-" + i + ".json");
      written.add(Files.writeString(file, request(run, i) + "\n"));
    }
    long began = System.nanoTime();
    for (Path file : written) {
      Files.move(file, home.resolve("inbox").resolve(file.getFileName()));
    }
    return await(gateway, home, run + "-", files, began);
  }

  private static Duration one(Process gateway, Path home, String run, int rows)
      throws IOException, InterruptedException {
    StringBuilder all = new StringBuilder();
    for (int i = 1; i <= rows; i++) {
      all.append(request(run, i)).append('\n');
    }
    Path file = Files.writeString(home.resolve("elsewhere").resolve(run + ".ndjson"), all);
    long began = System.nanoTime();
    Files.move(file, home.resolve("inbox").resolve(file.getFileName()));
    return await(gateway, home, run + ".", 1, began);
  }

  private static String request(String run, int i) {
    return ("{\"definitionKey\":\"account-reset\",\"messageKey\":\"%s-%d\",\"recipient\":"
            + "{\"contactKey\":\"c%d\",\"to\":\"+1425555%04d\","
            + "\"attributes\":{\"FirstName\":\"Ada\",\"password\":\"Tulip-%d\"}}}")
        .formatted(run, i, i, i % 10_000, i);
  }

  private static Duration await(Process gateway, Path home, String prefix, int files, long began)
      throws InterruptedException {
    while (System.nanoTime() - began < PATIENCE.toNanos()) {
      String[] done = home.resolve("done").toFile().list((folder, name) -> name.startsWith(prefix));
      if (done != null && done.length == files) {
        return Duration.ofNanos(System.nanoTime() - began);
      }
      if (!gateway.isAlive()) {
        throw new IllegalStateException("The bundle ended; see " + home.resolve("log"));
      }
      Thread.sleep(20);
    }
    throw new IllegalStateException("Expected all files in done after " + PATIENCE);
  }

  private static Process start(Sandbox sandbox, Path home) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    String options = System.getProperty("gateway.options", "-Xmx256m");
    command.addAll(List.of(options.trim().split("\\s+")));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of("dev.smsroutes.SmsRoutes", "serve"));
    List<String> settings =
        new ArrayList<>(
            List.of(
                "sms.api.url=" + sandbox.url(),
                "sms.api.client-id=benchmark",
                "sms.api.client-secret=benchmark",
                "sms.http.port=0",
                "sms.management.enabled=false",
                "sms.jms.enabled=false",
                "sms.ledger.url=jdbc:sqlite:" + home.resolve("ledger.db"),
                "sms.file.inbox=" + home.resolve("inbox"),
                "sms.file.results=" + home.resolve("results"),
                "sms.file.done=" + home.resolve("done"),
                "sms.file.failed=" + home.resolve("failed")));
    String more = System.getProperty("set", "");
    if (!more.isEmpty()) {
      settings.addAll(List.of(more.split(",")));
    }
    settings.forEach(setting -> command.add("--set=" + setting));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(home.resolve("log").toFile())
        .start();
  }
}
