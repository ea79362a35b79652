import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How much of an API's own rate is left behind the gateway when each of its answers takes a while.
 *
 * <p>Starts the sandbox and the bundle as processes of their own, asks the sandbox directly and
 * then through the bundle, with the same connections, bodies and time, and prints the rates, their
 * ratios and the theoretical limit (connections / latency). Run it with benchmarks/http-latency,
 * or, to see what the ledger costs, with benchmarks/http-ledger.
 */
public final class HttpLatency {
  private static final Pattern SANDBOX = Pattern.compile("played at (http://\\S+)");
  private static final Pattern GATEWAY = Pattern.compile("HTTP +(http://[^/]+)/");
  private static final String BODY =
      "{\"definitionKey\":\"account-reset\",\"recipient\":{\"contactKey\":\"ada@example.com\","
          + "\"to\":\"14255550123\",\"attributes\":{\"FirstName\":\"Ada\",\"password\":\"Tulip-41\"}}}";

  private static final AtomicLong KEYS = new AtomicLong();

  private HttpLatency() {}

  public static void main(String[] args) throws Exception {
    int latency = Integer.getInteger("latency", 100);
    int seconds = Integer.getInteger("seconds", 10);
    int warmUp = Integer.getInteger("warm-up", 10);
    int[] connections =
        Arrays.stream(System.getProperty("connections", "64,1000").split(","))
            .mapToInt(Integer::parseInt)
            .toArray();
    boolean unrecorded = Boolean.getBoolean("unrecorded");
    Path data = Files.createTempDirectory("sms-routes-benchmark");
    Vertx vertx = Vertx.vertx();
    List<Process> processes = new ArrayList<>();
    try {
      Started sandbox = start(processes, SANDBOX, "sandbox", "--port", "0");
      String[] settings = {
        "--set=sms.api.url=" + sandbox.url,
        "--set=sms.api.client-id=benchmark",
        "--set=sms.api.client-secret=benchmark",
        "--set=sms.http.port=0",
        "--set=sms.management.enabled=false",
        "--set=sms.file.enabled=false",
        "--set=sms.jms.enabled=false",
        "--set=sms.http.max-in-flight=" + (Arrays.stream(connections).max().orElse(64) + 24)
      };
      Started gateway =
          start(
              processes,
              GATEWAY,
              with(settings, "serve", "--set=sms.ledger.url=jdbc:sqlite:" + data + "/on.db"));
      Optional<Started> without =
          unrecorded
              ? Optional.of(
                  start(
                      processes,
                      GATEWAY,
                      with(settings, null, "--set=sms.ledger.url=jdbc:sqlite:" + data + "/off.db")))
              : Optional.empty();
      String token = token(sandbox.url);
      put(sandbox.url + "/sandbox/settings", "{\"latencyMs\":" + latency + "}");

      System.out.printf(
          "API latency %d ms, %d s each after %d s of warm-up, %d processors, Java %s%n%n",
          latency, seconds, warmUp, Runtime.getRuntime().availableProcessors(), Runtime.version());
      System.out.printf(
          "%-12s %-10s %10s %8s %8s %8s %8s%n",
          "connections", "side", "requests/s", "of limit", "errors", "p50 ms", "p99 ms");
      for (int count : connections) {
        double limit = latency == 0 ? Double.POSITIVE_INFINITY : count * 1000.0 / latency;
        run(vertx, sandbox.url, token, count, Math.min(2, warmUp));
        Result direct = run(vertx, sandbox.url, token, count, seconds);
        run(vertx, gateway.url, null, count, warmUp);
        Result through = run(vertx, gateway.url, null, count, seconds);
        print(count, "direct", direct, limit);
        print(count, "gateway", through, limit);
        System.out.printf(
            "%-12s %-10s %9.2f x   (resident %d MB)%n%n",
            "", "ratio", through.rate / direct.rate, resident(gateway.process));
        if (without.isPresent()) {
          run(vertx, without.get().url, null, count, warmUp);
          Result off = run(vertx, without.get().url, null, count, seconds);
          print(count, "no ledger", off, limit);
          System.out.printf(
              "%-12s %-10s %9.2f x   (with the ledger, of the rate without)%n%n",
              "", "ratio", through.rate / off.rate);
        }
      }
    } finally {
      processes.forEach(Process::destroy);
      for (Process process : processes) {
        process.waitFor(30, TimeUnit.SECONDS);
      }
      vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
      try (Stream<Path> files = Files.walk(data)) {
        files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
      }
    }
  }

  private record Started(Process process, String url) {}

  private record Result(double rate, long errors, double p50, double p99) {}

  private static void print(int connections, String side, Result result, double limit) {
    System.out.printf(
        "%-12d %-10s %10.0f %7.0f%% %8d %8.1f %8.1f%n",
        connections,
        side,
        result.rate,
        100 * result.rate / limit,
        result.errors,
        result.p50,
        result.p99);
  }

  /** So many connections, each with one request under way at any time. */
  private static Result run(Vertx vertx, String url, String token, int connections, int seconds)
      throws InterruptedException {
    URI base = URI.create(url);
    HttpClient client =
        vertx.createHttpClient(
            new HttpClientOptions().setMaxPoolSize(connections).setKeepAliveTimeout(60));
    LongAdder errors = new LongAdder();
    LongAdder done = new LongAdder();
    long[] micros = new long[4_000_000];
    AtomicLong next = new AtomicLong();
    CountDownLatch idle = new CountDownLatch(connections);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    Runnable[] user = new Runnable[1];
    user[0] =
        () -> {
          if (System.nanoTime() >= end) {
            idle.countDown();
            return;
          }
          long begin = System.nanoTime();
          RequestOptions options =
              new RequestOptions()
                  .setMethod(HttpMethod.POST)
                  .setHost(base.getHost())
                  .setPort(base.getPort())
                  .setURI("/messaging/v1/sms/messages/b-" + KEYS.incrementAndGet())
                  .putHeader("Content-Type", "application/json");
          if (token != null) {
            options.putHeader("Authorization", "Bearer " + token);
          }
          client
              .request(options)
              .compose(request -> request.send(Buffer.buffer(body(token != null))))
              .compose(response -> response.body().map(ignored -> response.statusCode()))
              .onComplete(
                  status -> {
                    if (status.failed() || status.result() != 202) {
                      errors.increment();
                    } else if (System.nanoTime() < end) {
                      done.increment();
                      int slot = (int) next.getAndIncrement();
                      if (slot < micros.length) {
                        micros[slot] = (System.nanoTime() - begin) / 1000;
                      }
                    }
                    user[0].run();
                  });
        };
    for (int i = 0; i < connections; i++) {
      user[0].run();
    }
    idle.await();
    client.close();
    int count = (int) Math.min(next.get(), micros.length);
    Arrays.sort(micros, 0, count);
    return new Result(
        done.sum() / (double) seconds,
        errors.sum(),
        count == 0 ? 0 : micros[count / 2] / 1000.0,
        count == 0 ? 0 : micros[(int) (count * 0.99)] / 1000.0);
  }

  private static String body(boolean direct) {
    return direct
        ? BODY.substring(0, BODY.length() - 1) + ",\"content\":{\"message\":\"Hi\"}}"
        : BODY;
  }

  /**
   * @param command of the product; null for the bundle without its ledger
   */
  private static String[] with(String[] settings, String command, String ledger) {
    List<String> args = new ArrayList<>();
    args.add(command == null ? "dev.smsroutes.app.UnrecordedBundle" : command);
    args.addAll(List.of(settings));
    args.add(ledger);
    return args.toArray(String[]::new);
  }

  private static Started start(List<Process> processes, Pattern ready, String... args)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    String options = System.getProperty("gateway.options", "");
    if (!args[0].equals("sandbox") && !options.isBlank()) {
      command.addAll(List.of(options.trim().split("\\s+")));
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    if (!args[0].contains(".")) {
      command.add("dev.smsroutes.SmsRoutes");
    }
    command.addAll(List.of(args));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    processes.add(process);
    CompletableFuture<String> url = new CompletableFuture<>();
    Thread reader =
        new Thread(
            () -> {
              try (BufferedReader lines =
                  new BufferedReader(
                      new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                StringBuilder said = new StringBuilder();
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                  Matcher matcher = ready.matcher(line);
                  if (matcher.find()) {
                    url.complete(matcher.group(1));
                  } else if (!url.isDone()) {
                    said.append(line).append('\n');
                  }
                }
                url.completeExceptionally(new IllegalStateException(said.toString()));
              } catch (IOException e) {
                url.completeExceptionally(e);
              }
            });
    reader.setDaemon(true);
    reader.start();
    return new Started(process, url.orTimeout(60, TimeUnit.SECONDS).join());
  }

  private static String token(String sandbox) throws IOException, InterruptedException {
    String reply =
        send(
            HttpRequest.newBuilder(URI.create(sandbox + "/v2/token"))
                .header("Content-Type", "application/json")
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        "{\"grant_type\":\"client_credentials\",\"client_id\":\"b\","
                            + "\"client_secret\":\"b\"}")));
    Matcher matcher = Pattern.compile("\"access_token\"\\s*:\\s*\"([^\"]+)\"").matcher(reply);
    if (!matcher.find()) {
      throw new IllegalStateException(reply);
    }
    return matcher.group(1);
  }

  private static void put(String url, String body) throws IOException, InterruptedException {
    send(
        HttpRequest.newBuilder(URI.create(url))
            .header("Content-Type", "application/json")
            .PUT(HttpRequest.BodyPublishers.ofString(body)));
  }

  private static String send(HttpRequest.Builder request) throws IOException, InterruptedException {
    return java.net.http.HttpClient.newHttpClient()
        .send(request.build(), BodyHandlers.ofString())
        .body();
  }

  /** Resident size, where the system tells. */
  private static long resident(Process process) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
        if (line.startsWith("VmRSS:")) {
          return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
        }
      }
    } catch (IOException e) {
      // Not on this system.
    }
    return -1;
  }
}
