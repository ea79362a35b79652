package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.smsroutes.access.Role;
import dev.smsroutes.config.InvalidSettingsException;
import dev.smsroutes.testing.KeysFiles;
import dev.smsroutes.testing.Requests;
import dev.smsroutes.testing.RunningBundle;
import dev.smsroutes.testing.TestCertificates;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** TLS on both HTTP servers and the broker by PEM files, and callers who show a certificate. */
@Timeout(60)
class TlsIT {
  @TempDir static Path home;

  private static TestCertificates certificates;
  private static TestCertificates foreign;
  private static RunningBundle bundle;

  @BeforeAll
  static void start() throws IOException {
    certificates =
        TestCertificates.in(home.resolve("ca"))
            .server("server")
            .server("server-2")
            .client("shop", "CN=shop, O=Test")
            .client("crm", "O=Test", "crm.example.com")
            .client("watcher", "CN=watcher")
            .client("gone", "CN=gone")
            .client("two", "CN=shop, CN=watcher")
            .client("nobody", "O=Test");
    foreign = TestCertificates.in(home.resolve("foreign")).client("shop", "CN=shop");
    KeysFiles.write(
        home.resolve("keys.json"),
        KeysFiles.key("watcher", Role.OBSERVE),
        KeysFiles.revoked("gone"));
    copy(certificates.certificate("server"), "server.crt");
    copy(certificates.key("server"), "server.key");
    copy(certificates.certificate("server"), "broker.crt");
    copy(certificates.key("server"), "broker.key");
    bundle =
        RunningBundle.start(
            RunningBundle.withBroker(
                home,
                "sms.jms.tls.certificate-file",
                home.resolve("broker.crt").toString(),
                "sms.jms.tls.key-file",
                home.resolve("broker.key").toString(),
                "sms.http.authentication",
                "mtls",
                "sms.http.keys-file",
                home.resolve("keys.json").toString(),
                "sms.http.tls.certificate-file",
                home.resolve("server.crt").toString(),
                "sms.http.tls.key-file",
                home.resolve("server.key").toString(),
                "sms.http.tls.client-ca-file",
                certificates.certificate("ca").toString(),
                "sms.management.enabled",
                "true",
                "sms.management.port",
                "0",
                "sms.management.authentication",
                "mtls",
                "sms.management.tls.certificate-file",
                certificates.certificate("server").toString(),
                "sms.management.tls.key-file",
                certificates.key("server").toString(),
                "sms.management.tls.client-ca-file",
                certificates.certificate("ca").toString()));
  }

  @AfterAll
  static void stop() {
    bundle.close();
  }

  private static void copy(Path from, String to) throws IOException {
    Files.copy(from, home.resolve(to), StandardCopyOption.REPLACE_EXISTING);
  }

  /** Certificate | status of a send | status of the meters. */
  @ParameterizedTest(name = "{0}: {1}, {2}")
  @CsvSource({
    "shop, 202, 403",
    "crm, 202, 403",
    "watcher, 403, 200",
    "gone, 401, 401",
    "two, 401, 401",
    "nobody, 401, 401",
    ", 401, 401"
  })
  void lets_in_who_shows_a_certificate_of_its_authority(String alias, int sending, int observing)
      throws Exception {
    SSLContext tls = certificates.ofClient(alias);

    assertThat(send(tls).statusCode()).isEqualTo(sending);
    assertThat(managed(tls, "/observe/metrics").statusCode()).isEqualTo(observing);
  }

  @Test
  void breaks_off_with_a_certificate_of_another_authority() {
    SSLContext tls = certificates.ofClient(foreign, "shop");

    assertThatThrownBy(() -> send(tls)).isInstanceOf(IOException.class);
  }

  @Test
  void answers_probes_without_a_certificate() throws Exception {
    assertThat(managed(certificates.ofClient(null), "/observe/health").body())
        .isEqualTo("{\"status\":\"UP\",\"sandbox\":true}");
  }

  @ParameterizedTest
  @CsvSource({"TLSv1, false", "TLSv1.1, false", "TLSv1.2, true", "TLSv1.3, true"})
  void speaks_tls_1_2_and_later(String version, boolean speaks) throws Exception {
    SSLContext tls = certificates.ofClient(null);
    try (SSLSocket socket =
        (SSLSocket) tls.getSocketFactory().createSocket("127.0.0.1", bundle.port())) {
      socket.setEnabledProtocols(new String[] {version});
      if (speaks) {
        socket.startHandshake();
        assertThat(socket.getSession().getProtocol()).isEqualTo(version);
      } else {
        assertThatThrownBy(socket::startHandshake).isInstanceOf(SSLException.class);
      }
    }
  }

  @Test
  void takes_a_new_certificate_without_a_restart_and_keeps_the_old_one_of_a_broken_file()
      throws Exception {
    String first = serial();
    Files.writeString(home.resolve("server.crt"), "broken");
    copy(certificates.key("server-2"), "server.key");
    // Another thread reads it; while it is broken, the old one serves.
    await().untilAsserted(() -> assertThat(health()).contains("sms-door", "sms.http.tls.cert"));
    assertThat(serial()).isEqualTo(first);

    copy(certificates.certificate("server-2"), "server.crt");

    await().untilAsserted(() -> assertThat(serial()).isNotEqualTo(first));
    assertThat(send(certificates.ofClient("shop")).statusCode()).isEqualTo(202);
    await().untilAsserted(() -> assertThat(health()).contains("\"status\":\"UP\""));
  }

  @Test
  void tells_of_the_files_of_the_broker_too() throws Exception {
    Files.delete(home.resolve("broker.key"));
    await().untilAsserted(() -> assertThat(health()).contains("sms-door", "sms.jms.tls.key-file"));

    copy(certificates.key("server"), "broker.key");
    await().untilAsserted(() -> assertThat(health()).contains("\"status\":\"UP\""));
  }

  private static String health() throws Exception {
    return managed(certificates.ofClient("watcher"), "/observe/health").body();
  }

  private static String serial() throws IOException {
    try (SSLSocket socket =
        (SSLSocket)
            certificates
                .ofClient(null)
                .getSocketFactory()
                .createSocket("127.0.0.1", bundle.port())) {
      socket.startHandshake();
      return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
          .getSerialNumber()
          .toString();
    }
  }

  @ParameterizedTest(name = "{0} and {1}: {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "ca/server.crt | ca/server-2.key | sms.http.tls.key-file: expected the private key of",
        "ca/server.key | ca/server.crt | sms.http.tls.certificate-file: expected certificates in PEM",
        "missing | ca/server.key | sms.http.tls.certificate-file: expected a file; got",
        "ca/server.crt | missing | sms.http.tls.key-file: expected a file; got"
      })
  void refuses_files_that_do_not_work(String certificate, String key, String words) {
    assertThatThrownBy(
            () ->
                RunningBundle.start(
                    "sms.http.tls.certificate-file", home.resolve(certificate).toString(),
                    "sms.http.tls.key-file", home.resolve(key).toString()))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining(words);
  }

  private static HttpResponse<String> send(SSLContext tls) throws Exception {
    return HttpClient.newBuilder()
        .sslContext(tls)
        .build()
        .send(
            HttpRequest.newBuilder(
                    URI.create(
                        "https://127.0.0.1:"
                            + bundle.port()
                            + RunningBundle.MESSAGES
                            + Requests.key()))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(Requests.keyed().toString()))
                .build(),
            BodyHandlers.ofString());
  }

  private static HttpResponse<String> managed(SSLContext tls, String path) throws Exception {
    return HttpClient.newBuilder()
        .sslContext(tls)
        .build()
        .send(
            HttpRequest.newBuilder(
                    URI.create(
                        "https://127.0.0.1:"
                            + bundle.bundle().managementPort().orElseThrow()
                            + path))
                .build(),
            BodyHandlers.ofString());
  }
}
