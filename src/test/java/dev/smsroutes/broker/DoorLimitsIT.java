package dev.smsroutes.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.smsroutes.broker.BrokerOptions.Login;
import dev.smsroutes.testing.TestCertificates;
import dev.smsroutes.tls.TlsFiles;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Session;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What one client can use up, and TLS. */
@Timeout(60)
class DoorLimitsIT {
  private static final String KEYS = "sms.jms.tls.";
  private static final String LOGIN = "CONNECT\naccept-version:1.2\nhost:x\n\n\0";

  @TempDir Path directory;

  private EmbeddedBroker broker(
      Optional<Login> login, int connections, Duration loginTimeout, Optional<TlsFiles> tls) {
    return EmbeddedBroker.start(
        TestBrokers.options(directory.resolve("broker"), login, name -> false),
        new PortOptions(
            "127.0.0.1",
            List.of(Protocol.values()),
            false,
            connections,
            loginTimeout,
            tls,
            (caller, queue) -> false),
        Optional.empty());
  }

  private static void send(JmsConnectionFactory factory) throws JMSException {
    try (Connection connection = factory.createConnection("shop", "secret")) {
      Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
      session.createProducer(session.createQueue("sms.send")).send(session.createTextMessage("x"));
    }
  }

  private static JmsConnectionFactory amqp(EmbeddedBroker broker) {
    return new JmsConnectionFactory("amqp://127.0.0.1:" + broker.port());
  }

  @Test
  void five_hundred_silent_connections_do_not_stop_an_honest_sender() throws Exception {
    List<Socket> silent = new ArrayList<>();
    try (EmbeddedBroker broker =
        broker(Login.of("shop", "secret"), 200, Duration.ofMinutes(5), Optional.empty())) {
      for (int i = 0; i < 500; i++) {
        silent.add(new Socket("127.0.0.1", broker.port()));
        if (i % 2 == 0) {
          silent.get(i).getOutputStream().write("AMQP".getBytes(StandardCharsets.US_ASCII));
        }
      }
      send(amqp(broker));
      // The oldest had to go.
      assertThat(isClosed(silent.get(0))).isTrue();
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
    }
  }

  @Test
  void closes_a_connection_that_does_not_log_in_in_time() throws Exception {
    try (EmbeddedBroker broker =
        broker(Login.of("shop", "secret"), 200, Duration.ofMillis(200), Optional.empty())) {
      for (String begun : new String[] {"", "AMQP", "AMQP\3\1\0\0", "CONNECT\n", "ARTEMIS\0"}) {
        try (Socket socket = new Socket("127.0.0.1", broker.port())) {
          socket.getOutputStream().write(begun.getBytes(StandardCharsets.ISO_8859_1));
          assertThat(isClosed(socket)).as(begun).isTrue();
        }
      }
    }
  }

  @Test
  void refuses_more_connections_than_it_may_have() throws Exception {
    try (EmbeddedBroker broker =
            broker(Login.of("shop", "secret"), 2, Duration.ofSeconds(10), Optional.empty());
        Connection first = amqp(broker).createConnection("shop", "secret");
        Connection second = amqp(broker).createConnection("shop", "secret")) {
      first.start();
      second.start();
      try (Socket third = new Socket("127.0.0.1", broker.port())) {
        assertThat(isClosed(third)).isTrue();
      }
      second.close();
      Awaitility.await().ignoreExceptions().untilAsserted(() -> send(amqp(broker)));
    }
  }

  static Stream<Arguments> frames() {
    String pad = "x".repeat(64 * 1024);
    return Stream.of(
        arguments("a head without an end", LOGIN + "SEND\nx:", pad),
        arguments("a body without an end", LOGIN + "SEND\ndestination:sms.send\n\n", pad),
        arguments(
            "a body of zeros",
            LOGIN + "SEND\ndestination:sms.send\ncontent-length:2147483000\n\n",
            "\0".repeat(64 * 1024)),
        arguments(
            "a body of 2 GB",
            LOGIN + "SEND\ndestination:sms.send\ncontent-length:2147483000\n\n",
            ""),
        arguments("a login without an end", "CONNECT\nlogin:", pad),
        arguments("CORE with a frame of 2 GB", "ARTEMIS\177\377\377\377", pad),
        arguments("CORE with a negative length", "ARTEMIS\377\377\377\377", pad),
        arguments("AMQP with a frame of 4 GB", "AMQP\3\1\0\0\377\377\377\377\2\1\0\0", pad),
        arguments(
            "AMQP in plain with a frame of 4 GB", "AMQP\0\1\0\0\377\377\377\377\2\0\0\0", pad));
  }

  /** Without a login, so that all of it is past the door. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("frames")
  void closes_a_connection_with(String what, String begin, String more) throws Exception {
    try (EmbeddedBroker broker =
            broker(Optional.empty(), 10, Duration.ofSeconds(10), Optional.empty());
        Socket socket = new Socket("127.0.0.1", broker.port())) {
      OutputStream out = socket.getOutputStream();
      out.write(begin.getBytes(StandardCharsets.ISO_8859_1));
      byte[] bytes = more.getBytes(StandardCharsets.ISO_8859_1);
      boolean closed = bytes.length == 0 && isClosed(socket);
      // Twice as much as the largest frame, and what the sockets hold.
      for (int i = 0; i < 320 && !closed; i++) {
        try {
          out.write(bytes);
        } catch (IOException e) {
          closed = true;
        }
      }
      assertThat(closed).as(what).isTrue();
      send(amqp(broker));
    }
  }

  /** Whether the other side closes it within some seconds. */
  private static boolean isClosed(Socket socket) throws IOException {
    socket.setSoTimeout(10_000);
    try {
      while (socket.getInputStream().read() >= 0) {
        // What it says before.
      }
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (SocketException e) {
      return true;
    }
  }

  private static JmsConnectionFactory amqps(EmbeddedBroker broker, SSLContext context) {
    JmsConnectionFactory factory = new JmsConnectionFactory("amqps://localhost:" + broker.port());
    factory.setSslContext(context);
    return factory;
  }

  @Test
  void speaks_tls_with_its_own_certificate_and_takes_a_new_one() throws Exception {
    TestCertificates first = TestCertificates.in(directory.resolve("ca1")).server("broker");
    TestCertificates second = TestCertificates.in(directory.resolve("ca2")).server("broker");
    Path certificate = Files.copy(first.certificate("broker"), directory.resolve("tls.crt"));
    Path key = Files.copy(first.key("broker"), directory.resolve("tls.key"));
    try (EmbeddedBroker broker =
        broker(
            Login.of("shop", "secret"),
            100,
            Duration.ofSeconds(10),
            Optional.of(new TlsFiles(KEYS, certificate, key, Optional.empty())))) {
      send(amqps(broker, first.ofClient(null)));
      assertThatThrownBy(() -> send(amqps(broker, second.ofClient(null))))
          .isInstanceOf(JMSException.class);
      try (Socket plain = new Socket("127.0.0.1", broker.port())) {
        plain.getOutputStream().write(LOGIN.getBytes(StandardCharsets.US_ASCII));
        assertThat(isClosed(plain)).isTrue();
      }

      Files.writeString(certificate, "half a file");
      Files.copy(second.key("broker"), key, StandardCopyOption.REPLACE_EXISTING);
      Awaitility.await()
          .untilAsserted(
              () -> assertThat(broker.outage().orElse("")).contains(KEYS + "certificate-file"));
      send(amqps(broker, first.ofClient(null)));

      Files.copy(second.certificate("broker"), certificate, StandardCopyOption.REPLACE_EXISTING);
      Awaitility.await()
          .ignoreExceptions()
          .untilAsserted(() -> send(amqps(broker, second.ofClient(null))));
      assertThat(broker.outage()).isEmpty();
    }
  }

  @Test
  void lets_in_only_clients_with_a_certificate_of_its_authority_if_it_has_one() throws Exception {
    TestCertificates ours =
        TestCertificates.in(directory.resolve("ca1")).server("broker").client("shop", "CN=shop");
    TestCertificates theirs =
        TestCertificates.in(directory.resolve("ca2")).client("shop", "CN=shop");
    TlsFiles tls =
        new TlsFiles(
            KEYS,
            ours.certificate("broker"),
            ours.key("broker"),
            Optional.of(ours.certificate("ca")));
    try (EmbeddedBroker broker =
        broker(Login.of("shop", "secret"), 100, Duration.ofSeconds(10), Optional.of(tls))) {
      send(amqps(broker, ours.ofClient("shop")));
      assertThatThrownBy(() -> send(amqps(broker, ours.ofClient(null))))
          .isInstanceOf(JMSException.class);
      assertThatThrownBy(() -> send(amqps(broker, ours.ofClient(theirs, "shop"))))
          .isInstanceOf(JMSException.class);
    }
  }

  /** Certificate | key | which of them is wrong. */
  @ParameterizedTest(name = "{0} and {1}: {2}")
  @CsvSource({
    "ca1/missing, ca1/broker.key, certificate-file",
    "ca1/broker.crt, ca1/ca.key, key-file"
  })
  void names_the_key_of_a_file_that_does_not_work(String certificate, String key, String wrong)
      throws Exception {
    Path folder = directory.resolve("ca1");
    TestCertificates.in(folder).server("broker");
    TlsFiles tls =
        new TlsFiles(
            KEYS, directory.resolve(certificate), directory.resolve(key), Optional.empty());
    assertThatThrownBy(
            () -> broker(Login.of("shop", "secret"), 100, Duration.ofSeconds(10), Optional.of(tls)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith(KEYS + wrong + ": expected ");
  }
}
