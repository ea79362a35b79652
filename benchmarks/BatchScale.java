import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Whether a long file costs as much a row, and as much memory, as a short one.
 *
 * <p>For each size it starts a sandbox and the bundle as processes of their own in an empty folder,
 * lets the bundle send a file to warm up and then the one that is measured, and looks at the peak
 * of its resident size, as the system tells it, and at what is left in its heap after a full
 * collection. Before that it lets `check` look at the same file. Results, and what the sandbox
 * accepted, must agree with the file. Run it with benchmarks/batch-scale.
 */
public final class BatchScale {
  private static final Pattern SANDBOX = Pattern.compile("played at (http://\\S+)");
  private static final Pattern GATEWAY = Pattern.compile("HTTP +(http://[^/]+)/");
  private static final Pattern TOTAL = Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int TENTHS = 10;

  private final List<Process> processes = new ArrayList<>();
  private final String format = System.getProperty("format", "csv");
  private final int latency = Integer.getInteger("latency", 0);
  private final int warmUp = Integer.getInteger("warm-up", 50_000);
  private final Path folder =
      Path.of(System.getProperty("folder", "target/batch-scale")).toAbsolutePath();

  private long halfKb;

  private BatchScale() {}

  /**
   * @param cpuSeconds of all its threads
   * @param peakKb of the resident size, until the file was done
   * @param halfKb the same when half of the file was done, for a check half of the time
   * @param liveKb in the heap after a full collection at the end; -1 if nobody can tell
   * @param pace rows a second in each tenth of the file; empty if that was too quick to see
   */
  private record Measured(
      String command,
      int rows,
      double seconds,
      double cpuSeconds,
      long peakKb,
      long halfKb,
      long liveKb,
      List<Double> pace) {
    double microsPerRow() {
      return 1e6 * seconds / rows;
    }

    double cpuMicrosPerRow() {
      return 1e6 * cpuSeconds / rows;
    }
  }

  public static void main(String[] args) throws Exception {
    new BatchScale().run();
  }

  private void run() throws Exception {
    int[] sizes =
        Arrays.stream(System.getProperty("rows", "10000,1000000").split(","))
            .mapToInt(Integer::parseInt)
            .toArray();
    List<String> commands = List.of(System.getProperty("commands", "send,check").split(","));
    List<Measured> all = new ArrayList<>();
    try {
      for (int rows : sizes) {
        all.addAll(measure(rows, commands));
      }
    } finally {
      stopAll();
    }
    System.out.printf(
        "%s, %s, API latency %d ms, warm-up %,d rows, %d processors, Java %s%n%n",
        format,
        commands.stream().map(one -> one + " " + jvm(one)).collect(Collectors.joining(", ")),
        latency,
        warmUp,
        Runtime.getRuntime().availableProcessors(),
        Runtime.version());
    System.out.println(
        "| | rows | seconds | rows/s | µs a row | CPU µs a row | peak MB, half-way | peak MB"
            + " | live heap MB |");
    System.out.println("|---|---:|---:|---:|---:|---:|---:|---:|---:|");
    for (String command : commands) {
      List<Measured> some = all.stream().filter(one -> one.command.equals(command)).toList();
      some.forEach(BatchScale::row);
      if (some.size() > 1) {
        ratio(some.get(0), some.get(some.size() - 1));
      }
    }
    all.stream()
        .filter(one -> !one.pace.isEmpty())
        .forEach(
            one ->
                System.out.printf(
                    "%n%s %,d rows, rows/s in each tenth: %s%n",
                    one.command,
                    one.rows,
                    one.pace.stream()
                        .map(pace -> String.format("%,.0f", pace))
                        .collect(Collectors.joining(" "))));
  }

  private static void row(Measured one) {
    System.out.printf(
        "| `%s` | %,d | %.1f | %,.0f | %.0f | %.0f | %.0f | %.0f | %s |%n",
        one.command,
        one.rows,
        one.seconds,
        one.rows / one.seconds,
        one.microsPerRow(),
        one.cpuMicrosPerRow(),
        one.halfKb / 1024.0,
        one.peakKb / 1024.0,
        one.liveKb < 0 ? "" : String.format("%.1f", one.liveKb / 1024.0));
  }

  private static void ratio(Measured few, Measured many) {
    System.out.printf(
        "| ratio | %.0f | | %.2f | %.2f | %.2f | | %.2f | %s |%n",
        many.rows / (double) few.rows,
        many.rows / many.seconds / (few.rows / few.seconds),
        many.microsPerRow() / few.microsPerRow(),
        many.cpuMicrosPerRow() / few.cpuMicrosPerRow(),
        many.peakKb / (double) few.peakKb,
        few.liveKb < 0 ? "" : String.format("%.2f", many.liveKb / (double) few.liveKb));
  }

  private List<Measured> measure(int rows, List<String> commands) throws Exception {
    List<Measured> measured = new ArrayList<>();
    Path home = folder.resolve(Integer.toString(rows));
    delete(home);
    copy("routes", home);
    copy("definitions", home);
    Path file = home.resolve("measured." + format);
    write(file, "m", rows);
    if (commands.contains("check")) {
      // Before anything is in a ledger, and without one.
      measured.add(check(home, file, rows));
    }
    if (commands.contains("send")) {
      measured.add(send(home, file, rows));
    }
    delete(home);
    return measured;
  }

  private Measured send(Path home, Path file, int rows) throws Exception {
    Process api =
        start(
            home,
            "sandbox",
            List.of("-Xmx1g"),
            "sandbox",
            "--port",
            "0",
            "--definitions",
            home.resolve("definitions").toString());
    String url = ready(api, home.resolve("sandbox.log"), SANDBOX);
    settings(url, "{\"latencyMs\":" + latency + "}");
    List<String> arguments = new ArrayList<>(List.of("serve"));
    Map<String, String> keys = new LinkedHashMap<>();
    keys.put("sms.api.url", url);
    keys.put("sms.api.client-id", "benchmark");
    keys.put("sms.api.client-secret", "benchmark");
    keys.put("sms.http.port", "0");
    keys.put("sms.management.enabled", "false");
    keys.put("sms.jms.enabled", "false");
    keys.put("sms.file.poll-delay", "200ms");
    keys.put("sms.file.min-age", "100ms");
    String more = System.getProperty("set", "");
    Arrays.stream(more.split(","))
        .filter(one -> !one.isBlank())
        .forEach(one -> keys.put(one.split("=", 2)[0], one.split("=", 2)[1]));
    keys.forEach((key, value) -> arguments.add("--set=" + key + "=" + value));
    Process gateway = start(home, "serve", jvm("send"), arguments.toArray(String[]::new));
    ready(gateway, home.resolve("serve.log"), GATEWAY);
    Path data = home.resolve("data");
    if (warmUp > 0) {
      Path first = home.resolve("warm-up." + format);
      write(first, "w", warmUp);
      drop(gateway, data, first, warmUp);
    }
    double before = cpuSeconds(gateway);
    halfKb = 0;
    List<Double> pace = drop(gateway, data, file, rows);
    double cpu = cpuSeconds(gateway) - before;
    JsonNode summary = summary(data, file);
    long peak = status(gateway, "VmHWM");
    long live = liveKb(gateway);
    agree("accepted in the results", rows, summary.path("accepted").asInt());
    agree("lines in the results", rows, lines(data, file));
    JsonNode page = get(url + "/sandbox/messages?limit=1");
    // The sandbox remembers a million keys, and counts those that it forgot.
    agree(
        "keys at the API",
        rows + warmUp,
        page.path("count").asInt() + page.path("forgotten").asInt());
    if (page.path("calls").asInt() > rows + warmUp) {
      throw new IllegalStateException("More calls than rows came to the API: some were repeated");
    }
    stop(gateway);
    stop(api);
    return new Measured(
        "send",
        rows,
        summary.path("milliseconds").asLong() / 1000.0,
        cpu,
        peak,
        halfKb,
        live,
        pace);
  }

  /**
   * Lets the bundle send a file, to its end.
   *
   * @return rows a second in each tenth, as its own progress tells
   */
  private List<Double> drop(Process gateway, Path data, Path file, int rows) throws IOException {
    Files.createDirectories(data.resolve("inbox"));
    Path part = data.resolve(".part");
    Files.copy(file, part, StandardCopyOption.REPLACE_EXISTING);
    String name = file.getFileName().toString();
    Files.move(part, data.resolve("inbox").resolve(name), StandardCopyOption.ATOMIC_MOVE);
    Path progress = data.resolve("results").resolve(name + ".progress.json");
    List<Double> pace = new ArrayList<>();
    long seen = 0;
    long since = 0;
    while (!Files.exists(data.resolve("done").resolve(name))) {
      if (!gateway.isAlive() || Files.exists(data.resolve("failed").resolve(name))) {
        throw new IllegalStateException(
            "The bundle failed; see " + data.resolveSibling("serve.log"));
      }
      pause(100);
      long done = rowsOf(progress);
      if (done >= rows / 2 && halfKb == 0) {
        halfKb = status(gateway, "VmHWM");
      }
      if (done > 0 && since == 0) {
        since = System.nanoTime();
        seen = done;
      } else if (since > 0 && done >= (pace.size() + 1) * (long) rows / TENTHS && done > seen) {
        long now = System.nanoTime();
        pace.add((done - seen) * 1e9 / (now - since));
        since = now;
        seen = done;
      }
    }
    return pace.size() < TENTHS - 1 ? List.of() : pace;
  }

  private static long rowsOf(Path progress) {
    try {
      return JSON.readTree(Files.readAllBytes(progress)).path("rows").asLong();
    } catch (IOException e) {
      // Not there yet, or not any more.
      return 0;
    }
  }

  private JsonNode summary(Path data, Path file) throws IOException {
    return JSON.readTree(
        Files.readAllBytes(data.resolve("results").resolve(file.getFileName() + ".summary.json")));
  }

  private static int lines(Path data, Path file) throws IOException {
    Path results = data.resolve("results").resolve(file.getFileName() + ".results.ndjson");
    try (Stream<String> lines = Files.lines(results)) {
      return (int) lines.count();
    }
  }

  /** The command as people call it: with the start of its JVM. */
  private Measured check(Path home, Path file, int rows) throws Exception {
    long begin = System.nanoTime();
    Process process =
        start(home, "check", jvm("check"), "check", "--format", "json", file.toString());
    List<Long> peaks = new ArrayList<>(List.of(0L));
    double cpu = 0;
    while (process.isAlive()) {
      peaks.add(Math.max(peaks.get(peaks.size() - 1), status(process, "VmHWM")));
      cpu = Math.max(cpu, cpuSeconds(process));
      pause(10);
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    JsonNode plan = JSON.readTree(Files.readAllBytes(home.resolve("check.log")));
    agree("rows that would be sent", rows, plan.path("toSend").path("rows").asInt());
    return new Measured(
        "check",
        rows,
        seconds,
        cpu,
        peaks.get(peaks.size() - 1),
        peaks.get(peaks.size() / 2),
        -1,
        List.of());
  }

  /** A check ends soon: with a small heap it has to collect, and shows what it needs. */
  private List<String> jvm(String command) {
    String options =
        command.equals("check")
            ? System.getProperty("check.options", "-Xmx64m")
            : System.getProperty("gateway.options", "-Xmx256m");
    return List.of(options.trim().split("\\s+"));
  }

  private static double cpuSeconds(Process process) {
    return process.info().totalCpuDuration().map(time -> time.toNanos() / 1e9).orElse(0.0);
  }

  private void write(Path file, String prefix, int rows) throws IOException {
    try (BufferedWriter out = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
      if (format.equals("csv")) {
        out.write("definitionKey,messageKey,contactKey,to,FirstName,password\n");
      }
      for (int row = 1; row <= rows; row++) {
        String number = "+4915" + (100_000_000L + row * 7919L % 800_000_000L);
        String line =
            format.equals("csv")
                ? "account-reset,%s-%d,contact-%d@example.com,%s,Ada,Tulip-%d\n"
                : "{\"definitionKey\":\"account-reset\",\"messageKey\":\"%s-%d\",\"recipient\":"
                    + "{\"contactKey\":\"contact-%d@example.com\",\"to\":\"%s\",\"attributes\":"
                    + "{\"FirstName\":\"Ada\",\"password\":\"Tulip-%d\"}}}\n";
        out.write(String.format(line, prefix, row, row, number, row));
      }
    }
  }

  // --- Processes -----------------------------------------------------------------------------

  private Process start(Path home, String name, List<String> jvm, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvm);
    String classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(entry -> Path.of(entry).toAbsolutePath().toString())
            .collect(Collectors.joining(File.pathSeparator));
    command.addAll(List.of("-cp", classPath, "dev.smsroutes.SmsRoutes"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(home.toFile());
    builder.redirectOutput(home.resolve(name + ".log").toFile());
    builder.redirectError(home.resolve(name + ".err").toFile());
    Process process = builder.start();
    processes.add(process);
    return process;
  }

  private static String ready(Process process, Path log, Pattern pattern) throws IOException {
    long latest = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
    while (process.isAlive() && System.nanoTime() < latest) {
      Matcher matcher = pattern.matcher(Files.readString(log));
      if (matcher.find()) {
        return matcher.group(1);
      }
      pause(50);
    }
    throw new IllegalStateException("Did not start; see " + log);
  }

  private void stop(Process process) throws InterruptedException {
    process.destroy();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
    processes.remove(process);
  }

  private void stopAll() throws InterruptedException {
    for (Process process : List.copyOf(processes)) {
      stop(process);
    }
  }

  /** A line of the process's status, in KB; 0 when it has ended, or the system has none. */
  private static long status(Process process, String what) {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
      Optional<String> line = lines.filter(one -> one.startsWith(what + ":")).findFirst();
      return line.map(one -> Long.parseLong(one.replaceAll("\\D", ""))).orElse(0L);
    } catch (IOException | UncheckedIOException e) {
      return 0;
    }
  }

  /** What is left in the heap after a full collection, which the histogram brings with it. */
  private static long liveKb(Process process) throws IOException, InterruptedException {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    if (!Files.isExecutable(jcmd)) {
      return -1;
    }
    Process asked =
        new ProcessBuilder(jcmd.toString(), Long.toString(process.pid()), "GC.class_histogram")
            .redirectErrorStream(true)
            .start();
    String said = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    asked.waitFor();
    Matcher total = TOTAL.matcher(said);
    return total.find() ? Long.parseLong(total.group(1)) / 1024 : -1;
  }

  // --- Small things --------------------------------------------------------------------------

  private static void agree(String what, int expected, int came) {
    if (expected != came) {
      throw new IllegalStateException(
          String.format("%s: expected %,d; %,d came", what, expected, came));
    }
  }

  private static JsonNode get(String url) throws IOException, InterruptedException {
    return JSON.readTree(ask(HttpRequest.newBuilder(URI.create(url))));
  }

  private static void settings(String url, String body) throws IOException, InterruptedException {
    ask(
        HttpRequest.newBuilder(URI.create(url + "/sandbox/settings"))
            .header("Content-Type", "application/json")
            .PUT(HttpRequest.BodyPublishers.ofString(body)));
  }

  private static String ask(HttpRequest.Builder request) throws IOException, InterruptedException {
    return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString()).body();
  }

  private static void pause(int millis) {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  private static void copy(String what, Path home) throws IOException {
    try (Stream<Path> files = Files.walk(Path.of(what))) {
      for (Path file : files.toList()) {
        Path target = home.resolve(file.toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
  }

  private static void delete(Path home) throws IOException {
    if (Files.exists(home)) {
      try (Stream<Path> files = Files.walk(home)) {
        files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
      }
    }
  }
}
