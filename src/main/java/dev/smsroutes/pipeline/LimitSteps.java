package dev.smsroutes.pipeline;

import dev.smsroutes.access.CallerLimits;
import dev.smsroutes.access.NumberRules;
import dev.smsroutes.access.Repetitions;
import dev.smsroutes.access.Severity;
import dev.smsroutes.ledger.Ledger;
import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Fault;
import dev.smsroutes.model.Message;
import dev.smsroutes.model.Outcome.Refused;
import dev.smsroutes.model.Outcome.Unsettled;
import dev.smsroutes.model.Reason;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much may be sent: by one caller, and to one number. Thread-safe: the state of a message is in
 * the {@link InFlight}.
 *
 * <p>What is too fast waits: a row here, everything else with its sender. What is too much is
 * refused, but only under a key that is not on record: a message that was admitted goes on.
 */
final class LimitSteps {
  private static final Logger LOG = LoggerFactory.getLogger(LimitSteps.class);

  /** How soon a waiting row notices a stop. */
  private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

  private final CallerLimits callers;
  private final NumberRules numbers;
  private final Repetitions rate;
  private final Repetitions sameText;
  private final Ledger ledger;

  LimitSteps(CallerLimits callers, NumberRules numbers, Ledger ledger) {
    this.callers = callers;
    this.numbers = numbers;
    this.rate = new Repetitions(numbers.rate(), numbers.rateWindow());
    this.sameText = new Repetitions(1, numbers.sameTextWindow());
    this.ledger = ledger;
  }

  /**
   * Ends messages that may not go on now, or not at all.
   *
   * @param stopping whether this process stops, so that nothing waits any longer
   */
  void take(Sends sends, BooleanSupplier stopping) {
    for (InFlight message : sends.open()) {
      Optional<String> caller = message.envelope().handling().caller();
      if (caller.isEmpty() || isInTime(message, caller.get(), stopping)) {
        Optional<Fault> tooMuch =
            caller
                .flatMap(id -> ofDay(message, id))
                .or(() -> toNumber(message))
                .filter(fault -> !ledger.isKnown(message.message.messageKey()));
        tooMuch.ifPresent(fault -> refuse(message, fault));
      }
    }
  }

  /** Gives back what was reserved for messages that are not new on record. */
  void giveBack(Sends sends) {
    for (InFlight message : sends.messages()) {
      if (message.reserved && !message.isNew) {
        callers.giveBack(message.envelope().handling().caller().orElseThrow());
      }
      message.reserved = false;
    }
  }

  private static void refuse(InFlight message, Fault fault) {
    message.outcome =
        Refused.of(message.requestId(), Optional.of(message.message.messageKey()), List.of(fault));
  }

  /** Whether its caller's rate lets it go on. What is to be queued waits in the queue. */
  private boolean isInTime(InFlight message, String caller, BooleanSupplier stopping) {
    if (message.envelope().handling().queued()) {
      return true;
    }
    while (true) {
      Duration wait = callers.permit(caller);
      if (wait.isZero()) {
        return true;
      }
      boolean waits =
          message.envelope().handling().batch()
              && message.envelope().handling().patienceLeft().compareTo(wait) > 0;
      if (!waits || stopping.getAsBoolean()) {
        message.outcome = tooFast(message, waits ? Reason.STOPPING : Reason.CALLER_RATE, wait);
        return false;
      }
      LockSupport.parkNanos(Math.min(wait.toNanos(), LOOK_AGAIN.toNanos()));
    }
  }

  private static Unsettled tooFast(InFlight message, Reason reason, Duration wait) {
    return Unsettled.notSent(
        reason,
        message.requestId(),
        message.message.messageKey(),
        false,
        "The caller sends more messages a second than it may; this one was held back",
        Optional.of(wait));
  }

  private Optional<Fault> ofDay(InFlight message, String caller) {
    message.reserved = callers.reserve(caller);
    return message.reserved
        ? Optional.empty()
        : Optional.of(
            new Fault(
                "",
                ErrorCode.FORBIDDEN,
                "Expected at most as many messages as caller '"
                    + caller
                    + "' may send on one day (UTC); got more"));
  }

  private Optional<Fault> toNumber(InFlight message) {
    Message to = message.message;
    if (numbers.rateAction() != Severity.OFF && !rate.passes(to.messageKey(), List.of(to.to()))) {
      return broken(
          message,
          numbers.rateAction(),
          "number-rate",
          "Expected at most "
              + numbers.rate()
              + " messages to one number within "
              + numbers.rateWindow().toSeconds()
              + " s; got more");
    }
    if (numbers.sameTextAction() != Severity.OFF
        && !sameText.passes(to.messageKey(), List.of(to.to(), text(to)))) {
      return broken(
          message,
          numbers.sameTextAction(),
          "same-text",
          "Expected another text than this number got within the last "
              + numbers.sameTextWindow().toSeconds()
              + " s; got the same");
    }
    return Optional.empty();
  }

  /** What the recipient reads, as far as it is known here. */
  private static String text(Message message) {
    return message
        .text()
        .orElseGet(() -> message.definitionKey() + new TreeMap<>(message.attributes()));
  }

  private static Optional<Fault> broken(
      InFlight message, Severity action, String policy, String words) {
    if (action == Severity.REFUSE) {
      return Optional.of(new Fault("recipient.to", ErrorCode.FORBIDDEN, words));
    }
    LOG.warn(
        "policy={} messageKey={} definitionKey={} caller={}",
        policy,
        OutcomeLog.loggable(message.request().messageKey()),
        OutcomeLog.loggable(message.request().definitionKey()),
        OutcomeLog.loggable(message.envelope().handling().caller().orElse(null)));
    return Optional.empty();
  }
}
