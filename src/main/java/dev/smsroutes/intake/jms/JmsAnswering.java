package dev.smsroutes.intake.jms;

import dev.smsroutes.broker.ArtemisMessages;
import dev.smsroutes.broker.ArtemisMessages.ReplyTo;
import dev.smsroutes.broker.BrokerOptions.Login;
import dev.smsroutes.broker.BrokerOptions.Queues;
import dev.smsroutes.broker.LogText;
import dev.smsroutes.config.JmsOptions;
import dev.smsroutes.config.ReplyQueues;
import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Fault;
import dev.smsroutes.model.Outcome;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.camel.support.LRUCacheFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles a message whose outcome is known: the JMS column of the delivery contract.
 *
 * <p>Sends everything in the session that received the message, so that sending and acknowledgement
 * are one transaction. Thread-safe.
 */
final class JmsAnswering {
  private static final Logger LOG = LoggerFactory.getLogger(JmsAnswering.class);

  /** Many times the number of messages that can be in progress. */
  private static final int REMEMBERED = 10_000;

  private static final int MAX_REASON_CHARACTERS = 2_000;

  /** After so many failed commits of its own the reply is dropped; the outcome is not. */
  private static final int REPLY_ATTEMPTS = 2;

  private final Queues queues;
  private final int attempts;
  private final ReplyQueues replyQueues;
  private final BiPredicate<Optional<String>, String> mayGetReplies;
  private final long replyTimeToLive;
  private final Function<Outcome, String> json;
  private final Map<String, Boolean> replied = LRUCacheFactory.newLRUCache(REMEMBERED);
  private final Map<String, Integer> failedCommits = LRUCacheFactory.newLRUCache(REMEMBERED);

  JmsAnswering(JmsOptions options, Function<Outcome, String> json) {
    this.queues = options.broker().queues();
    this.attempts = options.broker().redelivery().attempts();
    this.replyQueues = options.replyQueues();
    this.mayGetReplies = mayGetReplies(options);
    this.replyTimeToLive = options.replyTimeToLive().toMillis();
    this.json = json;
  }

  /** A caller of the keys file gets replies in its own queues only, as it can read no others. */
  private static BiPredicate<Optional<String>, String> mayGetReplies(JmsOptions options) {
    ReplyQueues queues = options.replyQueues();
    boolean owners = options.brokerUrl().isEmpty() && options.port().asksForKeys();
    Optional<String> login = options.broker().login().map(Login::user);
    return (caller, queue) ->
        owners && caller.isPresent() && !caller.equals(login)
            ? queues.allows(caller.get(), queue)
            : queues.allowsNamed(queue);
  }

  /** Whether this is the last delivery. */
  boolean isLast(JmsDelivery delivery) throws JMSException {
    return delivery.attempt() >= attempts;
  }

  /**
   * Moves the message to its queue, if any, and replies.
   *
   * @param tracking adds the properties with which a sender finds its request again to a reply
   * @return true to commit; false to roll back, so that the broker delivers it again later
   * @throws JMSException if the message could not be moved; the caller must roll back
   */
  boolean answer(JmsDelivery delivery, Outcome outcome, Tracking tracking) throws JMSException {
    if (!outcome.state().settled() && !isLast(delivery)) {
      LOG.warn(
          "jms=later requestId={} messageKey={} attempt={}/{} state={} code={}",
          outcome.requestId(),
          shown(outcome),
          delivery.attempt(),
          attempts,
          outcome.state(),
          outcome.errorCode());
      return false;
    }
    if (isForgotten(outcome)) {
      // Its copy would bring back what was erased.
      LOG.info("jms=forgotten requestId={} messageKey={}", outcome.requestId(), shown(outcome));
      reply(delivery, outcome, tracking);
      return true;
    }
    switch (outcome.state()) {
      case ACCEPTED, ACCEPTED_EARLIER ->
          LOG.info("jms=accepted requestId={} messageKey={}", outcome.requestId(), shown(outcome));
      case REFUSED, DUPLICATE -> move(delivery, outcome, queues.invalid());
      // The last delivery settles the message, unless the ledger could not be written.
      case PARKED, UNCERTAIN, WAITING -> move(delivery, outcome, queues.dead());
    }
    reply(delivery, outcome, tracking);
    return true;
  }

  /** Not if the API says such a number one day. */
  private static boolean isForgotten(Outcome outcome) {
    return outcome.errorCode() == ErrorCode.FORGOTTEN.number()
        && outcome.message().equals(ErrorCode.FORGOTTEN.words());
  }

  /**
   * Notes that a transaction with this message alone was not committed: if there is a reply in it,
   * that may be why, for example because its queue is full.
   */
  void notCommitted(Message message) {
    try {
      String identity = JmsDelivery.identity(message);
      if (replied.remove(identity) != null) {
        failedCommits.merge(identity, 1, Integer::sum);
      }
    } catch (JMSException e) {
      LOG.debug("jms=not-committed", e);
    }
  }

  private void move(JmsDelivery delivery, Outcome outcome, String queue) throws JMSException {
    Map<String, Object> reasons = reasons(outcome);
    ArtemisMessages.caller(delivery.message())
        .ifPresent(caller -> reasons.put(ArtemisMessages.CALLER, caller));
    ArtemisMessages.forward(delivery.session(), delivery.message(), queue, reasons);
    // Without the reason: the API's own text may quote the number.
    LOG.warn(
        "jms=moved requestId={} messageKey={} queue={} state={} code={}",
        outcome.requestId(),
        shown(outcome),
        queue,
        outcome.state(),
        outcome.errorCode());
  }

  private static Map<String, Object> reasons(Outcome outcome) {
    Map<String, Object> reasons = new LinkedHashMap<>();
    reasons.put("smsState", outcome.state().name());
    reasons.put("smsErrorCode", outcome.errorCode());
    reasons.put("smsReason", reason(outcome));
    reasons.put("smsRequestId", outcome.requestId());
    outcome.messageKey().ifPresent(key -> reasons.put("smsMessageKey", key));
    if (!outcome.faults().isEmpty()) {
      reasons.put(
          "smsFields",
          shortened(
              outcome.faults().stream()
                  .map(Fault::field)
                  .filter(field -> !field.isEmpty())
                  .distinct()
                  .collect(Collectors.joining(","))));
    }
    return reasons;
  }

  private static String reason(Outcome outcome) {
    if (outcome.faults().isEmpty()) {
      return shortened(outcome.message());
    }
    return shortened(
        outcome.faults().stream()
            .map(
                fault ->
                    fault.field().isEmpty()
                        ? fault.message()
                        : fault.field() + ": " + fault.message())
            .collect(Collectors.joining("; ")));
  }

  /**
   * Replies are best effort: a reply that cannot be sent is logged, and the message is still
   * settled.
   */
  private void reply(JmsDelivery delivery, Outcome outcome, Tracking tracking) {
    try {
      Optional<ReplyTo> to = ArtemisMessages.replyTo(delivery.message());
      if (to.isEmpty()) {
        return;
      }
      Optional<String> queue = allowed(delivery, to.get());
      if (queue.isEmpty()) {
        LOG.warn(
            "jms=no-reply requestId={} messageKey={} replyTo={} expected a queue of sms.jms.reply-queues",
            outcome.requestId(),
            shown(outcome),
            LogText.shown(to.get().queue()));
      } else if (failedCommits.getOrDefault(delivery.identity(), 0) >= REPLY_ATTEMPTS) {
        LOG.warn(
            "jms=no-reply requestId={} messageKey={} replyTo={} the commit with this reply failed before",
            outcome.requestId(),
            shown(outcome),
            LogText.shown(queue.get()));
      } else {
        send(delivery, queue.get(), outcome, tracking);
        replied.put(delivery.identity(), true);
      }
    } catch (JMSException | RuntimeException e) {
      LOG.warn(
          "jms=no-reply requestId={} messageKey={} failure={}",
          outcome.requestId(),
          shown(outcome),
          e.getClass().getSimpleName());
    }
  }

  /** The queue for the reply; empty if no reply is allowed. */
  private Optional<String> allowed(JmsDelivery delivery, ReplyTo to) throws JMSException {
    if (to.topic()) {
      return Optional.empty();
    }
    Session session = delivery.session();
    Optional<String> caller = ArtemisMessages.caller(delivery.message());
    for (String queue : List.of(to.queue(), to.withoutPrefix())) {
      if (mayGetReplies.test(caller, queue)
          || (replyQueues.allowsTemporary() && ArtemisMessages.isTemporaryQueue(session, queue))) {
        return Optional.of(queue);
      }
    }
    return Optional.empty();
  }

  private void send(JmsDelivery delivery, String queue, Outcome outcome, Tracking tracking)
      throws JMSException {
    Session session = delivery.session();
    TextMessage reply = session.createTextMessage(json.apply(outcome));
    correlate(reply, delivery.message());
    tracking.addTo(reply);
    try (MessageProducer producer = session.createProducer(session.createQueue(queue))) {
      producer.setTimeToLive(replyTimeToLive);
      producer.send(reply);
    }
  }

  /** Adds properties to a reply. */
  @FunctionalInterface
  interface Tracking {
    void addTo(Message reply) throws JMSException;
  }

  private static void correlate(Message reply, Message request) throws JMSException {
    byte[] bytes = request.getJMSCorrelationIDAsBytes();
    String text = request.getJMSCorrelationID();
    if (text != null) {
      reply.setJMSCorrelationID(text);
    } else if (bytes != null) {
      reply.setJMSCorrelationIDAsBytes(bytes);
    } else {
      reply.setJMSCorrelationID(ArtemisMessages.messageId(request).orElse(null));
    }
  }

  private static String shown(Outcome outcome) {
    return outcome.messageKey().map(LogText::shown).orElse("-");
  }

  private static String shortened(String text) {
    return text.length() <= MAX_REASON_CHARACTERS
        ? text
        : text.substring(0, MAX_REASON_CHARACTERS) + "…";
  }
}
