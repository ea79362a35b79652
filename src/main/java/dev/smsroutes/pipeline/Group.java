package dev.smsroutes.pipeline;

import java.util.ArrayList;
import java.util.List;

/** Messages that a step deals with together. */
interface Group {
  List<InFlight> messages();

  /** Whether any has no outcome yet. */
  default boolean isAnyOpen() {
    for (InFlight message : messages()) {
      if (message.isOpen()) {
        return true;
      }
    }
    return false;
  }

  /** Those that have no outcome yet, as they are now. */
  default List<InFlight> open() {
    List<InFlight> open = new ArrayList<>(messages().size());
    for (InFlight message : messages()) {
      if (message.isOpen()) {
        open.add(message);
      }
    }
    return open;
  }
}
