package dev.smsroutes.broker;

import dev.smsroutes.broker.BrokerOptions.Login;
import dev.smsroutes.broker.BrokerOptions.Queues;
import dev.smsroutes.broker.BrokerOptions.Redelivery;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;

/** The options of brokers whose door is tested: a free port, quick redelivery, nothing expires. */
final class TestBrokers {
  private TestBrokers() {}

  /** A broker that asks nobody who it is, and lets clients make {@code sms.reply.} and a word. */
  static EmbeddedBroker withReplyQueues(Path folder) {
    return EmbeddedBroker.start(
        options(
            folder.resolve("broker"),
            Optional.empty(),
            name -> name.matches("sms\\.reply\\.[a-z]+")));
  }

  static BrokerOptions options(
      Path directory, Optional<Login> login, Predicate<String> replyQueues) {
    return new BrokerOptions(
        directory,
        0,
        login,
        new Queues("sms.send", "sms.send.invalid", "sms.send.dead"),
        Duration.ZERO,
        Duration.ZERO,
        new Redelivery(Duration.ofMillis(20), 2, Duration.ofMillis(50), 3),
        1024 * 1024,
        replyQueues);
  }
}
