package dev.smsroutes.intake.jms;

import dev.smsroutes.broker.ArtemisMessages;
import dev.smsroutes.broker.BrokerOptions.Login;
import dev.smsroutes.broker.EmbeddedBroker;
import dev.smsroutes.broker.ExternalBroker;
import dev.smsroutes.config.JmsOptions;
import dev.smsroutes.model.HandOver;
import dev.smsroutes.model.InvalidRequestException;
import dev.smsroutes.model.Origin;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.SendRequest;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Session;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.apache.camel.Exchange;
import org.apache.camel.component.jms.ConsumerType;
import org.apache.camel.component.jms.JmsComponent;
import org.apache.camel.component.jms.JmsMessage;
import org.apache.camel.support.DefaultMessage;

/** The steps of the route {@code sms-jms-intake}; its bean is {@code smsJmsIntake}. Thread-safe. */
public final class JmsIntake {
  /** The name of this bean in the route. */
  public static final String BEAN = "smsJmsIntake";

  /** Exchange property: whether there is a request to hand over; the route reads it. */
  static final String HAND_OVER = "smsHandOver";

  private static final String DELIVERY = "smsJmsDelivery";

  /** So many take turns: while one commits, the others go on. */
  private static final int SESSIONS = 4;

  private static final int ATTEMPTS_TO_SHARE = 10;

  private final JmsOptions options;
  private final JmsReading reading;
  private final JmsAnswering answering;
  private final Origin origin;
  private final BiFunction<String, String, Optional<String>> replayed;
  private final boolean traced;

  /**
   * @param json renders an outcome as the body of a reply
   * @param replayed the caller of a message that an operator has sent again: of the key on record,
   *     and the key under which it is sent
   * @param traced whether spans are noted
   */
  public JmsIntake(
      JmsOptions options,
      JmsRequestReader reader,
      Function<Outcome, String> json,
      BiFunction<String, String, Optional<String>> replayed,
      boolean traced) {
    this.traced = traced;
    this.options = options;
    this.replayed = replayed;
    this.reading = new JmsReading(reader, options.maxBodyBytes());
    this.answering = new JmsAnswering(options, json);
    this.origin = Origin.of(Origin.JMS, options.broker().queues().send());
  }

  /**
   * The component {@code jms}: transacted, bounded, and without headers of senders. Camel's own
   * defaults acknowledge before the route runs, and reply to any queue that a sender names.
   *
   * @param receiving from {@link EmbeddedBroker#connectionFactory()} or {@link ExternalBroker};
   *     {@link ExternalBroker#none()} if the intake is disabled
   * @param sending for routes that put messages into a queue: a separate one, so that a sent
   *     message does not depend on the transaction of a received message
   */
  public JmsComponent component(ConnectionFactory receiving, ConnectionFactory sending) {
    int attempts = options.broker().redelivery().attempts();
    // With few deliveries a message must not lose any because of its neighbours.
    boolean alone = attempts < ATTEMPTS_TO_SHARE;
    int sessions = alone ? options.concurrency() : Math.min(options.concurrency(), SESSIONS);
    int together = (options.concurrency() + sessions - 1) / sessions;
    JmsComponent jms = new JmsComponent();
    jms.setConnectionFactory(receiving);
    jms.getConfiguration().setTemplateConnectionFactory(sending);
    jms.setTransacted(true);
    jms.setLazyCreateTransactionManager(false);
    jms.setCacheLevelName("CACHE_CONSUMER");
    jms.setConcurrentConsumers(sessions);
    jms.setMaxConcurrentConsumers(sessions);
    jms.setConsumerType(ConsumerType.Custom);
    jms.setMessageListenerContainerFactory(
        endpoint ->
            new SharedCommitContainer(endpoint, together, attempts, answering::notCommitted));
    // A stop waits for this time-out.
    jms.setReceiveTimeout(250);
    // An external broker closes a consumer at each message that it cannot translate.
    jms.setRecoveryInterval(1_000);
    // Received messages are finished: a rejection would count as a delivery, and log properties.
    jms.setAcceptMessagesWhileStopping(true);
    jms.setDisableReplyTo(true);
    jms.setHeaderFilterStrategy(
        new JmsHeaders(Set.of(JmsKeys.PROPERTY, JmsTracking.TRACEPARENT, JmsTracking.REQUEST_ID)));
    // The body stays the JMS message itself, so that an ObjectMessage is not opened
    // (CVE-2026-40860).
    jms.setMapJmsMessage(false);
    jms.setMessageCreatedStrategy(JmsIntake::nameCaller);
    jms.setAllowSerializedHeaders(false);
    jms.setTransferException(false);
    jms.setErrorHandler(new JmsFailures());
    return jms;
  }

  /** A message that is queued for a caller is still the caller's when it comes out of the queue. */
  private static void nameCaller(
      Message message, Session session, Exchange exchange, Throwable cause) {
    String caller = exchange.getProperty(HandOver.CALLER, String.class);
    try {
      if (caller != null) {
        message.setStringProperty(ArtemisMessages.CALLER, caller);
      }
    } catch (JMSException e) {
      throw new IllegalStateException("The message could not get the name of its caller", e);
    }
  }

  /**
   * The endpoint that puts a request into the queue of this intake: persistent, and it returns when
   * the broker has it on disk. Without a transaction, because a single send needs none.
   */
  public static String queueUri(JmsOptions options) {
    return "jms:queue:"
        + options.broker().queues().send()
        + "?transacted=false&deliveryPersistent=true&jmsMessageType=Text";
  }

  /** Strips: sets the sender's message aside, and goes on with one without headers. */
  public void strip(Exchange exchange) {
    JmsMessage in = exchange.getIn(JmsMessage.class);
    exchange.setProperty(DELIVERY, new JmsDelivery(in.getJmsMessage(), in.getJmsSession()));
    exchange.setMessage(new DefaultMessage(exchange));
  }

  /** Reads: the body becomes a request to hand over, or an outcome if it holds none. */
  public void read(Exchange exchange) throws JMSException {
    JmsDelivery delivery = delivery(exchange);
    JmsTracking.read(delivery.message(), exchange);
    if (traced) {
      exchange.setProperty(HandOver.DELIVERY, delivery.identity());
    }
    Object body = requestOrRefusal(delivery);
    exchange.getMessage().setBody(body);
    exchange.setProperty(HAND_OVER, !(body instanceof Outcome));
    exchange.setProperty(HandOver.ORIGIN, origin);
    caller(delivery, body).ifPresent(id -> exchange.setProperty(HandOver.CALLER, id));
    exchange.setProperty(HandOver.LAST_CHANCE, answering.isLast(delivery));
  }

  /** An operator who has a message sent again does not become its caller. */
  private Optional<String> caller(JmsDelivery delivery, Object body) throws JMSException {
    Optional<String> recorded = replayOf(delivery.message());
    if (recorded.isPresent() && body instanceof SendRequest request) {
      Optional<String> caller = replayed.apply(recorded.get(), request.messageKey());
      if (caller.isPresent()) {
        return caller;
      }
    }
    return sender(delivery);
  }

  private Optional<String> replayOf(Message message) throws JMSException {
    if (options.brokerUrl().isEmpty()) {
      return ArtemisMessages.replayOf(message);
    }
    return options.callersAreKnown()
        ? ArtemisMessages.replayOf(message, ownUser())
        : Optional.empty();
  }

  private Optional<String> sender(JmsDelivery delivery) throws JMSException {
    if (options.brokerUrl().isEmpty()) {
      return ArtemisMessages.caller(delivery.message());
    }
    // What is not told by the broker is only a claim.
    return options.callersAreKnown()
        ? ArtemisMessages.caller(delivery.message(), ownUser())
        : Optional.empty();
  }

  private String ownUser() {
    return options.broker().login().map(Login::user).orElse("");
  }

  /** Answers: the outcome in the body decides where the message goes, and whether to reply. */
  public void answer(Exchange exchange) throws JMSException {
    if (!(exchange.getMessage().getBody() instanceof Outcome outcome)) {
      throw new IllegalStateException("Expected an Outcome from direct:sms-send; got none");
    }
    JmsDelivery delivery = delivery(exchange);
    // Other messages of the session are handled side by side.
    synchronized (delivery.session()) {
      exchange.setRollbackOnly(
          !answering.answer(delivery, outcome, reply -> JmsTracking.write(exchange, reply)));
    }
  }

  private Object requestOrRefusal(JmsDelivery delivery) throws JMSException {
    try {
      return reading.read(delivery.message());
    } catch (InvalidRequestException e) {
      return Outcome.Refused.of(
          UUID.randomUUID().toString(), JmsKeys.of(delivery.message()).key(), e.faults());
    }
  }

  private static JmsDelivery delivery(Exchange exchange) {
    return exchange.getProperty(DELIVERY, JmsDelivery.class);
  }
}
