package dev.smsroutes.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Reason;
import dev.smsroutes.throttle.ThrottleGate.Waiter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.statistics.Statistics;

/** What holds at the gate whatever comes, in whatever order. */
class ThrottlePropertiesTest {
  private static final long SECOND = 1_000_000_000L;
  private static final double BURST_SECONDS = 0.02;

  /** One thing that happens. */
  private sealed interface ThrottleStep {}

  private record Enter(Priority priority, long maxWait, int many) implements ThrottleStep {}

  private record Back(int which, Outcome outcome) implements ThrottleStep {}

  private record Abandon(int which) implements ThrottleStep {}

  private record Wait(long nanos) implements ThrottleStep {}

  private record WaitForChange() implements ThrottleStep {}

  @Property(tries = 2_000)
  void gives_only_allowed_permits_and_forgets_no_waiter(
      @ForAll("options") ThrottleOptions options, @ForAll("steps") List<ThrottleStep> steps) {
    World world = new World(options);
    steps.forEach(world::play);
    world.playToTheEnd();

    Statistics.label("left").collect(world.departures.size() > 20);
    Statistics.label("refused").collect(world.refused > 5);
    Statistics.label("overtaking").collect(world.batchFirst > 0);
    world.checkRate(options.maxRate());
  }

  @Provide
  Arbitrary<ThrottleOptions> options() {
    return Combinators.combine(
            Arbitraries.integers().between(1, 20),
            Arbitraries.of(0.0, 0.5, 7.0, 100.0, 1_000.0, 33_333.0))
        .as(
            (concurrency, rate) ->
                new ThrottleOptions(
                    concurrency,
                    rate,
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(30),
                    Duration.ofMinutes(1)));
  }

  @Provide
  Arbitrary<List<ThrottleStep>> steps() {
    Arbitrary<Long> maxWait =
        Arbitraries.longs().between(0, 200 * SECOND).edgeCases(edges -> edges.add(0L));
    Arbitrary<ThrottleStep> enter =
        Combinators.combine(
                Arbitraries.of(Priority.values()), maxWait, Arbitraries.integers().between(1, 12))
            .as(Enter::new);
    Arbitrary<ThrottleStep> back =
        Combinators.combine(Arbitraries.integers().between(0, 100), outcomes()).as(Back::new);
    Arbitrary<ThrottleStep> abandon = Arbitraries.integers().between(0, 100).map(Abandon::new);
    Arbitrary<ThrottleStep> pass = Arbitraries.longs().between(0, 3 * SECOND).map(Wait::new);
    Arbitrary<ThrottleStep> longPass = Arbitraries.longs().between(0, 100 * SECOND).map(Wait::new);
    Arbitrary<ThrottleStep> change = Arbitraries.create(WaitForChange::new);
    return Arbitraries.frequencyOf(
            Tuple.of(6, enter),
            Tuple.of(6, back),
            Tuple.of(1, abandon),
            Tuple.of(3, pass),
            Tuple.of(1, longPass),
            Tuple.of(4, change))
        .list()
        .ofMinSize(10)
        .ofMaxSize(120);
  }

  private static Arbitrary<Outcome> outcomes() {
    Arbitrary<Outcome> bad =
        Combinators.combine(
                Arbitraries.of(Reason.values()),
                Arbitraries.longs().between(-1, 90).injectNull(0.5))
            .as(
                (reason, seconds) ->
                    ThrottleDriver.unsettled(
                        reason, seconds == null ? null : Duration.ofSeconds(seconds)));
    return Arbitraries.frequencyOf(
        Tuple.of(15, Arbitraries.of(ThrottleDriver.ACCEPTED, ThrottleDriver.REFUSED)),
        Tuple.of(1, bad));
  }

  /** The gate, and a second book of what happens at it. */
  private static final class World {
    private final ThrottleGate gate;
    private final ThrottleOptions options;
    private final List<Departure> out = new ArrayList<>();
    private final List<Departure> departures = new ArrayList<>();
    private final List<List<Waiter>> waiting = List.of(new ArrayList<>(), new ArrayList<>());
    private long now;
    private long notBefore;
    private int refused;
    private int batchFirst;

    /** Departures of callers in a row while a row of a batch waits. */
    private int overtaken;

    private World(ThrottleOptions options) {
      this.options = options;
      this.gate = new ThrottleGate(options);
    }

    private void play(ThrottleStep step) {
      if (step instanceof Enter enter) {
        for (int i = 0; i < enter.many(); i++) {
          enter(enter.priority(), enter.maxWait());
        }
      } else if (step instanceof Back back && !out.isEmpty()) {
        back(back.which(), Optional.of(back.outcome()));
      } else if (step instanceof Abandon abandon && !out.isEmpty()) {
        back(abandon.which(), Optional.empty());
      } else if (step instanceof Wait pass) {
        passTo(now + pass.nanos());
      } else if (step instanceof WaitForChange) {
        passToChange();
      }
      check();
    }

    private void enter(Priority priority, long maxWait) {
      Departure passed = gate.pass(priority, now);
      if (passed != null) {
        assertThat(waiting.get(0)).as("callers whom it overtook").isEmpty();
        assertThat(waiting.get(1)).as("rows that it overtook").isEmpty();
        leaves(passed);
        return;
      }
      Waiter[] self = new Waiter[1];
      self[0] = new Waiter(priority, now + maxWait, () -> decided(priority, self[0]));
      line(priority).add(self[0]);
      gate.enter(self[0], now);
      gate.serve(now);
    }

    private List<Waiter> line(Priority priority) {
      return waiting.get(priority == Priority.BATCH ? 1 : 0);
    }

    private void decided(Priority priority, Waiter waiter) {
      List<Waiter> line = line(priority);
      try {
        Departure departure = waiter.departure();
        assertThat(line.get(0)).as("the first of its lane").isSameAs(waiter);
        assertThat(waiter.deadline()).as("left in time").isGreaterThanOrEqualTo(now);
        leaves(departure);
      } catch (ThrottledException e) {
        assertThat(e.getMessage()).isNotBlank();
        refused++;
      }
      line.remove(waiter);
    }

    private void leaves(Departure departure) {
      boolean callersWait = waiting.get(0).stream().anyMatch(Waiter::waits);
      boolean rowsWait = waiting.get(1).stream().anyMatch(Waiter::waits);
      if (departure.priority() == Priority.BATCH) {
        if (callersWait) {
          batchFirst++;
          assertThat(overtaken).as("callers that left since").isGreaterThanOrEqualTo(9);
        }
        overtaken = 0;
      } else {
        overtaken = rowsWait ? overtaken + 1 : 0;
      }
      out.add(departure);
      departures.add(departure);
      Throttle.Snapshot snapshot = gate.snapshot(now);
      assertThat(snapshot.inUse()).isEqualTo(out.size());
      assertThat(out).hasSizeLessThanOrEqualTo(snapshot.concurrencyLimit());
      assertThat(snapshot.concurrencyLimit()).isBetween(1, options.maxConcurrency());
      if (departure.priority() == Priority.BATCH) {
        assertThat(out.stream().filter(one -> one.priority() == Priority.BATCH).count())
            .isLessThanOrEqualTo(Math.max(1, snapshot.concurrencyLimit() * 3 / 4));
      }
      assertThat(departure.at()).isEqualTo(now).isGreaterThanOrEqualTo(notBefore);
    }

    private void back(int which, Optional<Outcome> outcome) {
      Departure departure = out.remove(which % out.size());
      outcome.ifPresent(this::remember);
      gate.back(departure, outcome, "definition", now);
      gate.serve(now);
    }

    private void remember(Outcome outcome) {
      if (outcome instanceof Outcome.Unsettled unsettled
          && (unsettled.reason() == Reason.RATE_LIMITED
              || unsettled.reason() == Reason.UNAVAILABLE)) {
        long asked = unsettled.retryAfter().map(Duration::toNanos).orElse(0L);
        notBefore = Math.max(notBefore, now + Math.min(asked, options.longestPause().toNanos()));
      }
    }

    private void passTo(long time) {
      // As the threads do: those whose maxWait ends on the way leave when it ends.
      for (List<Waiter> line : waiting) {
        for (Waiter waiter : List.copyOf(line)) {
          if (waiter.waits() && waiter.deadline() < time) {
            now = Math.max(now, waiter.deadline());
            gate.serve(now);
            gate.giveUp(waiter, now);
          }
        }
      }
      now = Math.max(now, time);
      gate.serve(now);
    }

    /** The gate says when it can do more: not a moment earlier, and then it does. */
    private boolean passToChange() {
      long change = gate.nextChange(now);
      if (change == ThrottleGate.NOT_BY_TIME) {
        return false;
      }
      assertThat(change).isGreaterThan(now);
      int leftBefore = departures.size();
      Waiter first = gate.first().orElseThrow();
      if (first.deadline() < change) {
        passTo(first.deadline() + 1);
        return true;
      }
      now = change - 1;
      gate.serve(now);
      assertThat(departures).as("nobody leaves before").hasSize(leftBefore);
      now = change;
      gate.serve(now);
      assertThat(departures).as("somebody leaves then").hasSizeGreaterThan(leftBefore);
      return true;
    }

    private void check() {
      Throttle.Snapshot snapshot = gate.snapshot(now);
      assertThat(snapshot.inUse()).isEqualTo(out.size());
      assertThat(snapshot.interactiveWaiting()).isEqualTo(waiting.get(0).size());
      assertThat(snapshot.batchWaiting()).isEqualTo(waiting.get(1).size());
    }

    /** With an API that takes everything, all who wait leave or run out of maxWait. */
    private void playToTheEnd() {
      for (int i = 0; waitingNow() > 0; i++) {
        assertThat(i).as("rounds until nobody waits").isLessThan(2_000);
        while (!out.isEmpty()) {
          back(0, Optional.of(ThrottleDriver.ACCEPTED));
        }
        passToChange();
      }
    }

    private int waitingNow() {
      return waiting.get(0).size() + waiting.get(1).size();
    }

    private void checkRate(double most) {
      if (most == 0) {
        return;
      }
      for (int from = 0; from < departures.size(); from++) {
        for (int to = from; to < departures.size(); to++) {
          double seconds = (departures.get(to).at() - departures.get(from).at()) / (double) SECOND;
          assertThat((double) (to - from + 1))
              .as("departures in %s s", seconds)
              .isLessThanOrEqualTo(1.001 * most * (seconds + BURST_SECONDS) + 1);
        }
      }
    }
  }
}
