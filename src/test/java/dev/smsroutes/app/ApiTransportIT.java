package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.smsroutes.config.InvalidSettingsException;
import dev.smsroutes.sandbox.Sandbox;
import dev.smsroutes.testing.RunningBundle;
import dev.smsroutes.testing.SandboxProbe;
import dev.smsroutes.testing.Sandboxes;
import dev.smsroutes.testing.TestCertificates;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The way to the API: through a proxy, over TLS, with a certificate of our own. */
@Timeout(300)
class ApiTransportIT {
  private static final String BODY =
      "{\"definitionKey\":\"account-reset\",\"recipient\":{\"contactKey\":\"c\",\"to\":\"+14255550123\","
          + "\"attributes\":{\"FirstName\":\"Ada\",\"password\":\"p\"}}}";

  @TempDir private static Path folder;
  private static TestCertificates certificates;
  private static Sandbox sandbox;
  private static Relay named;
  private static Relay misnamed;
  private static Relay proxy;

  private Path secret;
  private Path certificate;

  @BeforeAll
  static void start() throws IOException {
    certificates = TestCertificates.in(folder.resolve("ca"));
    certificates.server("api");
    certificates.client("other", "CN=other.example.com");
    certificates.client("gateway", "CN=gateway");
    certificates.client("renewed", "CN=renewed");
    sandbox = Sandboxes.start();
    int port = Integer.parseInt(sandbox.url().replaceFirst(".*:", ""));
    named = Relay.tls(port, certificates, "api");
    misnamed = Relay.tls(port, certificates, "other");
    proxy = Relay.proxy("gateway:proxy-word");
  }

  @AfterAll
  static void stop() {
    proxy.close();
    misnamed.close();
    named.close();
    sandbox.close();
  }

  @BeforeEach
  void write_files() throws IOException {
    secret = Files.writeString(folder.resolve("proxy-password"), "proxy-word\n");
    certificate = folder.resolve("own.crt");
    Files.copy(
        certificates.certificate("gateway"), certificate, StandardCopyOption.REPLACE_EXISTING);
    Files.copy(certificates.key("gateway"), key(certificate), StandardCopyOption.REPLACE_EXISTING);
  }

  @AfterEach
  void forget() {
    new SandboxProbe(sandbox.url()).reset();
    named.seen.clear();
    proxy.seen.clear();
  }

  private static Path key(Path certificate) {
    return certificate.resolveSibling("own.key");
  }

  private String[] settings(Relay api, String... more) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "sms.api.url", "https://localhost:" + api.port(),
                "sms.api.client-id", "x",
                "sms.api.client-secret", "x"));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  private String[] trusted(Relay api, String... more) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "sms.api.trust-store-file", certificates.certificate("ca").toString(),
                "sms.api.client-certificate-file", certificate.toString(),
                "sms.api.client-key-file", key(certificate).toString()));
    all.addAll(List.of(more));
    return settings(api, all.toArray(String[]::new));
  }

  @Test
  void tokens_and_messages_go_through_the_proxy_with_our_certificate() throws IOException {
    String[] settings =
        trusted(
            named,
            RunningBundle.withManagement(
                "sms.api.proxy-url",
                "http://127.0.0.1:" + proxy.port(),
                "sms.api.proxy-user",
                "gateway",
                "sms.api.proxy-password-file",
                secret.toString()));
    try (RunningBundle bundle = RunningBundle.start(settings)) {
      assertThat(bundle.keyed("way-1", BODY).status()).isEqualTo(202);

      assertThat(new SandboxProbe(sandbox.url()).tokens()).isEqualTo(1);
      assertThat(new SandboxProbe(sandbox.url()).sends()).isEqualTo(1);
      assertThat(named.seen).isNotEmpty().containsOnly("CN=gateway");
      assertThat(proxy.seen).isNotEmpty().containsOnly("CONNECT localhost:" + named.port());

      // Renewed at a running process, at first by half.
      Files.writeString(certificate, "-----BEGIN CERTIFICATE-----\n");
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () ->
                  assertThat(bundle.managed("/observe/health").body())
                      .contains("sms-api-tls", "sms.api.client-certificate-file"));
      named.cutConnections();
      assertThat(bundle.keyed("way-2", BODY).status()).as("by the last good one").isEqualTo(202);
      assertThat(bundle.managed("/observe/health/ready").status()).isEqualTo(200);
      Files.copy(
          certificates.key("renewed"), key(certificate), StandardCopyOption.REPLACE_EXISTING);
      Files.copy(
          certificates.certificate("renewed"), certificate, StandardCopyOption.REPLACE_EXISTING);
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () -> {
                // New files are for new connections.
                named.cutConnections();
                bundle.keyed("way-" + System.nanoTime(), BODY);
                assertThat(named.seen).contains("CN=renewed");
              });
      assertThat(bundle.managed("/observe/health").body()).doesNotContain("sms-api-tls");
    }
  }

  @Test
  void an_api_that_is_not_trusted_gets_nothing() {
    try (RunningBundle bundle = RunningBundle.start(settings(named))) {
      assertThat(bundle.keyed("trust-1", BODY).status()).isEqualTo(500);
      assertThat(new SandboxProbe(sandbox.url()).calls()).isZero();
    }
  }

  @Test
  void an_api_with_a_certificate_of_another_host_gets_nothing() {
    try (RunningBundle bundle = RunningBundle.start(trusted(misnamed))) {
      assertThat(bundle.keyed("name-1", BODY).status()).isEqualTo(500);
      assertThat(new SandboxProbe(sandbox.url()).calls()).isZero();
    }
  }

  @Test
  void a_certificate_without_its_key_and_a_file_without_certificates_are_refused()
      throws IOException {
    Path nothing = Files.writeString(folder.resolve("nothing.pem"), "-----BEGIN NOTHING-----");
    Path other = certificates.key("renewed");

    assertThatThrownBy(
            () ->
                RunningBundle.start(
                    settings(named, "sms.api.client-certificate-file", certificate.toString())))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("sms.api.client-key-file: expected both or neither");
    assertThatThrownBy(
            () -> RunningBundle.start(trusted(named, "sms.api.client-key-file", other.toString())))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining(
            "sms.api.client-key-file: expected the private key of the certificate in"
                + " sms.api.client-certificate-file; got another");
    assertThatThrownBy(
            () ->
                RunningBundle.start(
                    settings(named, "sms.api.trust-store-file", nothing.toString())))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("sms.api.trust-store-file: expected certificates in PEM; got");
  }

  /** Accepts connections and hands them on, after TLS or after the request of a proxy's client. */
  private static final class Relay implements AutoCloseable {
    private interface Begin {
      /** Where to go on to; the first lines are read. */
      Socket target(Socket client, Queue<String> seen) throws IOException;
    }

    private final ServerSocket server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    final Queue<String> seen = new ConcurrentLinkedQueue<>();

    private Relay(ServerSocket server, Begin begin) {
      this.server = server;
      threads.execute(
          () -> {
            while (!server.isClosed()) {
              try {
                Socket client = server.accept();
                threads.execute(() -> serve(client, begin));
              } catch (IOException e) {
                // Closed.
              }
            }
          });
    }

    static Relay tls(int port, TestCertificates certificates, String alias) throws IOException {
      SSLServerSocket server =
          (SSLServerSocket)
              certificates
                  .ofClient(certificates, alias)
                  .getServerSocketFactory()
                  .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
      server.setNeedClientAuth(true);
      return new Relay(
          server,
          (client, seen) -> {
            SSLSocket tls = (SSLSocket) client;
            tls.startHandshake();
            seen.add(tls.getSession().getPeerPrincipal().getName());
            return new Socket(InetAddress.getLoopbackAddress(), port);
          });
    }

    static Relay proxy(String login) throws IOException {
      String wanted =
          "Proxy-Authorization: Basic "
              + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8));
      return new Relay(
          new ServerSocket(0, 50, InetAddress.getLoopbackAddress()),
          (client, seen) -> {
            String head = head(client.getInputStream());
            while (!head.contains(wanted)) {
              answer(
                  client,
                  "407 Login\r\nProxy-Authenticate: Basic realm=\"p\"\r\nContent-Length: 0");
              head = head(client.getInputStream());
            }
            seen.add(head.lines().findFirst().orElse("").replace(" HTTP/1.1", ""));
            answer(client, "200 Connected");
            int port = Integer.parseInt(head.replaceFirst("(?s)^CONNECT [^:]+:(\\d+).*", "$1"));
            return new Socket(InetAddress.getLoopbackAddress(), port);
          });
    }

    private static String head(InputStream in) throws IOException {
      StringBuilder head = new StringBuilder();
      while (head.indexOf("\r\n\r\n") < 0) {
        int next = in.read();
        if (next < 0) {
          throw new IOException("closed");
        }
        head.append((char) next);
      }
      return head.toString();
    }

    private static void answer(Socket client, String what) throws IOException {
      client
          .getOutputStream()
          .write(("HTTP/1.1 " + what + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    private void serve(Socket client, Begin begin) {
      open.add(client);
      try (client;
          Socket target = begin.target(client, seen)) {
        open.add(target);
        threads.execute(() -> pump(target, client));
        pump(client, target);
      } catch (IOException e) {
        // The handshake failed, which is what some tests want.
      }
    }

    private static void pump(Socket from, Socket to) {
      try {
        from.getInputStream().transferTo(to.getOutputStream());
      } catch (IOException e) {
        // Cut.
      } finally {
        close(to);
      }
    }

    private static void close(Socket socket) {
      try {
        socket.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    int port() {
      return server.getLocalPort();
    }

    void cutConnections() {
      open.forEach(Relay::close);
    }

    @Override
    public void close() {
      try {
        server.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      cutConnections();
      threads.shutdownNow();
    }
  }
}
