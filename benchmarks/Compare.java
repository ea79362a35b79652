import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The bundle beside its limits and its peer, in one run: nginx as a proxy (the limit), a Camel
 * proxy without logic ({@link BareProxy}, the framework's limit), Kannel with its spool (the peer),
 * and the bundle with its ledger on disk, on each Java that is there. If asked for, also the bundle
 * whose callers show a key ("keys"), the one that is watched ("watched", {@link Watch}), and
 * another version of it ("before"). wrk is the load, nginx plays the API.
 *
 * <p>Each subject is warmed up first; then they are measured in turn, round by round, so that what
 * else the machine does meets all of them. Run it with benchmarks/compare.
 */
public final class Compare {
  private static final Path WORK = Path.of("target", "benchmarks", "compare").toAbsolutePath();
  private static final Pattern SENT = Pattern.compile("SMS: received \\d+.*?, sent (\\d+)");
  private static final String PROXY = "nginx proxy";
  private static final String BARE = "bare Camel, Java ";
  private static final String BUNDLE = "bundle, Java ";
  private static final String KEYS = "bundle, keys, Java ";
  private static final String WATCHED = "bundle, watched, Java ";
  private static final String BEFORE = "before, Java ";
  private static final String KANNEL = "Kannel";

  /** A window of the warm-up, in which the rate is looked at. */
  private static final int WINDOW_SECONDS = 3;

  /** One kind of load, and how the API answers. */
  private record Scenario(String name, int connections, int latencyMs) {}

  private static final List<Scenario> SCENARIOS =
      List.of(
          new Scenario("instant", 64, 0),
          new Scenario("slow-64", 64, 100),
          new Scenario("slow-1000", 1000, 100));

  /** What wrk says of one round. */
  private record Round(
      double rate, long errors, double p50Ms, double p99Ms, double processorMicros) {}

  /** The rounds of a subject, and what else there is to say of it. */
  private record Measured(Subject subject, List<Round> rounds, double[] warmUp, double[] other) {
    double median(ToDoubleFunction<Round> of) {
      double[] sorted = rounds.stream().mapToDouble(of).sorted().toArray();
      return sorted[sorted.length / 2];
    }

    /** When the warm-up first had 90 % of the rate that was measured afterwards; 0: never. */
    int warmAfterSeconds() {
      for (int i = 0; i < warmUp.length; i++) {
        if (warmUp[i] >= 0.9 * median(Round::rate)) {
          return (i + 1) * WINDOW_SECONDS;
        }
      }
      return 0;
    }
  }

  private final int seconds = Integer.getInteger("seconds", 10);
  private final int warmUp = Integer.getInteger("warm-up", 90);
  private final int roundsOfEach = Integer.getInteger("rounds", 3);
  private final List<String> wanted = Work.list("subjects", "nginx,bare,kannel,bundle");
  private final Map<String, Path> javas = javas();
  private final List<String> json = new ArrayList<>();

  /** The header that the callers of a subject show. */
  private final Map<Subject, String> headers = new HashMap<>();

  /** The management address of a subject that is watched while it is measured. */
  private final Map<Subject, String> watched = new HashMap<>();

  private int series;

  private Compare() {}

  public static void main(String[] args) throws Exception {
    Compare compare = new Compare();
    List<String> names = Work.list("scenarios", "instant,slow-64,slow-1000");
    Work.clear(WORK);
    for (Scenario scenario : SCENARIOS) {
      if (names.contains(scenario.name)) {
        compare.run(scenario);
      }
    }
    Work.json("compare", compare.json);
    Work.clear(WORK);
  }

  /** The Java of this process, and the one of -Djava25=HOME or of a usual place, if it is there. */
  static Map<String, Path> javas() {
    Map<String, Path> found = new LinkedHashMap<>();
    found.put(
        Integer.toString(Runtime.version().feature()),
        Path.of(System.getProperty("java.home"), "bin", "java"));
    String given = System.getProperty("java25", "");
    try (Stream<Path> homes =
        given.isEmpty() ? Files.list(Path.of("/usr/lib/jvm")) : Stream.of(Path.of(given))) {
      homes
          .filter(home -> home.getFileName().toString().contains("25") || !given.isEmpty())
          .map(home -> home.resolve("bin/java"))
          .filter(Files::isExecutable)
          .findFirst()
          .ifPresent(java -> found.putIfAbsent("25", java));
    } catch (IOException e) {
      // No other Java.
    }
    return found;
  }

  private void run(Scenario scenario) throws Exception {
    System.out.printf(
        "%n%s: API in %d ms, %d connections; %d s of warm-up, %d rounds of %d s; %d processors%n",
        scenario.name,
        scenario.latencyMs,
        scenario.connections,
        warmUp,
        roundsOfEach,
        seconds,
        Runtime.getRuntime().availableProcessors());
    List<Measured> all = new ArrayList<>();
    Path work = Files.createDirectories(WORK.resolve(scenario.name));
    List<Subject> started = new ArrayList<>();
    try {
      Subject api = Nginx.api(work, scenario.latencyMs);
      started.add(api);
      for (Subject subject : subjects(work, scenario, api)) {
        started.add(subject);
        all.add(new Measured(subject, new ArrayList<>(), warmUp(subject, scenario), new double[2]));
      }
      for (int round = 0; round < roundsOfEach; round++) {
        for (Measured each : all) {
          each.rounds.add(measure(each.subject, scenario, seconds));
          each.other[0] = Math.max(each.other[0], each.subject.residentMb());
          each.other[1] = Math.max(each.other[1], each.subject.threads());
        }
      }
      print(scenario, all);
    } finally {
      started.forEach(Subject::close);
    }
  }

  // --- The subjects ----------------------------------------------------------------------------

  private List<Subject> subjects(Path work, Scenario scenario, Subject api) throws Exception {
    List<Subject> subjects = new ArrayList<>();
    int most = scenario.connections + 24;
    for (String each : wanted) {
      switch (each) {
        case "nginx" -> subjects.add(Nginx.proxy(PROXY, work, api, most));
        case "bare" -> {
          for (Map.Entry<String, Path> java : javas.entrySet()) {
            subjects.add(
                Subject.java(
                    BARE + java.getKey(),
                    java.getValue(),
                    List.of(
                        "-cp",
                        System.getProperty("java.class.path"),
                        "BareProxy",
                        api.url(),
                        Integer.toString(most))));
          }
        }
        case "kannel" -> {
          if (scenario.latencyMs == 0) {
            // Its connection to the API is what limits it with a slow one: it says nothing then.
            subjects.add(kannel(work, api));
          }
        }
        case "keys" -> {
          for (Map.Entry<String, Path> java : javas.entrySet()) {
            subjects.add(withKeys(work, java.getKey(), java.getValue(), api));
          }
        }
        case "watched" -> {
          for (Map.Entry<String, Path> java : javas.entrySet()) {
            subjects.add(watched(work, java.getKey(), java.getValue(), api));
          }
        }
        case "before" -> {
          Path checkout =
              Path.of(
                  Optional.ofNullable(System.getProperty("before"))
                      .orElseThrow(
                          () ->
                              new IllegalArgumentException(
                                  "-Dbefore: expected the folder of another version; got none")));
          for (Map.Entry<String, Path> java : javas.entrySet()) {
            subjects.add(
                Subject.bundleOf(
                    checkout,
                    BEFORE + java.getKey(),
                    java.getValue(),
                    api,
                    work.resolve("ledger-before-" + java.getKey() + ".db"),
                    "sms.jms.enabled=false"));
          }
        }
        case "bundle" -> {
          for (Map.Entry<String, Path> java : javas.entrySet()) {
            subjects.add(
                Subject.bundle(
                    BUNDLE + java.getKey(),
                    java.getValue(),
                    api,
                    work.resolve("ledger-" + java.getKey() + ".db"),
                    "sms.jms.enabled=false"));
          }
        }
        default ->
            throw new IllegalArgumentException(
                "-Dsubjects: expected some of nginx,bare,kannel,bundle,keys,watched,before; got "
                    + each);
      }
    }
    return subjects;
  }

  /** The bundle, whose callers show a key of the keys file. */
  private Subject withKeys(Path work, String version, Path java, Subject api) throws Exception {
    String file = "sms.http.keys-file=" + work.resolve("keys-" + version + ".json");
    Process create =
        new ProcessBuilder(
                java.toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "dev.smsroutes.SmsRoutes",
                "key",
                "create",
                "load",
                "--set",
                file)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String key = new String(create.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    Subject subject =
        Subject.bundle(
            KEYS + version,
            java,
            api,
            work.resolve("ledger-keys-" + version + ".db"),
            "sms.jms.enabled=false",
            "sms.http.authentication=api-key",
            file);
    headers.put(subject, "Authorization: Bearer " + key);
    return subject;
  }

  /** The bundle with its management port, which is used while it is measured. */
  private Subject watched(Path work, String version, Path java, Subject api) throws Exception {
    int port = Work.freePort();
    Subject subject =
        Subject.bundle(
            WATCHED + version,
            java,
            api,
            work.resolve("ledger-watched-" + version + ".db"),
            "sms.jms.enabled=false",
            "sms.management.enabled=true",
            "sms.management.port=" + port);
    watched.put(subject, "http://127.0.0.1:" + port);
    return subject;
  }

  /** Kannel: bearerbox with a spool on disk, and smsbox, which takes requests over HTTP. */
  private static Subject kannel(Path work, Subject api) throws Exception {
    Path folder = Files.createDirectories(work.resolve("kannel"));
    Files.createDirectories(folder.resolve("spool"));
    int admin = Work.freePort();
    int box = Work.freePort();
    int sends = Work.freePort();
    Path file = folder.resolve("kannel.conf");
    Files.writeString(
        file,
        String.join(
            "\n",
            "group = core",
            "admin-port = " + admin,
            "admin-password = benchmark",
            "admin-allow-ip = 127.0.0.1",
            "smsbox-port = " + box,
            "box-allow-ip = 127.0.0.1",
            "store-type = spool",
            "store-location = " + folder.resolve("spool"),
            "log-level = 4",
            "",
            "group = smsc",
            "smsc = http",
            "smsc-id = api",
            "system-type = generic",
            "port = " + Work.freePort(),
            "max-pending-submits = 100",
            "send-url = \"" + api.url() + "/kannel?to=%p&text=%b\"",
            "status-success-regex = ok",
            "",
            "group = smsbox",
            "bearerbox-host = 127.0.0.1",
            "bearerbox-port = " + box,
            "sendsms-port = " + sends,
            "log-level = 4",
            "",
            "group = sendsms-user",
            "username = u",
            "password = p",
            ""));
    Path log = folder.resolve("log");
    Subject subject =
        Subject.command(
            KANNEL, "http://127.0.0.1:" + sends, log, "bearerbox", "-v", "4", file.toString());
    Work.await(subject, admin);
    subject.and(folder.resolve("smsbox.log"), "smsbox", "-v", "4", file.toString());
    Work.await(subject, sends);
    Files.writeString(folder.resolve("admin"), Integer.toString(admin));
    return subject;
  }

  // --- The load --------------------------------------------------------------------------------

  private double[] warmUp(Subject subject, Scenario scenario) throws Exception {
    double[] rates = new double[warmUp / WINDOW_SECONDS];
    for (int i = 0; i < rates.length; i++) {
      rates[i] = measure(subject, scenario, WINDOW_SECONDS).rate;
    }
    return rates;
  }

  private Round measure(Subject subject, Scenario scenario, int seconds) throws Exception {
    boolean kannel = subject.name().equals(KANNEL);
    long sentBefore = kannel ? kannelSent(scenario) : 0;
    long before = subject.processorMicros();
    Wrk.Result result;
    if (kannel) {
      result = Wrk.kannel(subject.url(), scenario.connections, seconds);
    } else if (watched.containsKey(subject)) {
      try (Watch watch = new Watch(watched.get(subject))) {
        result = send(subject, scenario, seconds);
        watch.requireAnswers();
      }
    } else {
      result = send(subject, scenario, seconds);
    }
    long processor = subject.processorMicros() - before;
    double rate = result.rate();
    if (kannel) {
      // It answers when the message is in its spool; what it sent is what counts.
      rate = (kannelSent(scenario) - sentBefore) / result.seconds();
      drain(scenario);
    }
    return new Round(
        rate,
        result.errors(),
        result.p50Ms(),
        result.p99Ms(),
        result.requests() == 0 ? 0 : processor / (double) result.requests());
  }

  private Wrk.Result send(Subject subject, Scenario scenario, int seconds) throws Exception {
    return Wrk.send(
        subject.url(),
        scenario.connections,
        seconds,
        "b" + series++,
        Optional.ofNullable(headers.get(subject)));
  }

  private static long kannelSent(Scenario scenario) throws Exception {
    Path folder = WORK.resolve(scenario.name).resolve("kannel");
    String status =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(
                        URI.create(
                            "http://127.0.0.1:"
                                + Files.readString(folder.resolve("admin"))
                                + "/status.txt?password=benchmark"))
                    .build(),
                BodyHandlers.ofString())
            .body();
    Matcher matcher = SENT.matcher(status);
    if (!matcher.find()) {
      throw new IOException("Kannel said: " + status);
    }
    return Long.parseLong(matcher.group(1));
  }

  /** Waits until Kannel has sent what it took, so that it does not disturb the next subject. */
  private static void drain(Scenario scenario) throws Exception {
    long before = -1;
    for (long now = kannelSent(scenario); now != before; now = kannelSent(scenario)) {
      before = now;
      Thread.sleep(200);
    }
  }

  // --- The result ------------------------------------------------------------------------------

  private void print(Scenario scenario, List<Measured> all) {
    System.out.printf(
        "%n%-22s %10s %16s %8s %8s %7s %10s %8s %8s %8s%n",
        "subject",
        "requests/s",
        "from .. to",
        "p50 ms",
        "p99 ms",
        "errors",
        "µs/request",
        "MB",
        "threads",
        "90 % at");
    for (Measured each : all) {
      double[] rates = each.rounds.stream().mapToDouble(Round::rate).sorted().toArray();
      System.out.printf(
          "%-22s %10.0f %16s %8.1f %8.1f %7d %10.0f %8.0f %8.0f %6d s%n",
          each.subject.name(),
          each.median(Round::rate),
          Math.round(rates[0]) + " .. " + Math.round(rates[rates.length - 1]),
          each.median(Round::p50Ms),
          each.median(Round::p99Ms),
          each.rounds.stream().mapToLong(Round::errors).sum(),
          each.median(Round::processorMicros),
          each.other[0],
          each.other[1],
          each.warmAfterSeconds());
      json.add(json(scenario, each));
    }
    System.out.println();
    for (Measured each : all) {
      if (each.subject.name().startsWith(BUNDLE)) {
        ratio(all, each, BARE + each.subject.name().substring(BUNDLE.length()));
        ratio(all, each, KANNEL);
        ratio(all, each, PROXY);
        ratio(all, each, BEFORE + each.subject.name().substring(BUNDLE.length()));
      } else {
        for (String variant : List.of(KEYS, WATCHED)) {
          if (each.subject.name().startsWith(variant)) {
            String version = each.subject.name().substring(variant.length());
            ratio(all, each, BUNDLE + version);
            ratio(all, each, BEFORE + version);
          }
        }
      }
    }
  }

  private static void ratio(List<Measured> all, Measured ours, String other) {
    Optional<Measured> theirs =
        all.stream().filter(each -> each.subject.name().equals(other)).findFirst();
    theirs.ifPresent(
        that ->
            System.out.printf(
                "ratio %-18s / %-22s %6.2f x%n",
                ours.subject.name(), other, ours.median(Round::rate) / that.median(Round::rate)));
  }

  private static String json(Scenario scenario, Measured each) {
    return String.format(
        java.util.Locale.ROOT,
        "  {\"scenario\": \"%s\", \"connections\": %d, \"latencyMs\": %d, \"subject\": \"%s\","
            + " \"requestsPerSecond\": %s, \"p50Ms\": %.2f, \"p99Ms\": %.2f, \"errors\": %d,"
            + " \"processorMicrosPerRequest\": %.1f, \"residentMb\": %.0f, \"threads\": %.0f,"
            + " \"secondsTo90Percent\": %d, \"warmUpRequestsPerSecond\": %s}",
        scenario.name,
        scenario.connections,
        scenario.latencyMs,
        each.subject.name(),
        numbers(each.rounds.stream().mapToDouble(Round::rate).toArray()),
        each.median(Round::p50Ms),
        each.median(Round::p99Ms),
        each.rounds.stream().mapToLong(Round::errors).sum(),
        each.median(Round::processorMicros),
        each.other[0],
        each.other[1],
        each.warmAfterSeconds(),
        numbers(each.warmUp));
  }

  private static String numbers(double[] values) {
    return Arrays.stream(values)
        .mapToObj(value -> Long.toString(Math.round(value)))
        .collect(Collectors.joining(", ", "[", "]"));
  }
}
