package dev.smsroutes.pipeline;

import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Unsettled;
import dev.smsroutes.throttle.Throttle;
import dev.smsroutes.throttle.Throttle.Permit;
import dev.smsroutes.throttle.ThrottledException;
import java.time.Duration;
import java.util.Optional;

/** The throttle as the routes see it. Thread-safe: all state is in the {@link ApiCall}. */
final class ThrottleSteps {
  private final Throttle throttle;

  ThrottleSteps(Throttle throttle) {
    this.throttle = throttle;
  }

  /** Takes a permit for the call that all messages travel in, if one is free at once. */
  void passAtOnce(Sends sends) {
    ApiCall call = sends.onlyCall().filter(only -> !only.isQueued()).orElse(null);
    if (call == null) {
      return;
    }
    Optional<Permit> permit = throttle.passAtOnce(call.envelope().priority());
    if (permit.isPresent()) {
      hasPermit(call, permit.get());
      sends.leaveAtOnce(call);
    }
  }

  /**
   * Waits until the call may leave, no longer than its sender does.
   *
   * @throws ThrottledException if it may not within that time
   */
  void await(ApiCall call) throws ThrottledException {
    Envelope envelope = call.envelope();
    hasPermit(call, throttle.await(envelope.priority(), envelope.handling().patienceLeft()));
  }

  private void hasPermit(ApiCall call, Permit permit) {
    call.permit = permit;
    call.gotThroughBefore = throttle.gotThrough();
  }

  /**
   * Whether an attempt of a batch failed for a reason that holds up everything, so that it says
   * nothing of this message: then the message waits, as the whole batch does. While others get
   * through, the trouble is the message's own.
   */
  boolean everythingWaits(ApiCall call) {
    return call.envelope().handling().batch()
        && call.gotThroughBefore == throttle.gotThrough()
        && call.outcome.isAccountWide();
  }

  /** Gives the permit back, if there is one, with what became of the call. */
  void giveBack(ApiCall call) {
    if (call.permit == null) {
      return;
    }
    if (call.outcome == null) {
      // No bytes left, or the result is unknown: the throttle learns nothing.
      call.permit.abandon();
    } else {
      String definition = call.tokenEndpointRefused ? "" : call.first().message.definitionKey();
      call.outcome = notBefore(call.outcome, call.permit.done(call.outcome, definition));
    }
    call.permit = null;
  }

  /**
   * While the API refuses our account, only the throttle knows when another attempt is worth it.
   */
  private static Outcome notBefore(Outcome outcome, Duration held) {
    if (held.isZero() || !(outcome instanceof Unsettled unsettled)) {
      return outcome;
    }
    return switch (unsettled.reason()) {
      case UNAUTHENTICATED, FORBIDDEN, BLOCKED -> unsettled.after(held);
      // What the API said with it is what holds.
      default -> outcome;
    };
  }
}
