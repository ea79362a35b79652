package dev.smsroutes.model;

import java.util.List;
import java.util.Optional;

/**
 * What a request became before the ledger and the API are asked: a message, or faults. Immutable.
 *
 * @param message empty if the request is refused
 * @param faults why it is refused: everything that is wrong with it; holds no number and no value
 */
public record Prepared(Optional<Message> message, List<Fault> faults) {
  public Prepared {
    faults = List.copyOf(faults);
  }

  /** A request that would be sent. */
  public static Prepared of(Message message) {
    return new Prepared(Optional.of(message), List.of());
  }

  /** A request that is refused. */
  public static Prepared refused(List<Fault> faults) {
    return new Prepared(Optional.empty(), faults);
  }
}
