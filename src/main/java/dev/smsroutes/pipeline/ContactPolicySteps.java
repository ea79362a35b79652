package dev.smsroutes.pipeline;

import dev.smsroutes.contactpolicy.ContactPolicy;
import dev.smsroutes.contactpolicy.SendWindowCalendar.WindowStatus;
import dev.smsroutes.model.Fault;
import dev.smsroutes.model.InvalidRequestException;
import dev.smsroutes.model.Message;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Parked;
import dev.smsroutes.model.Outcome.Refused;
import dev.smsroutes.model.Outcome.Unsettled;
import dev.smsroutes.model.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The contact policy: nothing is sent to recipients on the suppression list, and nothing outside
 * the send window. Thread-safe: all state is in the {@link InFlight}.
 *
 * <p>It is checked twice, because a message may wait for its permit for hours: when it arrives, and
 * when it is about to leave.
 */
final class ContactPolicySteps {
  private static final String NOT_THE_TIME =
      "It is not the time of day at which messages may leave for where this number belongs; the"
          + " message was held back";

  private final ContactPolicy contactPolicy;

  ContactPolicySteps(ContactPolicy contactPolicy) {
    this.contactPolicy = contactPolicy;
  }

  /**
   * Lets a message pass whose recipient is on no list.
   *
   * @throws InvalidRequestException if it must not be sent
   */
  void refuseSuppressed(InFlight message) {
    List<Fault> faults = faults(message);
    if (!faults.isEmpty()) {
      throw new InvalidRequestException(faults);
    }
  }

  /** Whether the send window is open for all messages that may go. */
  boolean mayLeaveNow(Sends sends) {
    for (InFlight message : sends.open()) {
      if (!isStillOpen(message.window)) {
        message.window = window(message);
      }
      if (message.window != null && !message.window.open()) {
        return false;
      }
    }
    return true;
  }

  /** Messages whose send window is closed, maybe for hours, end for now. */
  void hold(ApiCall call) {
    for (InFlight message : call.open()) {
      if (!isStillOpen(message.window)) {
        hold(message);
      }
    }
  }

  /** Once more when a call is about to leave: takes messages out of it that may not leave now. */
  void recheck(ApiCall call) {
    for (InFlight message : call.aboard) {
      List<Fault> faults = faults(message);
      if (!faults.isEmpty()) {
        Outcome refused =
            Refused.of(message.requestId(), Optional.of(message.message.messageKey()), faults);
        message.outcome = message.uncertain() ? Parked.refusedTooLate(refused) : refused;
      } else if (!isStillOpen(message.window)) {
        hold(message);
      }
    }
    call.aboard = call.open();
  }

  private List<Fault> faults(InFlight message) {
    Message to = message.message;
    return contactPolicy.faults(to.to(), to.contactKey());
  }

  private void hold(InFlight message) {
    WindowStatus window = window(message);
    message.window = window;
    if (window != null && !window.open()) {
      message.outcome =
          Unsettled.notSent(
              Reason.OUTSIDE_WINDOW,
              message.requestId(),
              message.message.messageKey(),
              message.uncertain(),
              NOT_THE_TIME,
              Optional.of(untilItOpens(window)));
    }
  }

  private WindowStatus window(InFlight message) {
    return contactPolicy
        .now(message.message.to(), message.envelope().handling().batch())
        .orElse(null);
  }

  /** To know where a number belongs takes a while; what was known a moment ago still holds. */
  private boolean isStillOpen(WindowStatus before) {
    return before != null && before.open() && before.covers(contactPolicy.clock().instant());
  }

  private Duration untilItOpens(WindowStatus window) {
    Instant now = contactPolicy.clock().instant();
    return now.isBefore(window.opens()) ? Duration.between(now, window.opens()) : Duration.ZERO;
  }
}
