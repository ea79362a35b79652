package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.testing.Reply;
import dev.smsroutes.testing.Requests;
import dev.smsroutes.testing.RunningBundle;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The wall of 20 workers, behind which a thousand callers would starve, is not there. */
class HttpConcurrencyIT {
  private static final int CONNECTIONS = 1_000;

  @Test
  @Timeout(90)
  void serves_1000_connections_at_once_when_the_api_takes_100_ms() throws IOException {
    List<Socket> sockets = new ArrayList<>();
    try (RunningBundle bundle = RunningBundle.start()) {
      bundle.sandbox().settings("{\"latencyMs\": 100}");
      byte[] body = Requests.keyed().toString().getBytes(StandardCharsets.UTF_8);
      for (int i = 0; i < CONNECTIONS; i++) {
        sockets.add(bundle.connect());
      }
      // All are open before the first one asks, and all have asked before the first one reads.
      for (int i = 0; i < CONNECTIONS; i++) {
        String head =
            "POST "
                + RunningBundle.MESSAGES
                + "many-"
                + i
                + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"
                + "Content-Length: "
                + body.length
                + "\r\n\r\n";
        sockets.get(i).getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        sockets.get(i).getOutputStream().write(body);
      }

      for (Socket socket : sockets) {
        Reply reply = Reply.read(socket.getInputStream().readAllBytes());
        assertThat(reply.status()).as(reply.body()).isEqualTo(202);
      }
      assertThat(bundle.sandbox().messages())
          .hasSize(CONNECTIONS)
          .allMatch(message -> message.path("times").asInt() == 1)
          .allMatch(message -> message.path("duplicates").asInt() == 0);
      assertThat(bundle.sandbox().sends()).isEqualTo(CONNECTIONS);
      assertThat(bundle.sandbox().tokens()).isEqualTo(1);
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }
}
