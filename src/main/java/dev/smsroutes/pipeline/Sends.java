package dev.smsroutes.pipeline;

import dev.smsroutes.model.CallerToken;
import jakarta.validation.Valid;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * What an intake handed over at once, in its order: one message, or many. For one thread at a time.
 */
final class Sends implements Group {
  private final List<@Valid InFlight> messages;
  private final Optional<CallerToken> callerToken;
  private final Deque<ApiCall> calls = new ArrayDeque<>();

  /** The call that got its permit before its messages were admitted. */
  private ApiCall leaving;

  /**
   * @param callerToken the caller's own token of the API, which takes the place of ours
   */
  Sends(List<InFlight> messages, Optional<CallerToken> callerToken) {
    this.messages = messages;
    this.callerToken = callerToken;
  }

  Optional<CallerToken> callerToken() {
    return callerToken;
  }

  @Override
  public List<InFlight> messages() {
    return messages;
  }

  /** Plans calls that come before all others. */
  void next(List<ApiCall> planned) {
    for (int i = planned.size() - 1; i >= 0; i--) {
      calls.addFirst(planned.get(i));
    }
  }

  /** The call that takes all open messages; empty if none or more than one is planned. */
  Optional<ApiCall> onlyCall() {
    return calls.size() == 1 ? Optional.of(calls.peek()) : Optional.empty();
  }

  /** Whether a call is left to make: one with messages that have no outcome yet. */
  boolean hasCall() {
    while (!calls.isEmpty() && !calls.peek().isAnyOpen()) {
      calls.remove();
    }
    return !calls.isEmpty();
  }

  /** The next call to make. */
  ApiCall nextCall() {
    return calls.remove();
  }

  /** Notes that the permit of this call was free at once. */
  void leaveAtOnce(ApiCall call) {
    leaving = call;
  }

  /** Whether the attempt follows the claims at once, so that these say so. */
  boolean isLeaving() {
    return leaving != null;
  }

  /** Gives the permit back that was free at once, unless it has been used. */
  void returnUnusedPermit() {
    if (leaving != null && leaving.permit != null) {
      leaving.permit.notUsed();
      leaving.permit = null;
    }
    leaving = null;
  }

  /** Whether a key that another request had is left. */
  boolean hasKeysInUse() {
    for (InFlight message : messages) {
      if (message.keyInUse && message.outcome == null) {
        return true;
      }
    }
    return false;
  }

  /** Those whose key another request has, each by itself, ready to be admitted again. */
  List<Sends> keysInUse() {
    List<Sends> again = new ArrayList<>();
    for (InFlight message : messages) {
      if (message.keyInUse && message.outcome == null) {
        message.keyInUse = false;
        again.add(new Sends(List.of(message), callerToken));
      }
    }
    return again;
  }

  /** A body may end up in a log by accident. */
  @Override
  public String toString() {
    return "Sends[" + messages.size() + "]";
  }
}
