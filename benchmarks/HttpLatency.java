import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the bundle adds to an API: the rate that is left of the API's own at so many connections,
 * and the latency that it adds at half of that rate. wrk and {@link OpenLoop} are the load, nginx
 * plays the API. Run it with benchmarks/http-latency, or, to see what the ledger costs, with
 * benchmarks/http-ledger.
 */
public final class HttpLatency {
  private static final Path WORK = Path.of("target", "benchmarks", "http-latency").toAbsolutePath();

  private HttpLatency() {}

  public static void main(String[] args) throws Exception {
    int latency = Integer.getInteger("latency", 0);
    int seconds = Integer.getInteger("seconds", 10);
    int warmUp = Integer.getInteger("warm-up", 60);
    int[] connections =
        Arrays.stream(System.getProperty("connections", "1,16,64").split(","))
            .mapToInt(Integer::parseInt)
            .toArray();
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    String[] settings = {
      "sms.jms.enabled=false",
      "sms.http.max-in-flight=" + (Arrays.stream(connections).max().orElseThrow() + 24)
    };
    Work.clear(WORK);
    List<Subject> subjects = new ArrayList<>();
    try {
      Subject api = Nginx.api(WORK, latency);
      subjects.add(api);
      subjects.add(Subject.bundle("bundle", java, api, WORK.resolve("ledger.db"), settings));
      if (Boolean.getBoolean("unrecorded")) {
        subjects.add(
            Subject.bundleWithoutLedger("no ledger", java, api, WORK.resolve("none.db"), settings));
      }
      System.out.printf(
          "API in %d ms; %d s each after %d s of warm-up; %d processors, Java %s%n%n",
          latency, seconds, warmUp, Runtime.getRuntime().availableProcessors(), Runtime.version());
      for (Subject subject : subjects.subList(1, subjects.size())) {
        Wrk.send(subject.url(), connections[connections.length - 1], warmUp, "w");
      }
      for (int count : connections) {
        measure(subjects, count, seconds);
      }
    } finally {
      subjects.forEach(Subject::close);
    }
    Work.clear(WORK);
  }

  private static void measure(List<Subject> subjects, int connections, int seconds)
      throws IOException, InterruptedException {
    System.out.printf(
        "%-12s %-10s %10s %8s %8s %8s %18s %8s %8s%n",
        "connections",
        "side",
        "requests/s",
        "errors",
        "p50 ms",
        "p99 ms",
        "at half: requests/s",
        "p50 ms",
        "p99 ms");
    List<Wrk.Result> full = new ArrayList<>();
    for (Subject subject : subjects) {
      full.add(Wrk.send(subject.url(), connections, seconds, "f" + connections));
    }
    double rate = full.get(1).goodRate() / 2;
    List<OpenLoop.Result> half = new ArrayList<>();
    for (int i = 0; i < subjects.size(); i++) {
      try (OpenLoop load = new OpenLoop(subjects.get(i).url(), connections, Integer.MAX_VALUE)) {
        // The load warms up too.
        load.offer(rate, Math.max(1, seconds / 2));
        half.add(load.offer(rate, seconds));
      }
      System.out.printf(
          "%-12d %-10s %10.0f %8d %8.2f %8.2f %18.0f %8.2f %8.2f%n",
          connections,
          subjects.get(i).name(),
          full.get(i).rate(),
          full.get(i).errors(),
          full.get(i).p50Ms(),
          full.get(i).p99Ms(),
          half.get(i).acceptedRate(),
          half.get(i).acceptedMs(50),
          half.get(i).acceptedMs(99));
    }
    for (int i = 1; i < subjects.size(); i++) {
      System.out.printf(
          "%-12s %-10s ratio %.2f x of the API; added at half of the rate: p50 %.2f ms, p99 %.2f ms"
              + "   (resident %d MB)%n",
          "",
          subjects.get(i).name(),
          full.get(i).rate() / full.get(0).rate(),
          half.get(i).acceptedMs(50) - half.get(0).acceptedMs(50),
          half.get(i).acceptedMs(99) - half.get(0).acceptedMs(99),
          subjects.get(i).residentMb());
    }
    if (subjects.size() > 2) {
      System.out.printf(
          "%-12s %-10s ratio %.2f x of the rate without a ledger%n",
          "", "bundle", full.get(1).rate() / full.get(2).rate());
    }
    System.out.println();
  }
}
