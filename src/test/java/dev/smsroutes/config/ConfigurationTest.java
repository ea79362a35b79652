package dev.smsroutes.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What commands know of the settings: the same as a start would, and nothing is started. */
class ConfigurationTest {
  private static final String KEY = "sms.ledger.url";

  @AfterEach
  void clear() {
    System.clearProperty(KEY);
  }

  @Test
  void d_and_set_win_over_the_file_of_the_folder() {
    assertThat(Configuration.read(Map.of()).ledger().url()).isEqualTo("jdbc:sqlite:data/ledger.db");

    System.setProperty(KEY, "jdbc:sqlite:jvm.db");
    assertThat(Configuration.read(Map.of()).ledger().url()).isEqualTo("jdbc:sqlite:jvm.db");
    assertThat(Configuration.read(Map.of(KEY, "jdbc:sqlite:set.db")).ledger().url())
        .isEqualTo("jdbc:sqlite:set.db");
  }

  @Test
  void reads_where_queues_and_definitions_are() {
    Configuration read =
        Configuration.read(
            Map.of(
                "sms.jms.queue", "requests",
                "sms.jms.broker-url", "tcp://broker:61616",
                "sms.definitions.directory", "elsewhere",
                "sms.message.max-parts", "3"));

    assertThat(read.jms().broker().queues().send()).isEqualTo("requests");
    assertThat(read.jms().brokerUrl()).contains("tcp://broker:61616");
    assertThat(read.definitions()).isEqualTo(Path.of("elsewhere"));
    assertThat(read.maxParts()).isEqualTo(3);
  }

  @Test
  void puts_in_what_a_placeholder_names_as_a_start_does() {
    assertThat(
            Configuration.read(Map.of(KEY, "jdbc:sqlite:{{sms.definitions.directory}}.db"))
                .ledger()
                .url())
        .isEqualTo("jdbc:sqlite:definitions.db");
  }

  @Test
  void names_all_that_is_wrong_at_once() {
    assertThatThrownBy(
            () ->
                Configuration.read(
                    Map.of(
                        KEY,
                        "jdbc:h2:secret-canary",
                        "sms.jms.port",
                        "many",
                        "sms.message.max-parts",
                        "0",
                        "sms.typo",
                        "x")))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("sms.ledger.url: expected jdbc:sqlite:FILE")
        .hasMessageContaining("sms.jms.port: expected a whole number")
        .hasMessageContaining("sms.message.max-parts: expected a whole number from 1 to 255")
        .hasMessageContaining("sms.typo: there is no such key")
        .hasMessageNotContaining("secret-canary");
  }

  @Test
  void only_a_start_needs_credentials_and_free_ports_and_opens_files() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Map<String, String> beside =
          Map.of(
              "sms.api.url",
              "https://api.example.com",
              "sms.http.port",
              Integer.toString(taken.getLocalPort()),
              "sms.management.port",
              Integer.toString(taken.getLocalPort()),
              "sms.suppression-file",
              "target/missing.txt");

      assertThat(Configuration.read(beside).api().service().orElseThrow().url())
          .isEqualTo("https://api.example.com");
      assertThatThrownBy(() -> Configuration.readToServe(beside, ContactPolicyOptions::open))
          .isInstanceOf(InvalidSettingsException.class)
          .hasMessageContaining("sms.api.client-id: expected a value, because sms.api.url names")
          .hasMessageContaining("sms.api.client-secret: expected a value")
          .hasMessageContaining("sms.http.port: expected a port of 127.0.0.1")
          .hasMessageContaining("sms.management.port: expected a port of 127.0.0.1")
          .hasMessageContaining("sms.suppression-file: expected a suppression list");
    }
  }

  /** What shows that an API is meant, although its URL is not set. */
  @ParameterizedTest(name = "{0}={1}")
  @CsvSource({
    "sms.api.client-id, x, because sms.api.client-id is set",
    "sms.api.client-secret, x, because sms.api.client-secret is set",
    "sms.api.account-id, 12, because sms.api.account-id is set",
    "sms.api.auth-url, https://auth.example.com, because sms.api.auth-url is set",
    "sms.sandbox.enabled, false, sms.sandbox.enabled=false forbids",
    "sms.jms.broker-url, tcp://broker.example.com:61616, sms.jms.broker-url names a broker",
    "sms.ledger.url, jdbc:postgresql://db.example.com/sms?sslmode=require, sms.ledger.url names a database"
  })
  void a_start_needs_the_url_of_the_api_where_one_is_meant(String key, String value, String why) {
    Map<String, String> lost = Map.of(key, value, "sms.http.port", "0", "sms.management.port", "0");

    assertThatThrownBy(() -> Configuration.readToServe(lost, policy -> policy))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("sms.api.url: expected the URL of the SMS API")
        .hasMessageContaining(why);
    assertThat(Configuration.read(lost)).isNotNull();
  }

  @Test
  void the_sandbox_has_a_ledger_and_a_queue_of_its_own() {
    Configuration sandbox = Configuration.read(Map.of());
    Configuration api = Configuration.read(Map.of("sms.api.url", "https://api.example.com"));

    assertThat(sandbox.sandboxLedger().url()).isEqualTo("jdbc:sqlite:data/sandbox/ledger.db");
    assertThat(sandbox.jms().broker().directory()).isEqualTo(Path.of("data/sandbox/broker"));
    assertThat(api.ledger().url()).isEqualTo("jdbc:sqlite:data/ledger.db");
    assertThat(api.jms().broker().directory()).isEqualTo(Path.of("data/broker"));
  }

  @Test
  void routes_get_the_secrets_of_files_under_the_key_without_file(@TempDir Path folder)
      throws IOException {
    Path file = Files.writeString(folder.resolve("sftp"), "secret-canary\n");
    Configuration read = Configuration.read(Map.of("sms.sftp.password-file", file.toString()));

    assertThat(read.secretsOfRoutes()).containsOnlyKeys("sms.sftp.password");
    assertThat(read.secretsOfRoutes().get("sms.sftp.password").get()).isEqualTo("secret-canary");
    assertThat(read.toString()).doesNotContain("canary");
  }

  @Test
  void shows_no_secret() {
    assertThat(
            Configuration.read(
                Map.of(
                    "sms.api.url", "https://api.example.com",
                    "sms.api.client-id", "id-canary",
                    "sms.api.client-secret", "secret-canary",
                    "sms.ledger.password", "secret-canary",
                    "sms.jms.user", "shop",
                    "sms.jms.password", "secret-canary")))
        .asString()
        .contains("https://api.example.com")
        .doesNotContain("canary");
  }
}
