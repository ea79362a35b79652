package dev.smsroutes.send;

import dev.smsroutes.care.Care;
import dev.smsroutes.care.OpeningHours.Stretch;
import dev.smsroutes.outcome.Fault;
import dev.smsroutes.outcome.InvalidRequestException;
import dev.smsroutes.outcome.Outcome;
import dev.smsroutes.outcome.Outcome.Reason;
import dev.smsroutes.outcome.Outcome.Refused;
import dev.smsroutes.outcome.StatusTable;
import dev.smsroutes.request.Message;
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
public final class Courtesy {
  private static final String NOT_THE_TIME =
      "It is not the time of day at which messages may leave for where this number belongs; the"
          + " message was held back";

  private final Care care;
  private final StatusTable table;

  Courtesy(Care care, StatusTable table) {
    this.care = care;
    this.table = table;
  }

  /**
   * Lets a message pass whose recipient is on no list.
   *
   * @throws InvalidRequestException if it must not be sent
   */
  public void refuseSuppressed(@Body Message message) {
    List<Fault> faults = care.faults(message.to(), message.contactKey());
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
    item.stretch = care.now(item.message.to(), batch).orElse(null);
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
    List<Fault> faults = care.faults(message.to(), message.contactKey());
    if (!faults.isEmpty()) {
      return Optional.of(
          Refused.of(message.requestId(), Optional.of(message.messageKey()), faults));
    }
    return isStillOpen(item.stretch) ? Optional.empty() : heldBack(item, batch);
  }

  private Outcome waiting(Message message, boolean uncertain, Stretch stretch) {
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
    Optional<Stretch> stretch = care.now(message(exchange).to(), Turns.isBatch(exchange));
    exchange.setProperty(SendState.STRETCH, stretch.orElse(null));
    return isClosed(stretch.orElse(null));
  }

  /** The body becomes the outcome of a message that waits. */
  public Outcome hold(Exchange exchange) {
    return waiting(
        message(exchange),
        exchange.getProperty(SendState.UNCERTAIN, false, Boolean.class),
        exchange.getProperty(SendState.STRETCH, Stretch.class));
  }

  /**
   * Once more when a message is about to leave.
   *
   * @throws NotNowException if the window has closed meanwhile
   * @throws InvalidRequestException if its recipient was put on the list meanwhile
   */
  public void lookAgain(Exchange exchange) throws NotNowException {
    refuseSuppressed(message(exchange));
    Stretch before = exchange.getProperty(SendState.STRETCH, Stretch.class);
    if (!isStillOpen(before) && mustWait(exchange)) {
      throw new NotNowException(
          Reason.OUTSIDE_WINDOW,
          NOT_THE_TIME,
          Optional.of(untilItOpens(exchange.getProperty(SendState.STRETCH, Stretch.class))),
          false);
    }
  }

  private static boolean isClosed(Stretch stretch) {
    return stretch != null && !stretch.open();
  }

  /** To know where a number belongs takes a while; what was known a moment ago still holds. */
  private boolean isStillOpen(Stretch before) {
    return before != null && before.open() && before.covers(care.clock().instant());
  }

  private Duration untilItOpens(Stretch stretch) {
    Instant now = care.clock().instant();
    return now.isBefore(stretch.opens()) ? Duration.between(now, stretch.opens()) : Duration.ZERO;
  }

  private static Message message(Exchange exchange) {
    return exchange.getProperty(SendState.MESSAGE, Message.class);
  }
}
