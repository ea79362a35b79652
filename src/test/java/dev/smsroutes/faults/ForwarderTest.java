package dev.smsroutes.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ForwarderTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Web web = new Web();
  private HttpServer server;
  private Forwarder forwarder;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
    forwarder = new Forwarder(server.getAddress().getPort());
  }

  @AfterEach
  void stop() {
    forwarder.close();
    server.stop(0);
  }

  @Test
  void forwards_until_it_is_cut_and_again_when_it_is_restored() throws IOException {
    assertThat(web.get(forwarder.url(), PATIENCE).status()).isEqualTo(200);

    forwarder.cut();
    assertThatThrownBy(() -> web.get(forwarder.url(), PATIENCE)).isInstanceOf(IOException.class);

    forwarder.restore();
    assertThat(web.get(forwarder.url(), PATIENCE).status()).isEqualTo(200);
  }

  @Test
  void cuts_connections_that_are_open() throws IOException {
    try (Socket socket = new Socket("127.0.0.1", URI.create(forwarder.url()).getPort())) {
      InputStream in = socket.getInputStream();
      socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes());
      assertThat(in.read()).isEqualTo('H');

      forwarder.cut();

      // The rest of the answer, then the end or a reset; it would wait for ever otherwise.
      assertThat(endsOrBreaks(in)).isTrue();
    }
  }

  private static boolean endsOrBreaks(InputStream in) {
    try {
      in.readAllBytes();
      return true;
    } catch (IOException e) {
      return true;
    }
  }
}
