package dev.smsroutes.config;

import dev.smsroutes.broker.BrokerOptions;
import dev.smsroutes.broker.BrokerOptions.Login;
import dev.smsroutes.broker.BrokerOptions.Queues;
import dev.smsroutes.broker.BrokerOptions.Redelivery;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

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
  /** The API's own limit of a request (contract, section 4). */
  private static final int MAX_BODY_BYTES = 4 * 1024 * 1024;

  static JmsOptions from(Settings settings) {
    Queues queues =
        settings.group(
            () ->
                new Queues(
                    settings.text("sms.jms.queue"),
                    settings.text("sms.jms.invalid-queue"),
                    settings.text("sms.jms.dead-letter-queue")));
    ReplyQueues replyQueues =
        ReplyQueues.of(
            settings.text("sms.jms.reply-queues"),
            settings.flag("sms.jms.reply-to-temporary"),
            queues);
    return new JmsOptions(
        settings.flag("sms.jms.enabled"),
        settings.optional("sms.jms.broker-url"),
        new BrokerOptions(
            settings.path("sms.jms.directory"),
            settings.number("sms.jms.port", 0, 65_535),
            settings.group(
                () ->
                    Login.of(
                        settings.text("sms.jms.user"),
                        settings.secret("sms.jms.password").map(Supplier::get).orElse(""))),
            queues,
            settings.duration("sms.jms.invalid-retention"),
            settings.duration("sms.jms.dead-retention"),
            settings.group(() -> redelivery(settings)),
            settings.number("sms.jms.max-queue-bytes", 1, Long.MAX_VALUE),
            replyQueues::allowsNamed),
        settings.number("sms.jms.concurrency", 1, Integer.MAX_VALUE),
        settings.number("sms.jms.max-body-bytes", 1, MAX_BODY_BYTES),
        replyQueues,
        settings.duration("sms.jms.reply-time-to-live"));
  }

  private static Redelivery redelivery(Settings settings) {
    return new Redelivery(
        // Artemis takes 0 as "at once": a message that waits would spin a core.
        settings.positiveDuration("sms.jms.redelivery-delay"),
        settings.decimal("sms.jms.redelivery-multiplier", 1),
        settings.duration("sms.jms.max-redelivery-delay"),
        settings.number("sms.jms.max-attempts", 1, Integer.MAX_VALUE));
  }
}
