package dev.smsroutes.access;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * How many messages a caller may still send: its rate and its daily allowance. Thread-safe.
 *
 * <p>It knows the callers who have such a limit in the keys file, and no others, so its memory is
 * bounded by that file. Each node has rates of its own. The allowance of the day (UTC) is counted
 * from the ledger, which is asked again now and then for what other nodes have sent.
 */
public final class CallerLimits {
  /** A burst of so much of the rate may leave at once. */
  private static final long BURST_NANOS = Duration.ofSeconds(1).toNanos();

  private static final Duration ASK_AGAIN = Duration.ofSeconds(10);

  private final Function<String, Optional<Key>> callers;
  private final Admitted admitted;
  private final Clock clock;
  private final LongSupplier nanos;
  private final Map<String, Rate> rates = new ConcurrentHashMap<>();
  private final Map<String, Day> days = new ConcurrentHashMap<>();

  /** Counts what is on record. */
  @FunctionalInterface
  public interface Admitted {
    /** How many messages of this caller were admitted at this time or later. */
    long count(String caller, Instant since);
  }

  /**
   * @param callers gives the entry of a caller
   * @param admitted counts in the ledger
   * @param clock tells the day
   */
  public CallerLimits(Function<String, Optional<Key>> callers, Admitted admitted, Clock clock) {
    this(callers, admitted, clock, System::nanoTime);
  }

  CallerLimits(
      Function<String, Optional<Key>> callers, Admitted admitted, Clock clock, LongSupplier nanos) {
    this.callers = callers;
    this.admitted = admitted;
    this.clock = clock;
    this.nanos = nanos;
  }

  /**
   * Takes a permit of the caller's rate.
   *
   * @return how long to wait before asking again; zero if there was a permit, or there is no limit
   */
  public Duration permit(String caller) {
    Optional<Key> key = callers.apply(caller);
    if (key.isEmpty() || key.get().rights().rate().isEmpty()) {
      return Duration.ZERO;
    }
    double rate = key.get().rights().rate().getAsDouble();
    return Duration.ofNanos(entry(rates, caller, Rate::new).take(rate, nanos.getAsLong()));
  }

  /**
   * Takes one message of the caller's allowance of this day.
   *
   * @return false if it is used up
   */
  public boolean reserve(String caller) {
    Optional<Key> key = callers.apply(caller);
    if (key.isEmpty() || key.get().rights().daily().isEmpty()) {
      return true;
    }
    return entry(days, caller, Day::new)
        .take(caller, key.get().rights().daily().getAsLong(), clock.instant());
  }

  /** Gives one message back that was reserved and is not new on record. */
  public void giveBack(String caller) {
    Day day = days.get(caller);
    if (day != null) {
      day.giveBack(today(clock.instant()));
    }
  }

  private <T> T entry(Map<String, T> of, String caller, Supplier<T> made) {
    T known = of.get(caller);
    if (known != null) {
      return known;
    }
    // Those whose entry has left the file go with the next new one.
    of.keySet().removeIf(id -> callers.apply(id).isEmpty());
    return of.computeIfAbsent(caller, id -> made.get());
  }

  private static LocalDate today(Instant now) {
    return LocalDate.ofInstant(now, ZoneOffset.UTC);
  }

  /** When the next message of a caller is due, evenly spread. */
  private static final class Rate {
    private long due = Long.MIN_VALUE;

    synchronized long take(double perSecond, long now) {
      long interval = Math.round(1e9 / perSecond);
      long from = due == Long.MIN_VALUE ? now : Math.max(due, now);
      long wait = from - now - Math.max(0, BURST_NANOS - interval);
      if (wait > 0) {
        return wait;
      }
      due = from + interval;
      return 0;
    }
  }

  /** What a caller has used of one day. */
  private final class Day {
    private LocalDate day = LocalDate.MIN;
    private long used;
    private Instant asked = Instant.MIN;

    synchronized boolean take(String caller, long most, Instant now) {
      LocalDate today = today(now);
      if (!today.equals(day)) {
        day = today;
        used = 0;
        asked = Instant.MIN;
      }
      if (asked.plus(ASK_AGAIN).isBefore(now) || asked.isAfter(now)) {
        long recorded = admitted.count(caller, today.atStartOfDay(ZoneOffset.UTC).toInstant());
        // What is reserved and not on record yet is more than the record.
        used = Math.max(used, recorded);
        asked = now;
      }
      if (used >= most) {
        return false;
      }
      used++;
      return true;
    }

    synchronized void giveBack(LocalDate today) {
      if (today.equals(day) && used > 0) {
        used--;
      }
    }
  }
}
