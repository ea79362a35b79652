package dev.smsroutes.config;

import dev.smsroutes.broker.BrokerOptions;
import dev.smsroutes.broker.BrokerOptions.Login;
import dev.smsroutes.broker.BrokerOptions.Queues;
import dev.smsroutes.broker.BrokerOptions.Redelivery;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The keys {@code sms.jms.*}, read and checked. Immutable.
 *
 * @param enabled whether the intake runs at all
 * @param brokerUrl CORE URL of an external broker; empty for the embedded one
 * @param broker options of the embedded broker; queues, login and attempts hold for both
 * @param concurrency messages handled at the same time
 * @param maxBodyBytes longer bodies are refused unread
 * @param replyQueues where replies may go
 * @param replyTimeToLive a reply that nobody took by then is dropped by the broker
 */
public record JmsOptions(
    boolean enabled,
    Optional<String> brokerUrl,
    BrokerOptions broker,
    int concurrency,
    int maxBodyBytes,
    ReplyQueues replyQueues,
    Duration replyTimeToLive) {
  public JmsOptions {
    Objects.requireNonNull(brokerUrl, "brokerUrl");
    Objects.requireNonNull(broker, "broker");
    Objects.requireNonNull(replyQueues, "replyQueues");
    if (concurrency < 1) {
      throw new IllegalArgumentException(
          "sms.jms.concurrency: expected at least 1; " + concurrency + " came");
    }
    if (maxBodyBytes < 1 || maxBodyBytes > 4 * 1024 * 1024) {
      throw new IllegalArgumentException(
          "sms.jms.max-body-bytes: expected 1 to 4194304; " + maxBodyBytes + " came");
    }
    if (replyTimeToLive.isNegative()) {
      throw new IllegalArgumentException(
          "sms.jms.reply-time-to-live: expected 0 or more; " + replyTimeToLive + " came");
    }
  }

  /**
   * Reads the keys.
   *
   * @param properties gives the value of a key, or null; defaults are in application.properties
   * @throws IllegalArgumentException naming the key whose value makes no sense
   */
  public static JmsOptions from(UnaryOperator<String> properties) {
    IntakeKeys keys = new IntakeKeys(properties);
    Queues queues =
        new Queues(
            keys.text("sms.jms.queue", "sms.send"),
            keys.text("sms.jms.invalid-queue", "sms.send.invalid"),
            keys.text("sms.jms.dead-letter-queue", "sms.send.dead"));
    Redelivery redelivery =
        new Redelivery(
            keys.duration("sms.jms.redelivery-delay", "1s"),
            keys.decimal("sms.jms.redelivery-multiplier", "2"),
            keys.duration("sms.jms.max-redelivery-delay", "10m"),
            keys.number("sms.jms.max-attempts", "154"));
    ReplyQueues replyQueues =
        ReplyQueues.of(
            keys.text("sms.jms.reply-queues", "sms.reply.*"),
            keys.yes("sms.jms.reply-to-temporary", "false"),
            queues);
    BrokerOptions broker =
        new BrokerOptions(
            Path.of(keys.text("sms.jms.directory", "data/broker")),
            keys.number("sms.jms.port", "61616"),
            Login.of(keys.text("sms.jms.user", ""), keys.text("sms.jms.password", "")),
            queues,
            redelivery,
            keys.longNumber("sms.jms.max-queue-bytes", "1073741824"),
            replyQueues::allowsNamed);
    return new JmsOptions(
        keys.yes("sms.jms.enabled", "true"),
        Optional.of(keys.text("sms.jms.broker-url", "")).filter(url -> !url.isEmpty()),
        broker,
        keys.number("sms.jms.concurrency", "8"),
        keys.number("sms.jms.max-body-bytes", "262144"),
        replyQueues,
        keys.duration("sms.jms.reply-time-to-live", "1h"));
  }
}
