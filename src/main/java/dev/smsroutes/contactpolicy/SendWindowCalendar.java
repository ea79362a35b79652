package dev.smsroutes.contactpolicy;

import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * When a message may leave: while it is inside the window in all time zones in which the owner of
 * its number may live. Where zones are so far apart that no such moment comes, in as many of them
 * as there can be. Thread-safe.
 *
 * <p>What holds for some zones is worked out minute by minute and kept until it changes, so that
 * clocks that are put forward or back need no rule of their own: all that counts is what a clock on
 * the wall shows at a moment. Time zones differ by whole minutes.
 */
public final class SendWindowCalendar {
  /** Two days, and two hours for clocks that are put back: in it every window opens once. */
  private static final int HORIZON = 2 * SendWindow.DAY + 120;

  private final SendWindow window;
  private final TimeZones zones;
  private final Map<List<ZoneId>, WindowStatus> known = new ConcurrentHashMap<>();

  /**
   * A time in which the answer stays the same.
   *
   * @param open whether messages may leave in it
   * @param from its first moment
   * @param until the first moment after it
   * @param opens when messages may leave next; {@code from} if they may now
   */
  public record WindowStatus(boolean open, Instant from, Instant until, Instant opens) {
    /** Whether it is now. */
    public boolean covers(Instant now) {
      return !now.isBefore(from) && now.isBefore(until);
    }
  }

  /**
   * @param otherwise the zone of a number of which nothing is known
   */
  public SendWindowCalendar(SendWindow window, ZoneId otherwise) {
    this.window = Objects.requireNonNull(window, "window");
    this.zones = new TimeZones(otherwise);
  }

  /**
   * What holds for a number at a moment.
   *
   * @param digits with country code, as they are sent
   */
  public WindowStatus at(String digits, Instant now) {
    return at(zones.of(digits), now);
  }

  WindowStatus at(List<ZoneId> places, Instant now) {
    WindowStatus stretch = known.get(places);
    if (stretch == null || !stretch.covers(now)) {
      stretch = workOut(places, now);
      known.put(places, stretch);
    }
    return stretch;
  }

  private WindowStatus workOut(List<ZoneId> places, Instant now) {
    Instant start = now.truncatedTo(ChronoUnit.MINUTES);
    int[] inside = new int[HORIZON];
    int most = 1;
    for (int i = 0; i < HORIZON; i++) {
      inside[i] = inside(places, start.plus(i, ChronoUnit.MINUTES));
      most = Math.max(most, inside[i]);
    }
    boolean open = inside[0] >= most;
    int change = 1;
    while (change < HORIZON && (inside[change] >= most) == open) {
      change++;
    }
    Instant until = start.plus(change, ChronoUnit.MINUTES);
    return new WindowStatus(open, start, until, open ? start : until);
  }

  private int inside(List<ZoneId> places, Instant minute) {
    int inside = 0;
    for (ZoneId place : places) {
      int offset = place.getRules().getOffset(minute).getTotalSeconds();
      long local = Math.floorDiv(minute.getEpochSecond() + offset, 60L);
      inside += window.contains((int) Math.floorMod(local, (long) SendWindow.DAY)) ? 1 : 0;
    }
    return inside;
  }
}
