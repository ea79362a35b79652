package dev.smsroutes.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import jakarta.jms.Connection;
import jakarta.jms.Session;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A page in a browser of this machine can open connections to the broker's port, but it cannot
 * choose their first bytes. Whatever speaks HTTP, WebSocket or TLS gets no answer.
 */
@Timeout(60)
class BrowserAttacksIT {
  /** What a page can put into the body of a request that needs no preflight. */
  private static final String FRAMES =
      "CONNECT\naccept-version:1.2\nhost:localhost\n\n\0"
          + "SEND\ndestination:sms.send\npersistent:true\nreceipt:1\n\n{\"attack\":true}\0"
          + "SUBSCRIBE\nid:1\ndestination:sms.send.invalid\n\n\0";

  private static final String HOST = "Host: 127.0.0.1:61616\r\n";
  private static final String ORIGIN = "Origin: https://attacker.example\r\n";

  @TempDir static Path directory;
  private static EmbeddedBroker broker;

  @BeforeAll
  static void start() {
    broker = TestBrokers.withReplyQueues(directory);
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  static Stream<Arguments> attacks() {
    return Stream.of(
        arguments("a fetch without preflight", post("text/plain", FRAMES)),
        arguments("a form", post("application/x-www-form-urlencoded", "a=" + FRAMES)),
        arguments("a form with a file", post("multipart/form-data; boundary=x", FRAMES)),
        arguments("a beacon in chunks", chunked()),
        arguments("an address in a page", "GET / HTTP/1.1\r\n" + HOST + "\r\n" + FRAMES),
        arguments("another method", "PUT / HTTP/1.1\r\n" + HOST + "\r\n" + FRAMES),
        arguments("a preflight", "OPTIONS / HTTP/1.1\r\n" + HOST + ORIGIN + "\r\n"),
        arguments("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + FRAMES),
        arguments("a proxy's request", "CONNECT a:80 HTTP/1.1\r\n" + HOST + "\r\n" + FRAMES),
        arguments("HTTP of Artemis", upgrade("activemq-remoting", "")),
        arguments("a WebSocket with STOMP", upgrade("websocket", "v12.stomp")),
        arguments("a WebSocket with AMQP", upgrade("websocket", "amqp")),
        arguments("a WebSocket with CORE", upgrade("websocket", "core")),
        arguments("a WebSocket without a protocol", upgrade("websocket", "")),
        arguments("TLS", HELLO),
        arguments("blank lines first", "\n\n\n\n\n\n\n\n\n\n" + FRAMES),
        arguments("other bytes", "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"));
  }

  /** The first record of a TLS connection, as far as its head. */
  private static final String HELLO =
      new String(
          HexFormat.of().parseHex("1603010200010001fc0303" + "00".repeat(64)),
          StandardCharsets.ISO_8859_1);

  private static String post(String type, String body) {
    return "POST / HTTP/1.1\r\n"
        + HOST
        + ORIGIN
        + "Content-Type: "
        + type
        + "\r\nContent-Length: "
        + body.length()
        + "\r\n\r\n"
        + body;
  }

  private static String chunked() {
    return "POST / HTTP/1.1\r\n"
        + HOST
        + "Transfer-Encoding: chunked\r\n\r\n"
        + Integer.toHexString(FRAMES.length())
        + "\r\n"
        + FRAMES
        + "\r\n0\r\n\r\n";
  }

  private static String upgrade(String to, String protocol) {
    return "GET / HTTP/1.1\r\n"
        + HOST
        + ORIGIN
        + "Connection: Upgrade\r\nUpgrade: "
        + to
        + "\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        + (protocol.isEmpty() ? "" : "Sec-WebSocket-Protocol: " + protocol + "\r\n")
        + "\r\n";
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("attacks")
  void closes_the_connection_without_an_answer_on(String what, String bytes) throws Exception {
    assertThat(answer(bytes.getBytes(StandardCharsets.ISO_8859_1))).as(what).isEmpty();
    assertNothingSent();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("attacks")
  void closes_it_byte_by_byte_on(String what, String bytes) throws Exception {
    byte[] all = bytes.substring(0, 10).getBytes(StandardCharsets.ISO_8859_1);
    try (Socket socket = connect()) {
      for (byte each : all) {
        try {
          socket.getOutputStream().write(each);
        } catch (IOException closed) {
          break;
        }
      }
      assertThat(readAll(socket)).as(what).isEmpty();
    }
  }

  @Test
  void takes_the_same_frames_from_a_client_that_speaks_stomp() throws Exception {
    try (Socket socket = connect()) {
      socket.getOutputStream().write(FRAMES.getBytes(StandardCharsets.ISO_8859_1));
      StringBuilder said = new StringBuilder();
      while (!said.toString().contains("RECEIPT\n")) {
        int next = socket.getInputStream().read();
        assertThat(next).as("after %s", said).isNotNegative();
        said.append((char) next);
      }
      assertThat(said).contains("CONNECTED");
    }
    try (Connection connection = broker.connectionFactory().createConnection()) {
      connection.start();
      Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
      assertThat(session.createConsumer(session.createQueue("sms.send")).receive(5_000))
          .isNotNull();
    }
  }

  private static Socket connect() throws IOException {
    Socket socket = new Socket("127.0.0.1", broker.port());
    socket.setSoTimeout(5_000);
    return socket;
  }

  private static String answer(byte[] bytes) throws IOException {
    try (Socket socket = connect()) {
      socket.getOutputStream().write(bytes);
      return readAll(socket);
    }
  }

  /** Fails with a time-out if the broker keeps the connection open. */
  private static String readAll(Socket socket) throws IOException {
    StringBuilder text = new StringBuilder();
    try {
      for (int b = socket.getInputStream().read(); b >= 0; b = socket.getInputStream().read()) {
        text.append((char) b);
      }
    } catch (java.net.SocketException reset) {
      // Closed with bytes unread.
    }
    return text.toString();
  }

  private static void assertNothingSent() throws Exception {
    try (Connection connection = broker.connectionFactory().createConnection()) {
      connection.start();
      Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
      assertThat(
              Collections.list(
                  session.createBrowser(session.createQueue("sms.send")).getEnumeration()))
          .isEmpty();
    }
  }
}
