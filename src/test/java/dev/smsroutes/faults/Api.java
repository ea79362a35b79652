package dev.smsroutes.faults;

import com.fasterxml.jackson.databind.JsonNode;
import dev.smsroutes.SmsRoutes;
import dev.smsroutes.testing.SandboxProbe;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The sandbox as a process of its own: the oracle, which the bundle cannot write. Thread-safe. */
final class Api implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int PAGE = 10_000;

  private final Web web = new Web();
  private final Child child;
  private final int port;
  private final SandboxProbe probe;

  /** What was read of its record, by key, up to the message with this number. */
  private final Map<String, Accepted> read = new LinkedHashMap<>();

  private long last;

  private Api(Child child, int port) {
    this.child = child;
    this.port = port;
    this.probe = new SandboxProbe(url());
  }

  /** Starts it and waits until it answers. */
  static Api start(Path folder) {
    int port = Ports.free();
    Child child =
        Child.java(
            "sandbox",
            folder,
            folder.resolve("sandbox.log"),
            // Details of 100,000 messages must stay in its memory: an eighth of the heap. Of more,
            // those that were not read yet must.
            List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-Xmx2g"),
            ClassPaths.product(),
            SmsRoutes.class.getName(),
            List.of(
                "sandbox",
                "--port",
                Integer.toString(port),
                "--definitions",
                Path.of("definitions").toAbsolutePath().toString()));
    Api api = new Api(child, port);
    if (!Pause.until(() -> api.answers() || !child.isAlive(), PATIENCE) || !child.isAlive()) {
      IllegalStateException ended = child.ended();
      child.close();
      throw ended;
    }
    return api;
  }

  private boolean answers() {
    try {
      return web.get(url() + "/sandbox/", PATIENCE).status() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  int port() {
    return port;
  }

  String url() {
    return "http://127.0.0.1:" + port;
  }

  /** Replaces the script of faults (docs/sandbox.md); none ends all trouble. */
  void faults(String... faults) {
    probe.faults(faults);
  }

  void settings(String settings) {
    probe.settings(settings);
  }

  /** How many sends came, whatever became of them. */
  int sends() {
    return probe.sends();
  }

  /** How many tokens were asked for. */
  int tokens() {
    return probe.tokens();
  }

  /** Sends past the gateway, as a second gateway would that knows nothing of the first. */
  void send(Request request) throws IOException {
    String token =
        web.post(
                url() + "/v2/token",
                "{\"grant_type\":\"client_credentials\",\"client_id\":\"c\",\"client_secret\":\"s\"}",
                PATIENCE)
            .body()
            .path("access_token")
            .asText();
    Web.Answer answer =
        web.post(
            url() + "/messaging/v1/sms/messages/" + Web.encode(request.key()),
            request.json().replace("+49", "49"),
            PATIENCE,
            "Authorization",
            "Bearer " + token);
    if (answer.status() != 202) {
      throw new IllegalStateException("The sandbox answered " + answer.status());
    }
  }

  /** How many messages it has accepted. Reads what is new in its record, while it has it. */
  synchronized int accepted() {
    return readOn().size();
  }

  /**
   * Everything that it accepted, oldest first.
   *
   * @throws IllegalStateException when it has forgotten some of it: then nothing can be compared
   */
  synchronized List<Accepted> record() {
    return List.copyOf(readOn().values());
  }

  private Map<String, Accepted> readOn() {
    while (true) {
      JsonNode page = page(last, PAGE);
      if (page.path("forgotten").asLong() > 0) {
        throw new IllegalStateException("The sandbox has forgotten messages");
      }
      for (JsonNode message : page.path("messages")) {
        if (!message.path("contactKey").isTextual()) {
          throw new IllegalStateException("The sandbox has forgotten what was in messages");
        }
        String key = message.path("messageKey").asText();
        // A key that is accepted again is a message again, behind all others.
        read.put(
            key,
            new Accepted(key, message.path("contactKey").asText(), message.path("times").asInt()));
        last = message.path("sequence").asLong();
      }
      if (!page.has("next")) {
        return read;
      }
    }
  }

  private JsonNode page(long since, int limit) {
    try {
      Web.Answer answer =
          web.get(url() + "/sandbox/messages?limit=" + limit + "&since=" + since, PATIENCE);
      if (answer.status() != 200) {
        throw new IllegalStateException("The sandbox answered " + answer.status());
      }
      return answer.body();
    } catch (IOException e) {
      throw new IllegalStateException("The sandbox does not tell what it accepted", e);
    }
  }

  @Override
  public void close() {
    child.close();
  }
}
