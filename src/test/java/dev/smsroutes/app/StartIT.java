package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.smsroutes.config.InvalidSettingsException;
import dev.smsroutes.definition.InvalidDefinitionException;
import dev.smsroutes.testing.Requests;
import dev.smsroutes.testing.RunningBundle;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** A start that cannot work says why, says all of it, and leaves nothing running. */
@Timeout(60)
class StartIT {
  @TempDir Path folder;

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static void assertFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      assertThat(socket.getLocalPort()).isEqualTo(port);
    } catch (IOException e) {
      throw new AssertionError("Something still listens on port " + port, e);
    }
  }

  @Test
  void names_all_wrong_settings_at_once_and_leaves_nothing_running() throws IOException {
    int http = freePort();
    int sandbox = freePort();

    assertThatThrownBy(
            () ->
                RunningBundle.start(
                    "sms.http.port", Integer.toString(http),
                    "sms.sandbox.port", Integer.toString(sandbox),
                    "sms.api.url", "http://api.example.com",
                    "sms.api.auth-url", "ftp://auth.example.com",
                    "sms.api.ulr", "x",
                    "sms.api.response-timeout", "soon",
                    "sms.http.max-in-flight", "many",
                    "sms.message.max-parts", "0",
                    "sms.definitions.source", "elsewhere"))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("sms.api.url: expected https")
        .hasMessageContaining("sms.api.auth-url: expected a URL such as https://host")
        .hasMessageContaining("sms.api.client-id: expected a value, because sms.api.url names")
        .hasMessageContaining("sms.api.client-secret: expected a value")
        .hasMessageContaining("sms.api.ulr: there is no such key")
        .hasMessageContaining("sms.api.response-timeout: expected a time")
        .hasMessageContaining("got 'soon'")
        .hasMessageContaining("sms.http.max-in-flight: expected a whole number from 1 to 100000")
        .hasMessageContaining("sms.message.max-parts: expected a whole number from 1 to 255")
        .hasMessageContaining("sms.definitions.source: expected directory");
    assertFree(http);
    assertFree(sandbox);
  }

  /** A key, a value that cannot work, and what is said of it. */
  static Stream<Arguments> wrong() {
    return Stream.of(
        arguments("sms.http.port", "70000", "from 0 to 65535; got '70000'"),
        arguments("sms.sandbox.port", "-1", "from 0 to 65535; got '-1'"),
        arguments("sms.http.deadline", "0ms", "a time of at least 1ms"),
        arguments("sms.http.recipients-concurrency", "1.5", "a whole number"),
        arguments("sms.api.allow-plain-http", "yes", "true or false; got 'yes'"),
        arguments("sms.api.url", "api.example.com", "a URL such as https://host"),
        arguments("sms.api.url", "https://user:secret-canary@host", "without user"),
        arguments("sms.api.url", "https://host?x=secret-canary", "without user, query"),
        arguments("sms.file.min-age", "soon", "expected a time such as 500ms"),
        arguments("sms.file.concurrency", "0", "a whole number from 1 to 1000; got '0'"),
        arguments("sms.file.max-line-bytes", "0", "a whole number from 1 to"),
        arguments("sms.file.done", "", "a path; got ''"),
        arguments("sms.send-window", "8-20", "two different times of a day, such as 08:00-20:00"),
        arguments("sms.file.send-window", "08:00-08:00", "two different times of a day"),
        arguments("sms.send-window-zone", "Mars", "a time zone such as UTC"),
        arguments("sms.suppression-file", "target/missing.txt", "there is no such file"),
        arguments("sms.suppression-file", "target", "it cannot be read"),
        arguments("sms.http.mode", "later", "sync or queued; got 'later'"),
        arguments("sms.http.mode", "queued", "sms.jms.enabled is false"),
        arguments("sms.jms.max-queue-bytes", "0", "expected a whole number of at least 1; got '0'"),
        arguments("camel.main.shutdownTimeout", "soon", "a whole number"),
        arguments("sms.http.authentication", "password", "api-key, jwt, mtls, passthrough (or"),
        arguments("sms.http.authentication", "api-key,", "or none; got 'api-key,'"),
        arguments("sms.http.authentication", "none,api-key", "or none; got 'none,api-key'"),
        arguments("sms.http.authentication", "passthrough,api-key", "expected passthrough alone"),
        arguments("sms.management.authentication", "passthrough", "api-key, jwt, mtls (or"),
        arguments("sms.http.maxInFlight", "5", "there is no such key"),
        arguments("sms.typo", "", "there is no such key"),
        arguments("sms.management.port", "-1", "from 0 to 65535; got '-1'"),
        arguments("sms.http.max-body-bytes", "0", "a whole number from 1"),
        arguments("camel.server.port", "8080", "is now sms.http.port (in the environment SMS_"),
        arguments("camel.server.maxBodySize", "1", "is now sms.http.max-body-bytes"),
        arguments("camel.management.host", "::1", "is now sms.management.host"),
        arguments("camel.server.authenticationEnabled", "true", "there is no such key any more"),
        arguments("camel.metrics.enabled", "true", "there is no such key any more"));
  }

  /** A start that would let everyone send real messages, and what is said of it. */
  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          sms.api.url=https://api.example.com | sms.http.authentication: expected how callers show who they are (api-key, jwt or mtls), or none to let everyone in who reaches the port, because sms.api.url names an API that is not on this machine; it is empty
          sms.api.url=https://127.0.0.1.example.com | sms.http.authentication: expected how
          sms.http.host=0.0.0.0               | sms.http.authentication: expected how callers show who they are (api-key, jwt or mtls), or none to let everyone in who reaches the port, because sms.http.host is not loopback; it is empty
          sms.management.enabled=true sms.management.host=:: | sms.management.authentication: expected how callers show who they are
          sms.http.authentication=jwt         | sms.http.jwt.issuer: expected a value
          sms.http.authentication=jwt         | sms.http.jwt.audience: expected a value
          sms.management.authentication=jwt   | sms.http.jwt.jwks: expected a value
          sms.http.authentication=mtls        | sms.http.tls.client-ca-file: expected a file
          sms.http.tls.key-file=k.pem         | sms.http.tls.certificate-file: expected a file
          sms.http.tls.client-ca-file=k.pem   | sms.http.tls.certificate-file: expected a file
          sms.management.tls.certificate-file=c.pem | sms.management.tls.key-file: expected a file
          sms.http.authentication=passthrough sms.http.mode=queued sms.jms.enabled=true | sms.http.mode: expected sync with
          camel.server.authenticationEnabled=true camel.server.jwtKeystorePath=x | camel.server.authenticationEnabled: there is no such key any more
          """)
  void refuses_a_door_that_does_not_hold(String settings, String words) {
    List<String> all =
        new ArrayList<>(List.of("sms.api.client-id", "id", "sms.api.client-secret", "secret"));
    for (String setting : settings.split(" ")) {
      all.addAll(List.of(setting.split("=", 2)));
    }

    assertThatThrownBy(() -> RunningBundle.start(all.toArray(String[]::new)))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining(words);
  }

  /** Address, whether there is a door, and the beginning of the one warning about it. */
  @ParameterizedTest(name = "{0} {1}: {2}")
  @CsvSource({
    "127.0.0.1, '', sms.http.authentication: it is empty",
    "127.0.0.1, none,",
    "0.0.0.0, none, sms.http.tls.certificate-file: it is empty"
  })
  void warns_once_of_an_open_door(String host, String authentication, String warning) {
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    Logger logger = (Logger) LoggerFactory.getLogger(Bundle.class);
    log.start();
    logger.addAppender(log);

    RunningBundle.start("sms.http.host", host, "sms.http.authentication", authentication).close();

    logger.detachAppender(log);
    List<String> told =
        log.list.stream()
            .map(ILoggingEvent::getFormattedMessage)
            .filter(line -> line.startsWith("sms.http.") && !line.startsWith("sms.http.deadline"))
            .toList();
    if (warning == null) {
      assertThat(told).isEmpty();
    } else {
      assertThat(told).singleElement().asString().startsWith(warning);
    }
  }

  @ParameterizedTest(name = "{0}={1}")
  @MethodSource("wrong")
  void refuses_a_setting_by_name(String key, String value, String words) {
    assertThatThrownBy(() -> RunningBundle.start(key, value))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining(key + ": ")
        .hasMessageContaining(words)
        .hasMessageNotContaining("secret-canary");
  }

  @Test
  void refuses_an_unusable_definition_and_leaves_nothing_running() throws IOException {
    int http = freePort();
    int sandbox = freePort();
    Files.writeString(folder.resolve("good.json"), definition("good", "Hi %%Name%%"));
    Files.writeString(folder.resolve("bad.json"), "{\"definitionKey\": \"bad\"}");
    Files.writeString(folder.resolve("worse.yaml"), "definitionKey: [");

    assertThatThrownBy(
            () ->
                RunningBundle.start(
                    "sms.http.port", Integer.toString(http),
                    "sms.sandbox.port", Integer.toString(sandbox),
                    "sms.definitions.directory", folder.toString()))
        .isInstanceOf(InvalidDefinitionException.class)
        .hasMessageContaining("bad.json")
        .hasMessageContaining("content.message")
        .hasMessageContaining("worse.yaml");
    assertFree(http);
    assertFree(sandbox);
  }

  @Test
  void names_its_busy_port_and_leaves_nothing_running() throws IOException {
    int sandbox = freePort();
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(
              () ->
                  RunningBundle.start(
                      "sms.http.port", Integer.toString(taken.getLocalPort()),
                      "sms.sandbox.port", Integer.toString(sandbox)))
          .hasMessageContaining("sms.http.port")
          .hasMessageContaining(Integer.toString(taken.getLocalPort()));
    }
    assertFree(sandbox);
  }

  @Test
  void names_the_busy_port_of_the_sandbox_and_leaves_nothing_running() throws IOException {
    int http = freePort();
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(
              () ->
                  RunningBundle.start(
                      "sms.http.port", Integer.toString(http),
                      "sms.sandbox.port", Integer.toString(taken.getLocalPort())))
          .hasMessageContaining("sms.sandbox.port")
          .hasMessageContaining(Integer.toString(taken.getLocalPort()));
    }
    assertFree(http);
  }

  @Test
  void stops_as_a_whole() throws IOException {
    int http = freePort();
    int sandbox = freePort();
    RunningBundle bundle =
        RunningBundle.start(
            "sms.http.port", Integer.toString(http),
            "sms.sandbox.port", Integer.toString(sandbox));
    assertThat(bundle.port()).isEqualTo(http);
    assertThat(bundle.keyed("k", Requests.keyed()).status()).isEqualTo(202);

    bundle.close();

    assertFree(http);
    assertFree(sandbox);
  }

  @ParameterizedTest(name = "{0} → {1}")
  @CsvSource({"4s, false", "5s, true", "25s, true"})
  void complains_when_a_stop_would_leave_callers_without_an_answer(
      String deadline, boolean complains) {
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    Logger logger = (Logger) LoggerFactory.getLogger(Bundle.class);
    log.start();
    logger.addAppender(log);
    try {
      RunningBundle.start("sms.http.deadline", deadline, "camel.main.shutdownTimeout", "5").close();
    } finally {
      logger.detachAppender(log);
    }

    assertThat(
            log.list.stream()
                .map(ILoggingEvent::getFormattedMessage)
                .anyMatch(
                    line ->
                        line.startsWith("sms.http.deadline: expected less than")
                            && line.contains("camel.main.shutdownTimeout (5 s)")))
        .isEqualTo(complains);
  }

  @Test
  void takes_its_definitions_from_the_configured_folder() throws IOException {
    Files.writeString(folder.resolve("own.json"), definition("own", "Hi %%Name%%"));
    try (RunningBundle bundle =
        RunningBundle.start("sms.definitions.directory", folder.toString())) {
      String body =
          """
          {"definitionKey": "own",
           "recipient": {"contactKey": "c", "to": "+4915112345678", "attributes": {"name": "Ada"}}}
          """;
      assertThat(bundle.keyed("k", body).status()).isEqualTo(202);
      assertThat(bundle.sandbox().message("k").path("text").asText()).isEqualTo("Hi Ada");
      assertThat(bundle.keyed("k2", Requests.keyed()).code()).isEqualTo(109111);
    }
  }

  @Test
  void lets_a_system_property_win_over_the_file() {
    System.setProperty("sms.http.max-recipients", "1");
    try (RunningBundle bundle = RunningBundle.start()) {
      assertThat(bundle.bare(Requests.bare(Requests.recipient(), Requests.recipient())).code())
          .isEqualTo(109101);
    } finally {
      System.clearProperty("sms.http.max-recipients");
    }
  }

  private static String definition(String key, String text) {
    return "{\"definitionKey\": \"" + key + "\", \"content\": {\"message\": \"" + text + "\"}}";
  }
}
