package dev.smsroutes.pipeline;

import dev.smsroutes.contactpolicy.ContactPolicy;
import dev.smsroutes.contactpolicy.SendWindowCalendar.WindowStatus;
import dev.smsroutes.model.Fault;
import dev.smsroutes.model.InvalidRequestException;
import dev.smsroutes.model.Message;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Refused;
import dev.smsroutes.model.Reason;
import dev.smsroutes.throttle.ThrottledException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.camel.Body;
import org.apache.camel.Exchange;

/**
 * Care for people as the routes see it: nothing to those who are on the suppression list, and
 * nothing outside the window. Thread-safe: all state is in the exchange's properties.
 *
 * <p>It is looked at twice, because a message may wait for its turn for hours: when it comes, and
 * when it is about to leave.
 */
public final class ContactPolicySteps {
  private static final String NOT_THE_TIME =
      "It is not the time of day at which messages may leave for where this number belongs; the"
          + " message was held back";

  private final ContactPolicy contactPolicy;
  private final StatusTable table;

  ContactPolicySteps(ContactPolicy contactPolicy, StatusTable table) {
    this.contactPolicy = contactPolicy;
    this.table = table;
  }

  /**
   * Lets a message pass whose recipient is on no list.
   *
   * @throws InvalidRequestException if it must not be sent
   */
  public void refuseSuppressed(@Body Message message) {
    List<Fault> faults = contactPolicy.faults(message.to(), message.contactKey());
    if (!faults.isEmpty()) {
      throw new InvalidRequestException(faults);
    }
  }

  /**
   * The outcome of one of many that was admitted and has to wait for the window: whoever handed it
   * over comes again.
   *
   * @param batch whether it is of a file
   * @return empty if it may leave now
   */
  Optional<Outcome> heldBack(Item item, boolean batch) {
    item.stretch = contactPolicy.now(item.message.to(), batch).orElse(null);
    return isClosed(item.stretch)
        ? Optional.of(waiting(item.message, false, item.stretch))
        : Optional.empty();
  }

  /**
   * Looks at one of many once more when it is about to leave for the first time.
   *
   * @return the outcome of one that may not leave any more
   */
  Optional<Outcome> stays(Item item, boolean batch) {
    Message message = item.message;
    List<Fault> faults = contactPolicy.faults(message.to(), message.contactKey());
    if (!faults.isEmpty()) {
      return Optional.of(
          Refused.of(message.requestId(), Optional.of(message.messageKey()), faults));
    }
    return isStillOpen(item.stretch) ? Optional.empty() : heldBack(item, batch);
  }

  private Outcome waiting(Message message, boolean uncertain, WindowStatus stretch) {
    return table.notSent(
        Reason.OUTSIDE_WINDOW,
        message.requestId(),
        message.messageKey(),
        uncertain,
        NOT_THE_TIME,
        Optional.of(untilItOpens(stretch)));
  }

  /** Whether a message that was admitted has to wait for the window, which may be for hours. */
  public boolean mustWait(Exchange exchange) {
    Optional<WindowStatus> stretch =
        contactPolicy.now(message(exchange).to(), ThrottleSteps.isBatch(exchange));
    exchange.setProperty(SendState.STRETCH, stretch.orElse(null));
    return isClosed(stretch.orElse(null));
  }

  /** The body becomes the outcome of a message that waits. */
  public Outcome hold(Exchange exchange) {
    return waiting(
        message(exchange),
        exchange.getProperty(SendState.UNCERTAIN, false, Boolean.class),
        exchange.getProperty(SendState.STRETCH, WindowStatus.class));
  }

  /**
   * Once more when a message is about to leave.
   *
   * @throws ThrottledException if the window has closed meanwhile
   * @throws InvalidRequestException if its recipient was put on the list meanwhile
   */
  public void lookAgain(Exchange exchange) throws ThrottledException {
    refuseSuppressed(message(exchange));
    WindowStatus before = exchange.getProperty(SendState.STRETCH, WindowStatus.class);
    if (!isStillOpen(before) && mustWait(exchange)) {
      throw new ThrottledException(
          Reason.OUTSIDE_WINDOW,
          NOT_THE_TIME,
          Optional.of(untilItOpens(exchange.getProperty(SendState.STRETCH, WindowStatus.class))),
          false);
    }
  }

  private static boolean isClosed(WindowStatus stretch) {
    return stretch != null && !stretch.open();
  }

  /** To know where a number belongs takes a while; what was known a moment ago still holds. */
  private boolean isStillOpen(WindowStatus before) {
    return before != null && before.open() && before.covers(contactPolicy.clock().instant());
  }

  private Duration untilItOpens(WindowStatus stretch) {
    Instant now = contactPolicy.clock().instant();
    return now.isBefore(stretch.opens()) ? Duration.between(now, stretch.opens()) : Duration.ZERO;
  }

  private static Message message(Exchange exchange) {
    return exchange.getProperty(SendState.MESSAGE, Message.class);
  }
}
