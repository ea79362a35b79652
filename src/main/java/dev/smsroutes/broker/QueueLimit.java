package dev.smsroutes.broker;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.apache.activemq.artemis.api.core.ActiveMQAddressFullException;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.core.server.ServerSession;
import org.apache.activemq.artemis.utils.CompositeAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refuses new requests when too many wait, or when the disk is nearly full: the remaining room is
 * for requests that have been taken. Artemis' own limits do not suffice: on a full disk it blocks
 * senders forever, and of large messages it counts only the head. Thread-safe.
 */
final class QueueLimit implements ArrivalCheck {
  private static final Logger LOG = LoggerFactory.getLogger(QueueLimit.class);

  private final String queue;
  private final long maxBytes;
  private final LongSupplier bytes;
  private final BooleanSupplier diskFull;
  private final AtomicBoolean refusing = new AtomicBoolean();

  /**
   * @param queue the queue of requests; others are not limited
   * @param bytes the size of the queue, including messages that wait for another delivery
   */
  QueueLimit(String queue, long maxBytes, LongSupplier bytes, BooleanSupplier diskFull) {
    this.queue = queue;
    this.maxBytes = maxBytes;
    this.bytes = bytes;
    this.diskFull = diskFull;
  }

  @Override
  public void arrives(ServerSession session, Message message) throws ActiveMQException {
    // The name may be address::queue.
    if (!queue.equals(CompositeAddress.extractAddressName(message.getAddress()))) {
      return;
    }
    Optional<String> reason = reason();
    if (reason.isPresent()) {
      if (refusing.compareAndSet(false, true)) {
        LOG.warn("queue={} refuses requests reason=\"{}\"", queue, reason.get());
      }
      throw new ActiveMQAddressFullException(reason.get());
    }
    if (refusing.get() && refusing.compareAndSet(true, false)) {
      LOG.info("queue={} takes requests again", queue);
    }
  }

  /** Why the queue takes no requests at the moment; empty if it does. */
  Optional<String> reason() {
    if (bytes.getAsLong() >= maxBytes) {
      return Optional.of(
          "Expected less than " + maxBytes + " bytes in the queue (sms.jms.max-queue-bytes)");
    }
    return diskFull.getAsBoolean() ? Optional.of("The disk is nearly full") : Optional.empty();
  }
}
