package dev.smsroutes.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * A real Chromium with one tab, driven by its DevTools protocol: opens pages, logs in where it is
 * asked to, and does what a person does. Used by one thread.
 */
public final class Browser implements AutoCloseable {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Process process;
  private final WebSocket socket;
  private final AtomicInteger number = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
  private volatile String id = "";
  private volatile String secret = "";

  private Browser(Process process, URI tab) {
    this.process = process;
    socket =
        HttpClient.newHttpClient().newWebSocketBuilder().buildAsync(tab, new Listener()).join();
    call("Page.enable");
    ObjectNode fetch = JSON.createObjectNode().put("handleAuthRequests", true);
    fetch.putArray("patterns").addObject().put("urlPattern", "*");
    call("Fetch.enable", fetch);
  }

  /** Where Chromium is, if it is installed. */
  public static Optional<Path> program() {
    return Stream.of(System.getenv("PATH").split(":"))
        .flatMap(bin -> Stream.of("chromium", "chromium-browser").map(Path.of(bin)::resolve))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /**
   * @param folder for its profile
   */
  public static Browser start(Path folder) throws IOException {
    Process process =
        new ProcessBuilder(
                program().orElseThrow().toString(),
                "--headless",
                // As root it has no other way; the pages are ours.
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--user-data-dir=" + folder,
                "--remote-debugging-port=0",
                "about:blank")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolveSibling("chromium.log").toFile())
            .start();
    Path port = folder.resolve("DevToolsActivePort");
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> Files.exists(port) && Files.readAllLines(port).size() > 1);
    String host = "127.0.0.1:" + Files.readAllLines(port).get(0);
    JsonNode[] tabs = new JsonNode[1];
    Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () -> {
              tabs[0] =
                  JSON.readTree(
                      HttpClient.newHttpClient()
                          .send(
                              HttpRequest.newBuilder(URI.create("http://" + host + "/json"))
                                  .build(),
                              BodyHandlers.ofString())
                          .body());
              return tabs[0].size() > 0;
            });
    return new Browser(process, URI.create(tabs[0].get(0).path("webSocketDebuggerUrl").asText()));
  }

  /** What is typed in when a server asks who it is. */
  public void login(String newId, String newSecret) {
    id = newId;
    secret = newSecret;
  }

  public void open(String url) {
    call("Page.navigate", JSON.createObjectNode().put("url", url));
  }

  /** The value of an expression of JavaScript; waits for a promise. */
  public JsonNode run(String expression) {
    JsonNode answer =
        call(
            "Runtime.evaluate",
            JSON.createObjectNode()
                .put("expression", expression)
                .put("awaitPromise", true)
                .put("returnByValue", true)
                .put("userGesture", true));
    if (answer.has("exceptionDetails")) {
      throw new IllegalStateException(expression + ": " + answer.get("exceptionDetails"));
    }
    return answer.path("result").path("value");
  }

  /** The text that a person sees. */
  public String text() {
    return run("document.body ? document.body.innerText : ''").asText();
  }

  /** Waits until the page shows all of these texts. */
  public void awaitText(String... texts) {
    Awaitility.await().atMost(PATIENCE).untilAsserted(() -> assertThat(text()).contains(texts));
  }

  /** Presses a button or a link, by what is written on it, once it is there. */
  public void press(String words) {
    String find =
        "[...document.querySelectorAll('button, a')].find(e => !e.disabled && e.innerText.trim() ==="
            + " "
            + quoted(words)
            + ")";
    Awaitility.await().atMost(PATIENCE).until(() -> run("!!" + find).asBoolean());
    run(find + ".click()");
  }

  /** Types into a field, by the name that a person reads. */
  public void type(String label, String value) {
    run(
        "(() => { const l = [...document.querySelectorAll('label')].find(e =>"
            + " e.innerText.trim().startsWith("
            + quoted(label)
            + ")); const f = l.control; f.focus(); f.select(); })()");
    call("Input.insertText", JSON.createObjectNode().put("text", value));
  }

  /** Presses a key such as Tab or Enter. */
  public void key(String name) {
    ObjectNode key = JSON.createObjectNode().put("key", name).put("code", name);
    key.put("windowsVirtualKeyCode", name.equals("Tab") ? 9 : 13);
    if (name.equals("Enter")) {
      key.put("text", "\r");
    }
    call("Input.dispatchKeyEvent", key.deepCopy().put("type", "keyDown"));
    call("Input.dispatchKeyEvent", key.put("type", "keyUp"));
  }

  /** Chooses a file in a field. */
  public void choose(String selector, Path file) {
    JsonNode root = call("DOM.getDocument").path("root").path("nodeId");
    JsonNode field =
        call(
                "DOM.querySelector",
                JSON.createObjectNode().put("nodeId", root.asInt()).put("selector", selector))
            .path("nodeId");
    ObjectNode files = JSON.createObjectNode().put("nodeId", field.asInt());
    files.putArray("files").add(file.toAbsolutePath().toString());
    call("DOM.setFileInputFiles", files);
  }

  /**
   * @param scheme light or dark
   */
  public void look(int width, int height, String scheme) {
    call(
        "Emulation.setDeviceMetricsOverride",
        JSON.createObjectNode()
            .put("width", width)
            .put("height", height)
            .put("deviceScaleFactor", 1)
            .put("mobile", false));
    ObjectNode media = JSON.createObjectNode();
    media.putArray("features").addObject().put("name", "prefers-color-scheme").put("value", scheme);
    call("Emulation.setEmulatedMedia", media);
  }

  /** What is seen, as PNG. */
  public byte[] picture() {
    return Base64.getDecoder()
        .decode(
            call("Page.captureScreenshot", JSON.createObjectNode().put("format", "png"))
                .path("data")
                .asText());
  }

  private static String quoted(String text) {
    try {
      return JSON.writeValueAsString(text);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private JsonNode call(String method) {
    return call(method, JSON.createObjectNode());
  }

  private JsonNode call(String method, ObjectNode parameters) {
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    int mine = number.incrementAndGet();
    answers.put(mine, answer);
    send(mine, method, parameters);
    JsonNode got = answer.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    if (got.has("error")) {
      throw new IllegalStateException(method + ": " + got.get("error"));
    }
    return got.path("result");
  }

  private synchronized void send(int mine, String method, ObjectNode parameters) {
    ObjectNode message = JSON.createObjectNode().put("id", mine).put("method", method);
    message.set("params", parameters);
    socket.sendText(message.toString(), true).join();
  }

  private void handle(JsonNode message) {
    if (message.has("id")) {
      Optional.ofNullable(answers.remove(message.get("id").asInt()))
          .ifPresent(answer -> answer.complete(message));
      return;
    }
    ObjectNode paused =
        JSON.createObjectNode().put("requestId", message.path("params").path("requestId").asText());
    switch (message.path("method").asText()) {
      case "Fetch.requestPaused" -> later("Fetch.continueRequest", paused);
      case "Fetch.authRequired" -> {
        ObjectNode shown = paused.putObject("authChallengeResponse");
        shown.put("response", id.isEmpty() ? "CancelAuth" : "ProvideCredentials");
        shown.put("username", id).put("password", secret);
        later("Fetch.continueWithAuth", paused);
      }
      default -> {
        // Told for others.
      }
    }
  }

  /** Not on the thread that reads: it must not wait for itself. */
  private void later(String method, ObjectNode parameters) {
    CompletableFuture.runAsync(() -> send(number.incrementAndGet(), method, parameters));
  }

  private final class Listener implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        try {
          handle(JSON.readTree(text.toString()));
        } catch (JsonProcessingException e) {
          throw new IllegalStateException(e);
        } finally {
          text.setLength(0);
        }
      }
      from.request(1);
      return null;
    }
  }

  @Override
  public void close() {
    socket.abort();
    List<ProcessHandle> others = process.descendants().toList();
    others.forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    process.onExit().orTimeout(10, TimeUnit.SECONDS).join();
  }
}
