import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * What the bundle does when more messages arrive than it can send: from 1 to 10 times the rate that
 * it sustains, and after that half of it again. Messages arrive whether others were answered or not
 * ({@link OpenLoop}). Run it with benchmarks/overload.
 */
public final class Overload {
  private static final Path WORK = Path.of("target", "benchmarks", "overload").toAbsolutePath();

  private static final int CONNECTIONS = Integer.getInteger("connections", 4_000);

  /**
   * What limits the rate.
   *
   * @param latencyMs how long the API takes
   * @param inFlight the most requests in progress that the bundle takes
   */
  private record Scenario(String name, String what, int latencyMs, int inFlight) {}

  private static final List<Scenario> SCENARIOS =
      List.of(
          new Scenario("limit", "requests in progress are the limit", 100, 100),
          new Scenario("slow", "a slow API is the limit", 1_000, 1_024),
          new Scenario("processor", "the processor is the limit", 0, 1_024));

  private final int seconds = Integer.getInteger("seconds", 10);
  private final int warmUp = Integer.getInteger("warm-up", 60);
  private final List<String> json = new ArrayList<>();

  private Overload() {}

  public static void main(String[] args) throws Exception {
    Overload overload = new Overload();
    List<String> names = Work.list("scenarios", "limit,slow,processor");
    List<Double> times = Work.list("times", "1,2,5,10").stream().map(Double::parseDouble).toList();
    Work.clear(WORK);
    for (Scenario scenario : SCENARIOS) {
      if (names.contains(scenario.name)) {
        overload.run(scenario, times);
      }
    }
    Work.json("overload", overload.json);
    Work.clear(WORK);
  }

  private void run(Scenario scenario, List<Double> times) throws Exception {
    Path work = Files.createDirectories(WORK.resolve(scenario.name));
    try (Subject api = Nginx.api(work, scenario.latencyMs);
        Subject bundle =
            Subject.bundle(
                "bundle",
                Path.of(System.getProperty("java.home"), "bin", "java"),
                api,
                work.resolve("ledger.db"),
                "sms.jms.enabled=false",
                "sms.http.max-in-flight=" + scenario.inFlight);
        OpenLoop load = new OpenLoop(bundle.url(), CONNECTIONS, 0)) {
      double sustained = sustained(bundle, scenario);
      System.out.printf(
          "%n%s: %s (API in %d ms, at most %d in progress); sustained %.0f/s;"
              + " %d s of warm-up, %d s each; %d processors, Java %s%n%n",
          scenario.name,
          scenario.what,
          scenario.latencyMs,
          scenario.inFlight,
          sustained,
          warmUp,
          seconds,
          Runtime.getRuntime().availableProcessors(),
          Runtime.version());
      System.out.printf(
          "%7s %10s %11s %9s %8s %8s %10s %15s %7s %9s %6s%n",
          "times",
          "offered/s",
          "accepted/s",
          "503/s",
          "p50 ms",
          "p99 ms",
          "503 p99 ms",
          "no Retry-After",
          "others",
          "not sent",
          "MB");
      // The load warms up too.
      load.offer(sustained / 2, Math.max(1, seconds / 2));
      List<Double> overloaded = new ArrayList<>();
      for (double factor : times) {
        OpenLoop.Result result = load.offer(factor * sustained, seconds);
        if (factor > 1) {
          overloaded.add(result.acceptedRate());
        }
        print(scenario, factor, result, bundle);
      }
      OpenLoop.Result after = load.offer(sustained / 2, seconds);
      print(scenario, 0.5, after, bundle);
      if (overloaded.isEmpty()) {
        return;
      }
      System.out.printf(
          "%nratio least / most accepted of more than 1 x: %.2f x; last 503 %.1f s after the overload%n",
          Collections.min(overloaded) / Collections.max(overloaded), after.lastRefusedSeconds());
    }
  }

  /** With as many connections as are allowed in progress, or as are enough. */
  private double sustained(Subject bundle, Scenario scenario)
      throws IOException, InterruptedException {
    int connections = scenario.latencyMs == 0 ? 64 : scenario.inFlight;
    Wrk.send(bundle.url(), connections, warmUp, "w");
    return Wrk.send(bundle.url(), connections, seconds, "s").goodRate();
  }

  private void print(Scenario scenario, double factor, OpenLoop.Result result, Subject bundle)
      throws IOException {
    System.out.printf(
        "%6.1fx %10.0f %11.0f %9.0f %8.1f %8.1f %10.1f %15d %7d %9d %6d%n",
        factor,
        result.offeredRate(),
        result.acceptedRate(),
        result.refusedRate(),
        result.acceptedMs(50),
        result.acceptedMs(99),
        result.refusedMs(99),
        result.withoutRetryAfter(),
        result.others(),
        result.notSent(),
        bundle.residentMb());
    json.add(
        String.format(
            Locale.ROOT,
            "  {\"scenario\": \"%s\", \"times\": %.1f, \"offeredPerSecond\": %.0f,"
                + " \"acceptedPerSecond\": %.0f, \"refusedPerSecond\": %.0f, \"p50Ms\": %.1f,"
                + " \"p99Ms\": %.1f, \"refusedP99Ms\": %.1f, \"withoutRetryAfter\": %d,"
                + " \"others\": %d, \"notSent\": %d, \"residentMb\": %d}",
            scenario.name,
            factor,
            result.offeredRate(),
            result.acceptedRate(),
            result.refusedRate(),
            result.acceptedMs(50),
            result.acceptedMs(99),
            result.refusedMs(99),
            result.withoutRetryAfter(),
            result.others(),
            result.notSent(),
            bundle.residentMb()));
  }
}
