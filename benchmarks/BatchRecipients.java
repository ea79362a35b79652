import dev.smsroutes.sandbox.Sandbox;
import dev.smsroutes.sandbox.SandboxOptions;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What many recipients a call are worth to a batch sender: rows per second of a CSV file with one
 * recipient in each call, and with up to so many, while each answer of the API takes a while.
 *
 * <p>The sandbox runs in this process; each side is a bundle in a process of its own, with its own
 * ledger, that first sends a file to warm up. Run it with benchmarks/batch-recipients.
 */
public final class BatchRecipients {
  private static final Pattern FINISHED =
      Pattern.compile("file finished .* rows=(\\d+) .*accepted=(\\d+) .*ms=(\\d+)");

  private BatchRecipients() {}

  public static void main(String[] args) throws Exception {
    int rows = Integer.getInteger("rows", 4_000);
    int rowsOfMany = Integer.getInteger("rows.many", 200_000);
    int recipients = Integer.getInteger("recipients", 500);
    int latency = Integer.getInteger("latency", 20);
    int concurrency = Integer.getInteger("concurrency", 16);
    int warmUp = Integer.getInteger("warm-up", 20_000);
    Path home = Files.createTempDirectory("sms-routes-benchmark");
    try (Sandbox sandbox =
        Sandbox.start(
            SandboxOptions.defaults()
                .withPort(0)
                .withDefinitionsDirectory(Path.of("definitions"))
                .withLatency(Duration.ofMillis(latency))
                .withMaxMessages(2 * (rows + rowsOfMany + 2 * warmUp))
                .withMaxDetailBytes(0))) {
      System.out.printf(
          "API latency %d ms, %d calls at once, %d processors, Java %s%n%n",
          latency, concurrency, Runtime.getRuntime().availableProcessors(), Runtime.version());
      System.out.printf(
          "%-12s %10s %10s %10s %12s %12s%n",
          "a call", "rows", "seconds", "rows/s", "CPU us/row", "resident MB");
      double one = run(sandbox, home.resolve("one"), 1, concurrency, Math.min(warmUp, rows), rows);
      double many = run(sandbox, home.resolve("many"), recipients, concurrency, warmUp, rowsOfMany);
      System.out.printf("%-12s %32.1f x%n", "ratio", many / one);
    } finally {
      try (Stream<Path> files = Files.walk(home)) {
        files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
      }
    }
  }

  /** The rows per second of the second file. */
  private static double run(
      Sandbox sandbox, Path home, int recipients, int concurrency, int warmUp, int rows)
      throws Exception {
    Files.createDirectories(home.resolve("inbox"));
    BlockingQueue<String> said = new LinkedBlockingQueue<>();
    Process gateway = start(sandbox, home, recipients, concurrency, said);
    try {
      if (warmUp > 0) {
        drop(home, "warm-up", warmUp);
        await(gateway, said);
      }
      Duration before = cpu(gateway);
      drop(home, "measured", rows);
      Matcher end = await(gateway, said);
      if (Integer.parseInt(end.group(1)) != rows || !end.group(1).equals(end.group(2))) {
        throw new IllegalStateException("Expected " + rows + " accepted rows: " + end.group());
      }
      double seconds = Long.parseLong(end.group(3)) / 1000.0;
      System.out.printf(
          "%-12d %10d %10.1f %10.0f %12.0f %12d%n",
          recipients,
          rows,
          seconds,
          rows / seconds,
          cpu(gateway).minus(before).toNanos() / 1000.0 / rows,
          peak(gateway));
      return rows / seconds;
    } finally {
      gateway.destroy();
      gateway.waitFor(60, TimeUnit.SECONDS);
    }
  }

  private static void drop(Path home, String name, int rows) throws IOException {
    Path elsewhere = home.resolve(name + ".tmp");
    try (BufferedWriter out = Files.newBufferedWriter(elsewhere)) {
      out.write("definitionKey,messageKey,contactKey,to,FirstName,password\n");
      String run = home.getFileName() + "-" + name;
      for (int i = 1; i <= rows; i++) {
        out.write("account-reset," + run + "-" + i + ",c" + i + ",+1425555");
        out.write("%04d".formatted(i % 10_000) + ",Ada,Tulip-" + i + "\n");
      }
    }
    Files.move(elsewhere, home.resolve("inbox").resolve(name + ".csv"));
  }

  private static Matcher await(Process gateway, BlockingQueue<String> said)
      throws InterruptedException {
    List<String> all = new ArrayList<>();
    while (true) {
      String line = said.poll(1, TimeUnit.SECONDS);
      if (line == null && !gateway.isAlive()) {
        throw new IllegalStateException("The bundle ended:\n" + String.join("\n", all));
      }
      if (line != null) {
        all.add(line);
        Matcher matcher = FINISHED.matcher(line);
        if (matcher.find()) {
          return matcher;
        }
      }
    }
  }

  private static Process start(
      Sandbox sandbox, Path home, int recipients, int concurrency, BlockingQueue<String> said)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    String options = System.getProperty("gateway.options", "-Xmx256m");
    command.addAll(List.of(options.trim().split("\\s+")));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of("dev.smsroutes.SmsRoutes", "serve"));
    for (String setting :
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
            "sms.file.failed=" + home.resolve("failed"),
            "sms.file.min-age=0ms",
            "sms.file.poll-delay=100ms",
            "sms.file.concurrency=" + concurrency,
            "sms.batch.recipients-per-call=" + recipients)) {
      command.add("--set=" + setting);
    }
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    Thread reader =
        new Thread(
            () -> {
              try (BufferedReader lines =
                  new BufferedReader(
                      new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                // The line of each row is not kept, but it is read: it costs what it costs.
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                  if (!line.contains("messageKey=")) {
                    said.add(line);
                  }
                }
              } catch (IOException e) {
                // It ended.
              }
            });
    reader.setDaemon(true);
    reader.start();
    return process;
  }

  /** What it has used of the processors: less a matter of what else the machine does. */
  private static Duration cpu(Process process) {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /** The most memory that it ever had, in MB; 0 where that cannot be asked. */
  private static long peak(Process process) {
    Path status = Path.of("/proc", Long.toString(process.pid()), "status");
    try (Stream<String> lines = Files.lines(status)) {
      Optional<String> line = lines.filter(each -> each.startsWith("VmHWM:")).findFirst();
      return line.map(each -> Long.parseLong(each.replaceAll("\\D", "")) / 1024).orElse(0L);
    } catch (IOException e) {
      return 0;
    }
  }
}
