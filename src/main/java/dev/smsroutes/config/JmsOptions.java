package dev.smsroutes.config;

import dev.smsroutes.broker.BrokerOptions;
import dev.smsroutes.broker.BrokerOptions.Login;
import dev.smsroutes.broker.BrokerOptions.Queues;
import dev.smsroutes.broker.BrokerOptions.Redelivery;
import dev.smsroutes.broker.PortOptions;
import dev.smsroutes.broker.Protocol;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
 * @param port who may connect to the embedded broker, and how
 * @param callersAreKnown whether the users of the broker are callers of the keys file
 */
public record JmsOptions(
    boolean enabled,
    Optional<String> brokerUrl,
    BrokerOptions broker,
    int concurrency,
    int maxBodyBytes,
    ReplyQueues replyQueues,
    Duration replyTimeToLive,
    PortOptions port,
    boolean callersAreKnown) {
  private static final String AUTHENTICATION = "sms.jms.authentication";
  private static final String HOST = "sms.jms.host";
  private static final String PROTOCOLS = "sms.jms.protocols";
  private static final String USERS = "users";
  private static final String NONE = "none";

  /** The API's own limit of a request (contract, section 4). */
  private static final int MAX_BODY_BYTES = 4 * 1024 * 1024;

  /**
   * @param real whether messages leave this machine: what is not said is then off
   */
  static JmsOptions from(Settings settings, boolean real) {
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
        settings.duration("sms.jms.reply-time-to-live"),
        port(settings, real, replyQueues),
        users(settings));
  }

  private static PortOptions port(Settings settings, boolean real, ReplyQueues replyQueues) {
    return new PortOptions(
        settings.text(HOST),
        protocols(settings, real),
        users(settings),
        settings.number("sms.jms.max-connections", 1, 1_000_000),
        settings.positiveDuration("sms.jms.login-timeout"),
        settings.tlsFiles("sms.jms.tls."),
        replyQueues::allows);
  }

  private static boolean users(Settings settings) {
    String written = settings.text(AUTHENTICATION);
    if (!Set.of(USERS, NONE, "").contains(written)) {
      settings.fault(
          AUTHENTICATION + ": expected users or none, or nothing; got '" + written + "'");
    }
    return written.equals(USERS);
  }

  private static List<Protocol> protocols(Settings settings, boolean real) {
    Optional<String> written = settings.optional(PROTOCOLS);
    if (written.isEmpty()) {
      return real ? List.of(Protocol.AMQP, Protocol.STOMP) : List.of(Protocol.values());
    }
    List<Protocol> protocols = new ArrayList<>();
    for (String word : written.get().split(",")) {
      Arrays.stream(Protocol.values())
          .filter(protocol -> protocol.name().equalsIgnoreCase(word.trim()))
          .findFirst()
          .ifPresentOrElse(
              protocols::add,
              () ->
                  settings.fault(
                      PROTOCOLS
                          + ": expected AMQP, STOMP, CORE or several with commas; got '"
                          + word
                          + "'"));
    }
    return protocols;
  }

  /**
   * For a start with the embedded broker: without a login only for this machine, and against a real
   * API only if the operator says so.
   */
  void requireChoice(Settings settings, boolean real) {
    if (!enabled || brokerUrl.isPresent()) {
      return;
    }
    // Null: half a login, which is told already.
    boolean login = port.asksForKeys() || broker.login() == null || broker.login().isPresent();
    if (real && !login && !settings.text(AUTHENTICATION).equals(NONE)) {
      settings.fault(
          AUTHENTICATION
              + ": expected users, or none to let each process of this machine send, because"
              + " sms.api.url names an API; it is empty");
    }
    if (real && !login && port.protocols().contains(Protocol.CORE)) {
      settings.fault(
          PROTOCOLS
              + ": expected CORE only with a login (sms.jms.authentication=users), because"
              + " sms.api.url names an API");
    }
    if (!Settings.isLoopback(port.host()) && (!login || port.tls().isEmpty())) {
      settings.fault(
          HOST
              + ": expected 127.0.0.1, or both TLS (sms.jms.tls.certificate-file) and a login"
              + " (sms.jms.authentication=users); got '"
              + port.host()
              + "'");
    }
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
