package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.smsroutes.testing.Reply;
import dev.smsroutes.testing.Requests;
import dev.smsroutes.testing.RunningBundle;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Callers that hold a connection and send or read next to nothing (slowloris): all of them are
 * closed in time, and none keeps out honest callers, though there are four places only.
 */
@Timeout(120)
class HttpSlowSocketsIT {
  private static final int EACH = 300;

  private static RunningBundle bundle;

  private final List<Socket> sockets = new ArrayList<>();

  /** What a caller sends before it stops. */
  enum Kind {
    SILENT,
    HALF_HEADERS,
    SLOW_BODY,
    SLOW_CHUNKS,
    SLOW_READER,
    IDLE;

    String bytes(int number) {
      String body = Requests.keyed().toString();
      String line =
          "POST " + RunningBundle.MESSAGES + this + number + " HTTP/1.1\r\nHost: localhost\r\n";
      String head = line + "Content-Type: application/json\r\n";
      return switch (this) {
        case SILENT -> "";
        case HALF_HEADERS -> line + "X-Slow: ";
        case SLOW_BODY -> head + "Content-Length: " + body.length() + "\r\n\r\n{";
        case SLOW_CHUNKS -> head + "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n";
        case IDLE -> head + "Content-Length: " + body.length() + "\r\n\r\n" + body;
        case SLOW_READER -> {
          String many = "{\"recipients\":[" + "{\"a\":1},".repeat(499) + "{\"a\":1}]}";
          String request =
              head.replace(this + "" + number, "")
                  + "Content-Length: "
                  + many.length()
                  + "\r\n\r\n"
                  + many;
          yield request.repeat(8);
        }
      };
    }
  }

  @BeforeAll
  static void start() {
    bundle =
        RunningBundle.start(
            "sms.http.max-in-flight", "4",
            "sms.http.body-timeout", "2500ms",
            "sms.http.header-timeout", "2500ms",
            "sms.http.idle-timeout", "2500ms");
  }

  @AfterAll
  static void stop() {
    bundle.close();
  }

  @AfterEach
  void hangUp() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  private void open(Kind kind, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      Socket socket = new Socket();
      // Small, so that answers wait in the server and not in the system.
      socket.setReceiveBufferSize(4096);
      socket.setSoTimeout(60_000);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), bundle.port()));
      sockets.add(socket);
      try {
        socket.getOutputStream().write(kind.bytes(i).getBytes(StandardCharsets.US_ASCII));
      } catch (IOException e) {
        // It was closed in time.
      }
    }
  }

  /** On a connection of its own: one that a client keeps may be closed when it is used again. */
  private static Reply honest() {
    return bundle.rawPost(RunningBundle.MESSAGES + Requests.key(), Requests.keyed());
  }

  /** Reads to the end, which must come without anything being sent. */
  private static boolean isClosed(Socket socket) {
    try {
      byte[] buffer = new byte[65_536];
      while (socket.getInputStream().read(buffer) >= 0) {
        // What was answered before is not the question here.
      }
      return true;
    } catch (IOException e) {
      // A reset is an end; a time-out is none.
      return !(e instanceof java.net.SocketTimeoutException);
    }
  }

  @ParameterizedTest
  @EnumSource
  void answers_honest_callers_meanwhile_and_closes_all_of_them(Kind kind) throws IOException {
    open(kind, kind == Kind.SLOW_READER ? EACH / 10 : EACH);

    // Each reply is waited for, so one at a time: there is always a place unless the slow have it.
    for (Reply reply : IntStream.range(0, 20).mapToObj(i -> honest()).toList()) {
      if (kind != Kind.IDLE && kind != Kind.SLOW_READER) {
        assertThat(reply.status()).as(reply.body()).isEqualTo(202);
      }
    }
    assertThat(sockets).allMatch(HttpSlowSocketsIT::isClosed);
    await().untilAsserted(() -> assertThat(honest().status()).isEqualTo(202));
  }

  /** Its time goes on while bytes come. */
  @Test
  void closes_a_connection_whose_headers_come_byte_by_byte() throws IOException {
    try (Socket socket = bundle.connect()) {
      long begun = System.nanoTime();
      socket.getOutputStream().write("GET / HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII));
      await()
          .until(
              () -> {
                try {
                  socket.getOutputStream().write("X: y\r\n".getBytes(StandardCharsets.US_ASCII));
                  return false;
                } catch (IOException e) {
                  return true;
                }
              });
      assertThat(System.nanoTime() - begun).isGreaterThan(1_000_000_000L);
    }
  }

  /** Its body is refused before it has come, and the rest of it is not waited for. */
  @Test
  void closes_a_connection_whose_answered_request_does_not_end() throws IOException {
    try (Socket socket = bundle.connect()) {
      socket
          .getOutputStream()
          .write(
              "POST /nope HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{"
                  .getBytes(StandardCharsets.US_ASCII));

      assertThat(Reply.read(socket.getInputStream().readAllBytes()).status()).isEqualTo(404);
    }
  }

  @Test
  void closes_the_connection_that_waited_longest_for_one_over_the_limit() throws IOException {
    try (RunningBundle few = RunningBundle.start("sms.http.max-connections", "3");
        Socket first = few.connect();
        Socket second = few.connect()) {
      for (int i = 0; i < 3; i++) {
        // Each time on a new connection, the first of which is within the limit.
        assertThat(few.rawPost(RunningBundle.MESSAGES + Requests.key(), Requests.keyed()).status())
            .isEqualTo(202);
      }
      try (Socket third = few.connect();
          Socket fourth = few.connect()) {
        assertThat(isClosed(first)).isTrue();
        assertThat(few.rawPost(RunningBundle.MESSAGES + Requests.key(), Requests.keyed()).status())
            .isEqualTo(202);
        assertThat(isClosed(second)).isTrue();
        assertThat(third.isConnected() && fourth.isConnected()).isTrue();
      }
    }
  }

  @Test
  void closes_a_new_connection_when_all_others_have_requests() throws IOException {
    try (RunningBundle one = RunningBundle.start("sms.http.max-connections", "1");
        Socket busy = one.connect()) {
      String body = Requests.keyed().toString();
      String head =
          "POST "
              + RunningBundle.MESSAGES
              + "busy HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
              + "Connection: close\r\nExpect: 100-continue\r\nContent-Length: "
              + body.length()
              + "\r\n\r\n";
      busy.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      String goOn = "HTTP/1.1 100 Continue\r\n\r\n";
      assertThat(busy.getInputStream().readNBytes(goOn.length()))
          .asString(StandardCharsets.US_ASCII)
          .isEqualTo(goOn);

      try (Socket over = one.connect()) {
        assertThat(isClosed(over)).isTrue();
      }
      busy.getOutputStream().write(body.getBytes(StandardCharsets.US_ASCII));
      assertThat(Reply.read(busy.getInputStream().readAllBytes()).status()).isEqualTo(202);
    }
  }

  /** Bodies that never end take no more than three quarters of all bytes. */
  @Test
  void keeps_bytes_for_small_bodies_when_large_ones_do_not_end() throws IOException {
    try (RunningBundle small =
            RunningBundle.start(
                "sms.http.body-timeout", "100s",
                "sms.http.max-body-bytes", "1000000",
                "sms.http.max-bytes-in-flight", "2000000");
        Socket late = small.connect();
        Held held = new Held()) {
      String head =
          "POST "
              + RunningBundle.MESSAGES
              + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
              + "Content-Length: 750000\r\n\r\n"
              + " ".repeat(700_000);
      await()
          .untilAsserted(
              () -> {
                // Which of those that arrive at the same time is refused, is open: so one more.
                held.add(small.connect())
                    .getOutputStream()
                    .write(head.getBytes(StandardCharsets.US_ASCII));
                Reply large = small.bare(Requests.bare(Requests.recipient()) + " ".repeat(200_000));
                assertThat(large.status()).isEqualTo(503);
                assertThat(large.message()).contains("sms.http.max-bytes-in-flight");
                assertThat(large.header("Retry-After")).contains("1");
              });

      assertThat(small.keyed(Requests.key(), Requests.keyed()).status()).isEqualTo(202);
      late.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII), 0, 200);
      byte[] start = late.getInputStream().readNBytes("HTTP/1.1 503".length());
      assertThat(new String(start, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 503");
      held.close();
      await()
          .untilAsserted(
              () ->
                  assertThat(
                          small
                              .bare(Requests.bare(Requests.recipient()) + " ".repeat(200_000))
                              .status())
                      .isEqualTo(202));
    }
  }

  /** Connections that are kept open. */
  private static final class Held implements AutoCloseable {
    private final List<Socket> sockets = new ArrayList<>();

    Socket add(Socket socket) {
      sockets.add(socket);
      return socket;
    }

    @Override
    public void close() throws IOException {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }
}
