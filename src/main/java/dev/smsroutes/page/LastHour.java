package dev.smsroutes.page;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.model.Outcome.State;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * Outcomes of the last hour by minute. It looks at the counter {@code sms.outcomes} now and then,
 * so that a message costs nothing. Thread-safe.
 */
final class LastHour {
  static final int MINUTES = 60;
  private static final long MINUTE_MS = 60_000;

  private final MeterRegistry registry;
  private final Clock clock;
  private final long[][] counts = new long[MINUTES][State.values().length];

  /** The minute since 1970 that each row counts. */
  private final long[] minutes = new long[MINUTES];

  private final long[] before = new long[State.values().length];

  LastHour(MeterRegistry registry, Clock clock) {
    this.registry = registry;
    this.clock = clock;
  }

  /** Adds what has ended since the last look to this minute. */
  synchronized void look() {
    long[] now = new long[before.length];
    for (Counter counter : registry.find("sms.outcomes").counters()) {
      state(counter).ifPresent(state -> now[state.ordinal()] += Math.round(counter.count()));
    }
    long[] row = row(clock.millis() / MINUTE_MS);
    for (int i = 0; i < now.length; i++) {
      row[i] += Math.max(0, now[i] - before[i]);
      before[i] = now[i];
    }
  }

  private static Optional<State> state(Counter counter) {
    String name = counter.getId().getTag("outcome");
    return Arrays.stream(State.values()).filter(state -> state.name().equals(name)).findFirst();
  }

  private long[] row(long minute) {
    int at = Math.floorMod(minute, MINUTES);
    if (minutes[at] != minute) {
      minutes[at] = minute;
      Arrays.fill(counts[at], 0);
    }
    return counts[at];
  }

  /** The sums of the hour by state, and all outcomes of each minute, the oldest first. */
  synchronized void write(ObjectNode json) {
    look();
    long last = clock.millis() / MINUTE_MS;
    Map<State, Long> sums = new EnumMap<>(State.class);
    ArrayNode settled = json.putArray("perMinute");
    ArrayNode open = json.putArray("unsettledPerMinute");
    for (long minute = last - MINUTES + 1; minute <= last; minute++) {
      int at = Math.floorMod(minute, MINUTES);
      long ended = 0;
      long unsettled = 0;
      for (State state : State.values()) {
        long count = minutes[at] == minute ? counts[at][state.ordinal()] : 0;
        sums.merge(state, count, Long::sum);
        if (state == State.WAITING || state == State.UNCERTAIN || state == State.PARKED) {
          unsettled += count;
        } else {
          ended += count;
        }
      }
      settled.add(ended);
      open.add(unsettled);
    }
    ObjectNode outcomes = json.putObject("outcomes");
    sums.forEach((state, count) -> outcomes.put(state.name(), count));
  }
}
