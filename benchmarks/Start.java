import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.DoubleStream;

/**
 * How soon the distribution is ready and how soon it is warm: without its AOT cache, with it, and
 * beside an empty Camel application with the same HTTP server ({@link BareProxy}), on each Java
 * that is there. Starts are measured in turn, round by round. Run it with benchmarks/start.
 */
public final class Start {
  private static final Path WORK = Path.of("target", "benchmarks", "start").toAbsolutePath();
  private static final Path DISTRIBUTION =
      Path.of(System.getProperty("distribution")).toAbsolutePath();
  private static final String OPTIONS = System.getProperty("gateway.options", "-Xmx512m");
  private static final int CONNECTIONS = 64;
  private static final int WINDOW_SECONDS = 3;
  private static final int EARLY_SECONDS = 15;

  private final int starts = Integer.getInteger("starts", 7);
  private final int warmUp = Integer.getInteger("warm-up", 60);
  private final int seconds = Integer.getInteger("seconds", 10);
  private final Map<String, Path> javas = Compare.javas();
  private final List<String> json = new ArrayList<>();
  private int runs;

  private Start() {}

  /** What is started. */
  private enum Kind {
    EMPTY("empty Camel"),
    PLAIN("bundle"),
    CACHED("bundle, AOT cache");

    private final String title;

    Kind(String title) {
      this.title = title;
    }
  }

  private record Variant(Kind kind, String java) {
    @Override
    public String toString() {
      return kind.title + ", Java " + java;
    }
  }

  /**
   * @param ready seconds until it takes requests
   * @param processor seconds of processor it used until then
   */
  private record Ready(double ready, double processor) {}

  /**
   * @param seconds until 90 % of the rate that was measured last
   * @param early requests in the first seconds, which vary less than that
   */
  private record Warm(int seconds, double early) {}

  public static void main(String[] args) throws Exception {
    Work.clear(WORK);
    Start start = new Start();
    for (Path java : start.javas.values()) {
      start.makeCache(java);
    }
    start.starts();
    if (start.warmUp > 0) {
      start.warmUps();
    }
    Work.json("start", start.json);
    Work.clear(WORK);
  }

  private void makeCache(Path java) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("env"));
    command.addAll(script(java, OPTIONS, "aot-cache"));
    command.addAll(List.of("--seconds", System.getProperty("training", "20")));
    if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
      throw new IOException("No cache for " + java);
    }
  }

  /** Arguments of {@code env} that run a command of the distribution. */
  private static List<String> script(Path java, String options, String command) {
    return List.of(
        "JAVA_HOME=" + java.getParent().getParent(),
        "JAVA_OPTS=" + options,
        "sh",
        DISTRIBUTION.resolve("bin/sms-routes").toString(),
        command);
  }

  private List<Variant> variants(Kind... kinds) {
    return javas.keySet().stream()
        .flatMap(java -> Arrays.stream(kinds).map(kind -> new Variant(kind, java)))
        .toList();
  }

  // --- Until it is ready -----------------------------------------------------------------------

  private void starts() throws IOException {
    Map<Variant, List<Ready>> all = new LinkedHashMap<>();
    for (int i = 0; i < starts; i++) {
      for (Variant variant : variants(Kind.values())) {
        Path folder = Files.createDirectories(WORK.resolve("start-" + runs++));
        List<String> settings =
            List.of(
                "sms.http.port=0",
                "sms.sandbox.port=0",
                "sms.management.port=0",
                "sms.jms.port=0",
                "sms.jms.directory=" + folder.resolve("broker"),
                "sms.ledger.url=jdbc:sqlite:" + folder.resolve("ledger.db"),
                "sms.file.inbox=" + folder.resolve("inbox"),
                "sms.file.results=" + folder.resolve("results"),
                "sms.file.done=" + folder.resolve("done"),
                "sms.file.failed=" + folder.resolve("failed"));
        long before = System.nanoTime();
        Subject subject = start(variant, "http://127.0.0.1:1", settings);
        double ready = (System.nanoTime() - before) / 1e9;
        double processor = subject.processorMicros() / 1e6;
        subject.kill();
        all.computeIfAbsent(variant, each -> new ArrayList<>()).add(new Ready(ready, processor));
      }
    }
    System.out.printf(
        "%nSeconds until ready, median of %d starts; the bundle with HTTP, JMS, files and sandbox%n%n",
        starts);
    System.out.printf("%-28s %8s %18s %10s%n", "", "ready", "from .. to", "processor");
    all.forEach(
        (variant, runs) ->
            System.out.printf(
                "%-28s %8.2f %18s %10.2f%n",
                variant,
                median(runs.stream().mapToDouble(Ready::ready)),
                String.format("%.2f .. %.2f", extreme(runs, 0), extreme(runs, runs.size() - 1)),
                median(runs.stream().mapToDouble(Ready::processor))));
    System.out.println();
    all.forEach((variant, runs) -> ratios(all, variant, runs));
  }

  private void ratios(Map<Variant, List<Ready>> all, Variant variant, List<Ready> runs) {
    double ready = median(runs.stream().mapToDouble(Ready::ready));
    double processor = median(runs.stream().mapToDouble(Ready::processor));
    json.add(
        String.format(
            Locale.ROOT,
            "  {\"subject\": \"%s\", \"readySeconds\": %.3f, \"processorSeconds\": %.3f}",
            variant,
            ready,
            processor));
    if (variant.kind != Kind.EMPTY) {
      List<Ready> empty = all.get(new Variant(Kind.EMPTY, variant.java));
      System.out.printf(
          "ratio %-28s / empty Camel %6.2f x, processor %6.2f x%n",
          variant,
          ready / median(empty.stream().mapToDouble(Ready::ready)),
          processor / median(empty.stream().mapToDouble(Ready::processor)));
    }
  }

  private Subject start(Variant variant, String api, List<String> settings) throws IOException {
    Path java = javas.get(variant.java);
    if (variant.kind == Kind.EMPTY) {
      return Subject.java(
          variant.toString(),
          java,
          List.of("-cp", System.getProperty("java.class.path"), "BareProxy", api, "88"));
    }
    // An option about caches keeps the script's own away, and this one is Java's default.
    String options = variant.kind == Kind.CACHED ? OPTIONS : OPTIONS + " -Xshare:auto";
    List<String> arguments = new ArrayList<>(script(java, options, "serve"));
    settings.forEach(setting -> arguments.add("--set=" + setting));
    return Subject.java(variant.toString(), Path.of("/usr/bin/env"), arguments);
  }

  private static double extreme(List<Ready> runs, int index) {
    return runs.stream().mapToDouble(Ready::ready).sorted().toArray()[index];
  }

  private static double median(DoubleStream values) {
    double[] sorted = values.sorted().toArray();
    return sorted[sorted.length / 2];
  }

  // --- Until it is warm ------------------------------------------------------------------------

  private void warmUps() throws Exception {
    System.out.printf(
        "%nRequests/s in the seconds after a start, %d connections, windows of %d s; then %d s measured%n%n",
        CONNECTIONS, WINDOW_SECONDS, seconds);
    Map<Variant, Warm> warm = new LinkedHashMap<>();
    try (Subject api = Nginx.api(WORK, 0)) {
      for (Variant variant : variants(Kind.values())) {
        Path ledger = WORK.resolve("ledger-" + runs++ + ".db");
        Subject subject =
            start(variant, api.url(), Subject.settings(api, ledger, "sms.jms.enabled=false"));
        double[] rates = new double[warmUp / WINDOW_SECONDS];
        for (int i = 0; i < rates.length; i++) {
          rates[i] = Wrk.send(subject.url(), CONNECTIONS, WINDOW_SECONDS, "w" + runs++).rate();
        }
        double last = Wrk.send(subject.url(), CONNECTIONS, seconds, "m" + runs++).rate();
        warm.put(variant, report(variant, rates, last));
        subject.kill();
      }
    }
    System.out.println();
    warm.forEach(
        (variant, after) -> {
          if (variant.kind == Kind.CACHED) {
            Warm without = warm.get(new Variant(Kind.PLAIN, variant.java));
            System.out.printf(
                "ratio %s / without: %.2f x the seconds until 90 %%, %.2f x the requests in the"
                    + " first %d s%n",
                variant,
                after.seconds / (double) without.seconds,
                after.early / without.early,
                EARLY_SECONDS);
          }
        });
  }

  /** Says the rates; when 90 % of the last one was first there, in seconds. */
  private Warm report(Variant variant, double[] rates, double last) {
    int windows = 1;
    while (windows < rates.length && rates[windows - 1] < 0.9 * last) {
      windows++;
    }
    long[] rounded = Arrays.stream(rates).mapToLong(Math::round).toArray();
    System.out.printf(
        "%-28s 90 %% at %3d s, then %6.0f/s%n  %s%n",
        variant, windows * WINDOW_SECONDS, last, Arrays.toString(rounded));
    json.add(
        String.format(
            Locale.ROOT,
            "  {\"subject\": \"%s\", \"secondsTo90Percent\": %d, \"requestsPerSecond\": %.0f,"
                + " \"warmUpRequestsPerSecond\": %s}",
            variant,
            windows * WINDOW_SECONDS,
            last,
            Arrays.toString(rounded)));
    return new Warm(
        windows * WINDOW_SECONDS,
        Arrays.stream(rates).limit(EARLY_SECONDS / WINDOW_SECONDS).sum() * WINDOW_SECONDS);
  }
}
