package dev.smsroutes.pipeline;

import jakarta.validation.Valid;
import java.util.ArrayList;
import java.util.List;

/**
 * What an intake handed over at once, in its order: one message, or many. For one thread at a time.
 */
final class Sends implements Group {
  private final List<@Valid InFlight> messages;

  Sends(List<InFlight> messages) {
    this.messages = messages;
  }

  @Override
  public List<InFlight> messages() {
    return messages;
  }

  /** Those whose key another request has, each by itself, ready to be admitted again. */
  List<Sends> keysInUse() {
    List<Sends> again = new ArrayList<>();
    for (InFlight message : messages) {
      if (message.keyInUse && message.outcome == null) {
        message.keyInUse = false;
        again.add(new Sends(List.of(message)));
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
