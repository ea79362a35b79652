package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.smsroutes.sandbox.Sandbox;
import dev.smsroutes.testing.RunningBundle;
import dev.smsroutes.testing.SandboxProbe;
import dev.smsroutes.testing.Sandboxes;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/** No secret leaves the process but to whom it belongs, whatever fails. */
@Timeout(300)
class SecretsIT {
  private static final String MARK = "canary";
  private static final String BODY =
      "{\"definitionKey\":\"account-reset\",\"recipient\":{\"contactKey\":\"c\",\"to\":\"+14255550123\","
          + "\"attributes\":{\"FirstName\":\"Ada\",\"password\":\"p\"}}}";

  private static final Queue<String> LOGGED = new ConcurrentLinkedQueue<>();
  private static final AppenderBase<ILoggingEvent> APPENDER =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          LOGGED.add(
              event.getThreadName()
                  + " "
                  + event.getFormattedMessage()
                  + (event.getThrowableProxy() == null
                      ? ""
                      : ThrowableProxyUtil.asString(event.getThrowableProxy())));
        }
      };

  @TempDir private Path folder;

  private static Logger root() {
    return (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
  }

  @BeforeAll
  static void listen() {
    APPENDER.start();
    root().addAppender(APPENDER);
    root().setLevel(Level.INFO);
  }

  @AfterAll
  static void stop() {
    root().detachAppender(APPENDER);
    root().setLevel(Level.WARN);
  }

  @BeforeEach
  void forget() {
    LOGGED.clear();
  }

  private static String get(String url) throws Exception {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString())
        .body();
  }

  private static String threads() {
    return Thread.getAllStackTraces().keySet().stream().map(Thread::getName).toList().toString();
  }

  private static String told(Throwable failure) {
    StringWriter told = new StringWriter();
    failure.printStackTrace(new PrintWriter(told));
    return told.toString();
  }

  @Test
  void refused_logins_tell_no_secret_anywhere() throws Exception {
    Path secret = Files.writeString(folder.resolve("secret"), "secret-canary\n");
    try (Sandbox api = Sandboxes.start()) {
      SandboxProbe probe = new SandboxProbe(api.url());
      probe.faults("{\"on\": \"token\", \"status\": 401}");
      List<String> seen = new ArrayList<>();
      String[] settings =
          RunningBundle.withBroker(
              folder,
              "sms.api.url",
              api.url(),
              "sms.api.client-id",
              "id-canary",
              "sms.api.client-secret-file",
              secret.toString(),
              "sms.api.trust-store-password",
              "trust-canary",
              "sms.jms.user",
              "shop",
              "sms.jms.password",
              "jms-canary",
              "sms.ledger.password",
              "ledger-canary",
              "sms.sftp.password",
              "sftp-canary",
              "sms.sftp.private-key-passphrase",
              "phrase-canary",
              "sms.management.enabled",
              "true",
              "sms.management.port",
              "0");
      try (RunningBundle bundle = RunningBundle.start(settings)) {
        String observe =
            "http://127.0.0.1:" + bundle.bundle().managementPort().getAsInt() + "/observe/";
        seen.add(bundle.keyed("leak-1", BODY).toString());
        seen.add(bundle.keyed("leak-1", BODY).body());
        seen.add(get(observe + "health"));
        seen.add(get(observe + "metrics"));
        seen.add(threads());
        probe.reset();
        await()
            .atMost(Duration.ofSeconds(30))
            .untilAsserted(() -> assertThat(bundle.keyed("leak-1", BODY).status()).isEqualTo(202));
        assertThat(probe.tokens()).isPositive();
      }

      assertThat(seen.get(1)).contains("sms.api.client-secret");
      assertThat(LOGGED).isNotEmpty();
      assertThat(String.join("\n", seen)).doesNotContain(MARK);
      assertThat(String.join("\n", LOGGED)).doesNotContain(MARK);
    }
  }

  @Test
  void a_rotated_secret_needs_no_restart() throws Exception {
    Path secret = Files.writeString(folder.resolve("secret"), "first");
    HttpServer api = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    api.createContext(
        "/v2/token",
        call -> {
          String asked = new String(call.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          boolean right = asked.contains("\"client_secret\":\"second\"");
          answer(call, right ? 200 : 401, "{\"access_token\":\"t\",\"expires_in\":1080}");
        });
    api.createContext(
        "/messaging",
        call -> answer(call, 202, "{\"requestId\":\"r\",\"errorcode\":0,\"responses\":[]}"));
    api.start();
    try (RunningBundle bundle =
        RunningBundle.start(
            "sms.api.url",
            "http://127.0.0.1:" + api.getAddress().getPort(),
            "sms.api.client-id",
            "x",
            "sms.api.client-secret-file",
            secret.toString())) {
      assertThat(bundle.keyed("rotate-1", BODY).status()).isEqualTo(401);

      Files.writeString(secret, "second\n");

      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() -> assertThat(bundle.keyed("rotate-1", BODY).status()).isEqualTo(202));
    } finally {
      api.stop(0);
    }
  }

  private static void answer(HttpExchange call, int status, String body) throws IOException {
    call.getRequestBody().readAllBytes();
    call.getResponseHeaders().set("Content-Type", "application/json");
    call.sendResponseHeaders(status, body.length());
    try (OutputStream out = call.getResponseBody()) {
      out.write(body.getBytes(StandardCharsets.UTF_8));
    }
  }

  @ParameterizedTest(name = "{0}={1}")
  @CsvSource({
    "sms.api.url, ftp://user:canary@host",
    "sms.api.url, https://user:canary@host",
    "sms.api.auth-url, ftp://user:canary@host",
    "sms.api.proxy-url, http://user:canary@host:3128",
    "sms.api.client-secret, a{{canary",
    "sms.jms.password, '{{canary}}'",
    "sms.ledger.password, '{{canary'",
    "sms.ledger.url, jdbc:h2:canary",
    "sms.ledger.url, jdbc:postgresql://127.0.0.1:1/sms?user=x&password=canary",
    "sms.ledger.url, jdbc:postgresql://db.example.com/sms?password=canary",
    "sms.jms.password, canary"
  })
  void a_start_that_fails_tells_no_secret(String key, String value) {
    List<String> settings = new ArrayList<>(List.of(key, value));
    if (!key.equals("sms.api.url")) {
      settings.addAll(List.of("sms.api.url", "https://api.example.com"));
    }
    Throwable failure = null;
    try (RunningBundle started = RunningBundle.start(settings.toArray(String[]::new))) {
      assertThat(started).isNull();
    } catch (RuntimeException e) {
      failure = e;
    }

    assertThat(failure).isNotNull();
    assertThat(told(failure)).doesNotContain(MARK);
    assertThat(String.join("\n", LOGGED)).doesNotContain(MARK);
  }
}
