package dev.smsroutes.intake.jms;

import dev.smsroutes.broker.ArtemisMessages;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.camel.component.jms.DefaultJmsMessageListenerContainer;
import org.apache.camel.component.jms.JmsEndpoint;
import org.apache.camel.spi.ExecutorServiceManager;
import org.springframework.transaction.TransactionStatus;

/**
 * Takes several messages in one session, handles them side by side, and commits them together: a
 * transaction of the broker, which ends on disk, costs more than the rest of a message.
 *
 * <p>If one of them is to be delivered again, the broker takes back all of the transaction; JMS has
 * no other way. A neighbour that was settled then comes again too, and the ledger answers it
 * without a send. So that messages do not hold up each other for long, after a rollback each goes
 * alone, then two go together, then four, up to the limit.
 *
 * <p>The listener must use the session only under {@code synchronized (session)}.
 */
final class SharedCommitContainer extends DefaultJmsMessageListenerContainer {
  private final int most;
  private final int attempts;
  private final Consumer<Message> notCommitted;
  private final ExecutorServiceManager executors;
  private final ExecutorService workers;

  /** How many may go together now. */
  private final AtomicInteger together;

  /**
   * @param most how many messages of a session go together at most
   * @param attempts how often a message is delivered; close to that it goes alone
   * @param notCommitted told about a message that went alone, and whose transaction failed while
   *     the broker could be reached
   */
  SharedCommitContainer(
      JmsEndpoint endpoint, int most, int attempts, Consumer<Message> notCommitted) {
    super(endpoint);
    this.most = most;
    this.attempts = attempts;
    this.notCommitted = notCommitted;
    this.together = new AtomicInteger(most);
    this.executors = endpoint.getCamelContext().getExecutorServiceManager();
    this.workers = executors.newCachedThreadPool(this, "sms-jms-worker");
  }

  @Override
  public void destroy() {
    super.destroy();
    executors.shutdownGraceful(workers);
  }

  @Override
  protected boolean doReceiveAndExecute(
      Object invoker, Session session, MessageConsumer consumer, TransactionStatus status)
      throws JMSException {
    if (session == null || consumer == null || status != null) {
      // Not as JmsIntake configures it: a site's own options.
      return super.doReceiveAndExecute(invoker, session, consumer, status);
    }
    Message first = receiveMessage(consumer);
    if (first == null) {
      noMessageReceived(invoker, session);
      return false;
    }
    messageReceived(invoker, session);
    handle(session, withMore(first, consumer));
    return true;
  }

  /** The message and those that wait behind it, as far as they may go together. */
  private List<Message> withMore(Message first, MessageConsumer consumer) throws JMSException {
    List<Message> taken = new ArrayList<>();
    taken.add(first);
    int limit = together.get();
    boolean more = mayShare(first);
    while (more && taken.size() < limit && isRunning()) {
      Message next = consumer.receiveNoWait();
      if (next != null) {
        taken.add(next);
      }
      more = next != null && mayShare(next);
    }
    return taken;
  }

  /**
   * Not one that has few deliveries left: its neighbours could use them up. Nor a large one: its
   * body would be lost when the next message is received.
   */
  private boolean mayShare(Message message) throws JMSException {
    return JmsDelivery.attempt(message) < attempts - 1 && !ArtemisMessages.isLarge(message);
  }

  private void handle(Session session, List<Message> messages) throws JMSException {
    Message last = messages.get(messages.size() - 1);
    List<Future<?>> others = new ArrayList<>(messages.size() - 1);
    for (Message message : messages.subList(0, messages.size() - 1)) {
      others.add(
          workers.submit(
              () -> {
                invokeListener(session, message);
                return null;
              }));
    }
    List<Throwable> failures = new ArrayList<>();
    try {
      invokeListener(session, last);
    } catch (JMSException | RuntimeException | Error e) {
      failures.add(e);
    }
    others.forEach(other -> ended(other, failures));
    end(session, messages, failures);
  }

  /** Waits, an interrupt or not: as long as one is handled, the session is in use. */
  private static void ended(Future<?> other, List<Throwable> failures) {
    boolean interrupted = false;
    while (true) {
      try {
        other.get();
        break;
      } catch (ExecutionException e) {
        failures.add(e.getCause());
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void end(Session session, List<Message> messages, List<Throwable> failures)
      throws JMSException {
    if (failures.isEmpty()) {
      commit(session, messages);
      return;
    }
    together.set(1);
    failed(session, messages);
    rollbackOnExceptionIfNecessary(session, failures.get(0));
    failures.forEach(this::handleListenerException);
    for (Throwable failure : failures) {
      if (failure instanceof JMSException e) {
        // The container makes a new session.
        throw e;
      }
    }
  }

  private void failed(Session session, List<Message> messages) {
    if (messages.size() == 1 && ArtemisMessages.isOpen(session)) {
      notCommitted.accept(messages.get(0));
    }
  }

  private void commit(Session session, List<Message> messages) throws JMSException {
    try {
      commitIfNecessary(session, messages.get(0));
    } catch (JMSException | RuntimeException e) {
      together.set(1);
      failed(session, messages);
      handleListenerException(e);
      throw e;
    }
    together.updateAndGet(now -> Math.min(most, 2 * now));
  }
}
