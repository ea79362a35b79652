package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.access.Role;
import dev.smsroutes.testing.KeysFiles;
import dev.smsroutes.testing.Requests;
import dev.smsroutes.testing.RunningBundle;
import jakarta.jms.Connection;
import jakarta.jms.Message;
import jakarta.jms.Session;
import java.nio.file.Path;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A request that HTTP put into the queue is still its caller's when it comes out. */
@Timeout(120)
class QueuedCallerIT {
  @TempDir Path folder;

  @Test
  void the_http_caller_goes_with_the_request_through_the_queue() throws Exception {
    KeysFiles.write(folder.resolve("keys.json"), KeysFiles.key("shop", Role.SEND));
    try (RunningBundle bundle =
            RunningBundle.start(
                RunningBundle.withBroker(
                    folder, RunningBundle.withKeys(folder, "sms.jms.max-attempts", "1")));
        ActiveMQConnectionFactory factory = bundle.broker();
        Connection connection = factory.createConnection()) {
      bundle.sandbox().faults("{\"status\": 503}");
      String key = Requests.key();
      assertThat(
              bundle
                  .post(
                      RunningBundle.MESSAGES + RunningBundle.encode(key),
                      Requests.keyed(),
                      "Prefer",
                      "respond-async",
                      "smsCaller",
                      "bank",
                      "Authorization",
                      "Bearer " + KeysFiles.shown("shop"))
                  .status())
          .isEqualTo(202);

      connection.start();
      Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
      Message dead = session.createConsumer(session.createQueue("sms.send.dead")).receive(60_000);
      assertThat(dead.getStringProperty("smsMessageKey")).isEqualTo(key);
      assertThat(dead.getStringProperty("smsCaller")).isEqualTo("shop");
    }
  }
}
