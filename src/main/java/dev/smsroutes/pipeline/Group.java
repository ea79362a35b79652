package dev.smsroutes.pipeline;

import java.util.ArrayList;
import java.util.List;

/** Messages that a step deals with together. */
interface Group {
  List<InFlight> messages();

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
