package dev.smsroutes.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Session;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A caller waits for each message to be put into a queue, so it must fail fast. */
@Timeout(60)
class SendingConnectionIT {
  /** It takes connections and says nothing, as a process that stands still. */
  @Test
  void fails_all_waiting_senders_fast_when_the_broker_hangs() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      SendingConnection sending =
          ExternalBroker.sendingConnection(
              "tcp://127.0.0.1:" + silent.getLocalPort(), Optional.empty());
      long before = System.nanoTime();
      List<CompletableFuture<Void>> waiting = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        waiting.add(CompletableFuture.runAsync(() -> assertFails(sending)));
      }
      CompletableFuture.allOf(waiting.toArray(new CompletableFuture<?>[0])).join();

      // One after the other it would be five times as long.
      assertThat(Duration.ofNanos(System.nanoTime() - before))
          .isLessThan(Duration.ofMillis(SendingConnection.MAX_MILLIS * 3L));
      sending.destroy();
    }
  }

  private static void assertFails(SendingConnection sending) {
    assertThatThrownBy(
            () -> {
              try (Connection connection = sending.createConnection();
                  Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE)) {
                session
                    .createProducer(session.createQueue("sms.send"))
                    .send(session.createTextMessage("x"));
              }
            })
        .isInstanceOf(JMSException.class);
  }
}
