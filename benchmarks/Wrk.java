import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** wrk, the load: so many connections, each with one request under way. */
final class Wrk {
  private static final Pattern RESULT =
      Pattern.compile("RESULT requests=(\\d+) micros=(\\d+) errors=(\\d+) p50=(\\d+) p99=(\\d+)");

  private Wrk() {}

  /**
   * @param errors answers but 2xx, and broken connections
   */
  record Result(long requests, double seconds, long errors, double p50Ms, double p99Ms) {
    double rate() {
      return requests / seconds;
    }

    /** Without errors. */
    double goodRate() {
      return (requests - errors) / seconds;
    }
  }

  /**
   * Sends messages, each with a key of its own.
   *
   * @param prefix begins all keys of this call
   */
  static Result send(String url, int connections, int seconds, String prefix)
      throws IOException, InterruptedException {
    return send(url, connections, seconds, prefix, Optional.empty());
  }

  /**
   * As above.
   *
   * @param header {@code Name: value}, sent with each request
   */
  static Result send(
      String url, int connections, int seconds, String prefix, Optional<String> header)
      throws IOException, InterruptedException {
    return run("benchmarks/send.lua", url, connections, seconds, prefix, header);
  }

  /** Sends messages to Kannel. */
  static Result kannel(String url, int connections, int seconds)
      throws IOException, InterruptedException {
    return run("benchmarks/kannel.lua", url, connections, seconds, "", Optional.empty());
  }

  private static Result run(
      String script,
      String url,
      int connections,
      int seconds,
      String prefix,
      Optional<String> header)
      throws IOException, InterruptedException {
    int threads = Math.min(connections, Math.min(2, Runtime.getRuntime().availableProcessors()));
    List<String> command = new ArrayList<>(List.of("wrk", "-t" + threads, "-c" + connections));
    command.addAll(List.of("-d" + seconds + "s", "--timeout", "30s"));
    header.ifPresent(line -> command.addAll(List.of("-H", line)));
    command.addAll(List.of("-s", script, url, "--", prefix));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    Matcher matcher = RESULT.matcher(said);
    if (!matcher.find()) {
      throw new IOException("wrk said: " + said);
    }
    return new Result(
        Long.parseLong(matcher.group(1)),
        Long.parseLong(matcher.group(2)) / 1e6,
        Long.parseLong(matcher.group(3)),
        Long.parseLong(matcher.group(4)) / 1000.0,
        Long.parseLong(matcher.group(5)) / 1000.0);
  }
}
