package dev.smsroutes.batch.result;

import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Accepted;
import dev.smsroutes.model.Outcome.State;
import java.util.EnumMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** How many rows became what. Not thread-safe. */
final class OutcomeCounts {
  private final Map<State, Long> states = new EnumMap<>(State.class);
  private final SortedMap<Integer, Long> refusedByCode = new TreeMap<>();
  private long rows;
  private long parts;
  private long partsEarlier;
  private long partsUnknown;

  void add(Outcome outcome) {
    State state = outcome.state();
    rows++;
    states.merge(state, 1L, Long::sum);
    if (state == State.REFUSED || state == State.DUPLICATE) {
      refusedByCode.merge(outcome.errorCode(), 1L, Long::sum);
    }
    if (outcome instanceof Accepted accepted) {
      int known = accepted.parts().orElse(0);
      parts += known;
      partsEarlier += accepted.earlier() ? known : 0;
      partsUnknown += accepted.parts().isPresent() ? 0 : 1;
    }
  }

  BatchReport.Counts report(long recorded) {
    return new BatchReport.Counts(
        rows, recorded, states, refusedByCode, parts, partsEarlier, partsUnknown);
  }
}
