import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A program that is measured, as one or more processes of its own on this machine (Linux): started,
 * found by the address that it prints, watched and ended.
 */
final class Subject implements AutoCloseable {
  private static final Pattern GATEWAY = Pattern.compile("HTTP +(http://[^/\\s]+)");

  private final String name;
  private final List<Process> processes = new ArrayList<>();
  private final String url;
  private String said = "";

  private Subject(String name, Process process, String url) {
    this.name = name;
    this.processes.add(process);
    this.url = url;
    // A benchmark that is stopped leaves nothing behind.
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> processes.forEach(Process::destroyForcibly)));
  }

  /**
   * A Java program that says {@code HTTP http://host:port} when it listens. With {@code
   * -Dsubject.processors=0-1} it has these processors only.
   */
  static Subject java(String name, Path java, List<String> arguments) throws IOException {
    return java(name, java, Path.of(""), arguments);
  }

  private static Subject java(String name, Path java, Path directory, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    String processors = System.getProperty("subject.processors", "");
    if (!processors.isEmpty()) {
      command.addAll(List.of("taskset", "-c", processors));
    }
    command.add(java.toString());
    command.addAll(arguments);
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toAbsolutePath().toFile())
            .redirectErrorStream(true)
            .start();
    try {
      StringBuffer said = new StringBuffer();
      Subject subject = new Subject(name, process, address(process, said));
      subject.said = said.toString();
      return subject;
    } catch (CompletionException e) {
      process.destroyForcibly();
      throw new IOException(name + " did not start: " + e.getCause().getMessage(), e);
    }
  }

  /**
   * The bundle, with its HTTP intake and its ledger, and settings of {@code -Dset=KEY=VALUE,…}.
   *
   * @param settings {@code key=value}
   */
  static Subject bundle(String name, Path java, Subject api, Path ledger, String... settings)
      throws IOException {
    return bundle(name, java, List.of("dev.smsroutes.SmsRoutes", "serve"), api, ledger, settings);
  }

  /**
   * The bundle of another version, as {@link #bundle}.
   *
   * @param checkout its folder, with what it needs to run in {@code target/classes}, and the class
   *     path of its libraries in {@code target/classpath.txt}
   */
  static Subject bundleOf(
      Path checkout, String name, Path java, Subject api, Path ledger, String... settings)
      throws IOException {
    Path classes = checkout.resolve("target/classes").toAbsolutePath();
    String libraries = Files.readString(checkout.resolve("target/classpath.txt")).strip();
    return bundle(
        name,
        java,
        checkout,
        classes + File.pathSeparator + libraries,
        List.of("dev.smsroutes.SmsRoutes", "serve"),
        settings(api, ledger, settings));
  }

  /** The bundle with a ledger that records nothing; its class is one of the tests. */
  static Subject bundleWithoutLedger(
      String name, Path java, Subject api, Path ledger, String... settings) throws IOException {
    return bundle(name, java, List.of("dev.smsroutes.app.UnrecordedBundle"), api, ledger, settings);
  }

  private static Subject bundle(
      String name, Path java, List<String> program, Subject api, Path ledger, String... settings)
      throws IOException {
    return bundle(
        name,
        java,
        Path.of(""),
        System.getProperty("java.class.path"),
        program,
        settings(api, ledger, settings));
  }

  private static Subject bundle(
      String name,
      Path java,
      Path directory,
      String classpath,
      List<String> program,
      List<String> settings)
      throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of(System.getProperty("gateway.options", "-Xmx512m").trim().split("\\s+")));
    arguments.addAll(List.of("-cp", classpath));
    arguments.addAll(program);
    settings.forEach(setting -> arguments.add("--set=" + setting));
    return java(name, java, directory, arguments);
  }

  /** Settings of the bundle with its HTTP intake and its ledger; as {@link #bundle}. */
  static List<String> settings(Subject api, Path ledger, String... settings) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "sms.api.url=" + api.url(),
                "sms.api.client-id=benchmark",
                "sms.api.client-secret=benchmark",
                "sms.http.port=0",
                "sms.management.enabled=false",
                "sms.file.enabled=false",
                "sms.ledger.url=jdbc:sqlite:" + ledger));
    all.addAll(List.of(settings));
    Stream.of(System.getProperty("set", "").split(","))
        .filter(setting -> !setting.isBlank())
        .forEach(all::add);
    return all;
  }

  /** A program with an address that is known. */
  static Subject command(String name, String url, Path log, String... command) throws IOException {
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    return new Subject(name, process, url);
  }

  /** Another process that belongs to it. */
  Subject and(Path log, String... command) throws IOException {
    processes.add(
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start());
    return this;
  }

  String name() {
    return name;
  }

  /** For example {@code http://127.0.0.1:8080}. */
  String url() {
    return url;
  }

  /** The first group of a pattern in what it printed until it was ready. */
  String said(Pattern pattern) {
    Matcher matcher = pattern.matcher(said);
    if (!matcher.find()) {
      throw new IllegalStateException(name + " did not say " + pattern);
    }
    return matcher.group(1);
  }

  boolean isAlive() {
    return processes.stream().allMatch(Process::isAlive);
  }

  private static String address(Process process, StringBuffer said) {
    CompletableFuture<String> url = new CompletableFuture<>();
    Thread reader =
        new Thread(
            () -> {
              try {
                awaitAddress(process, said, url);
                discard(process.getInputStream());
              } catch (IOException e) {
                url.completeExceptionally(e);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    reader.setDaemon(true);
    reader.start();
    return url.orTimeout(60, TimeUnit.SECONDS).join();
  }

  private static void awaitAddress(
      Process process, StringBuffer said, CompletableFuture<String> url) throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      Matcher matcher = GATEWAY.matcher(line);
      if (matcher.find()) {
        url.complete(matcher.group(1));
        return;
      }
      said.append(line).append('\n');
    }
    url.completeExceptionally(new IllegalStateException(said.toString()));
  }

  /** Now and then, because to be woken for each line of a log would slow the subject down. */
  private static void discard(InputStream log) throws IOException, InterruptedException {
    byte[] buffer = new byte[64 * 1024];
    while (log.read(buffer) >= 0) {
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  /** Processor time that all its processes used so far, in microseconds. */
  long processorMicros() {
    // A tick is 10 ms on every Linux that Java runs on.
    return sum(pid -> ticks(pid) * 10_000L);
  }

  /** Memory that all its processes have resident, in MB. */
  long residentMb() {
    return sum(pid -> statusKb(pid, "VmRSS:")) / 1024;
  }

  /** How many threads all its processes have. */
  long threads() {
    return sum(pid -> statusKb(pid, "Threads:"));
  }

  private long sum(ToLongFunction<Long> figure) {
    return processes.stream()
        .flatMap(process -> Stream.concat(Stream.of(process.toHandle()), process.descendants()))
        .mapToLong(process -> figure.applyAsLong(process.pid()))
        .sum();
  }

  private static long ticks(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    } catch (IOException e) {
      return 0;
    }
  }

  private static long statusKb(long pid, String field) {
    try {
      return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
          .filter(line -> line.startsWith(field))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .sum();
    } catch (IOException e) {
      return 0;
    }
  }

  /** Ends it at once, when how it stops says nothing. */
  void kill() {
    processes.forEach(each -> each.destroyForcibly().onExit().join());
  }

  @Override
  public void close() {
    processes.forEach(Process::destroy);
    for (Process process : processes) {
      try {
        if (!process.waitFor(40, TimeUnit.SECONDS)) {
          process.destroyForcibly();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        process.destroyForcibly();
      }
    }
  }
}
