package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.smsroutes.testing.Requests;
import dev.smsroutes.testing.RunningBundle;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The API closes a connection that is idle for 5 s, so ours are given up after 4 s. */
@Timeout(60)
class IdleConnectionsIT {
  private static final String TOKEN = "{\"access_token\": \"t\", \"expires_in\": 1000}";
  private static final String ACCEPTED = "{\"errorcode\": 0, \"responses\": [{}]}";

  /** An API that counts connections, and notes for how long the last one was left open. */
  private static final class PlainApi implements AutoCloseable {
    final ServerSocket server;
    final AtomicInteger connections = new AtomicInteger();
    final AtomicInteger calls = new AtomicInteger();
    final AtomicInteger closedByOthers = new AtomicInteger();
    volatile long lastCall;
    volatile long lastClose;

    PlainApi() throws IOException {
      server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
      Thread thread = new Thread(this::accept, "plain-api");
      thread.setDaemon(true);
      thread.start();
    }

    private void accept() {
      while (!server.isClosed()) {
        try {
          Socket socket = server.accept();
          connections.incrementAndGet();
          Thread thread = new Thread(() -> serve(socket), "plain-api-connection");
          thread.setDaemon(true);
          thread.start();
        } catch (IOException e) {
          return;
        }
      }
    }

    private void serve(Socket socket) {
      try (socket) {
        InputStream in = socket.getInputStream();
        while (true) {
          int length = 0;
          String line = line(in);
          if (line == null) {
            lastClose = System.nanoTime();
            closedByOthers.incrementAndGet();
            return;
          }
          while (!line.isEmpty()) {
            if (line.toLowerCase().startsWith("content-length:")) {
              length = Integer.parseInt(line.substring(15).trim());
            }
            line = line(in);
          }
          in.readNBytes(length);
          calls.incrementAndGet();
          byte[] body = ACCEPTED.getBytes(StandardCharsets.UTF_8);
          String head =
              "HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: "
                  + body.length
                  + "\r\n\r\n";
          lastCall = System.nanoTime();
          socket.getOutputStream().write((head + ACCEPTED).getBytes(StandardCharsets.UTF_8));
        }
      } catch (IOException e) {
        // A connection that broke is a connection that ended.
      }
    }

    private static String line(InputStream in) throws IOException {
      StringBuilder line = new StringBuilder();
      for (int c = in.read(); c >= 0; c = in.read()) {
        if (c == '\n') {
          return line.toString().trim();
        }
        line.append((char) c);
      }
      return null;
    }

    @Override
    public void close() throws IOException {
      server.close();
    }
  }

  @Test
  void gives_up_a_connection_before_the_api_closes_it() throws IOException {
    HttpServer auth =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    auth.createContext(
        "/v2/token",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(200, TOKEN.length());
          exchange.getResponseBody().write(TOKEN.getBytes(StandardCharsets.UTF_8));
          exchange.close();
        });
    auth.start();
    try (PlainApi api = new PlainApi();
        RunningBundle bundle =
            RunningBundle.start(
                "sms.api.url",
                "http://127.0.0.1:" + api.server.getLocalPort(),
                "sms.api.auth-url",
                "http://127.0.0.1:" + auth.getAddress().getPort(),
                "sms.api.client-id",
                "id",
                "sms.api.client-secret",
                "secret")) {
      assertThat(bundle.keyed("k1", Requests.keyed()).status()).isEqualTo(202);
      assertThat(bundle.keyed("k2", Requests.keyed()).status()).isEqualTo(202);
      assertThat(api.connections).as("one connection serves both").hasValue(1);

      await().atMost(Duration.ofSeconds(15)).until(() -> api.closedByOthers.get() == 1);

      assertThat(Duration.ofNanos(api.lastClose - api.lastCall))
          .isGreaterThan(Duration.ofSeconds(3));
      assertThat(bundle.keyed("k3", Requests.keyed()).status()).isEqualTo(202);
      assertThat(api.connections).hasValue(2);
      assertThat(api.calls).as("and nothing was sent twice").hasValue(3);
    } finally {
      auth.stop(0);
    }
  }
}
