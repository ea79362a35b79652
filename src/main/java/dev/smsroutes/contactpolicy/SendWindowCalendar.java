package dev.smsroutes.contactpolicy;

import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Decides when a message may leave: while all time zones in which its number may belong are inside
 * the window. If the zones are too far apart for that, while the largest possible number of them is
 * inside. Thread-safe.
 *
 * <p>The status of a set of zones is computed minute by minute and kept until it changes. So summer
 * time needs no special rule: only the local time at a moment counts. Time zones differ by whole
 * minutes.
 */
public final class SendWindowCalendar {
  /** Two days, and two hours for clocks that are set back: every window opens once in it. */
  private static final int HORIZON = 2 * SendWindow.DAY + 120;

  private final SendWindow window;
  private final TimeZones zones;
  private final Map<List<ZoneId>, WindowStatus> known = new ConcurrentHashMap<>();

  /**
   * The status of a window during a time in which it does not change.
   *
   * @param open whether messages may leave
   * @param from the first moment of that time
   * @param until the first moment after it
   * @param opens when messages may leave next; {@code from} if the window is open
   */
  public record WindowStatus(boolean open, Instant from, Instant until, Instant opens) {
    /** Whether that time includes this moment. */
    public boolean covers(Instant now) {
      return !now.isBefore(from) && now.isBefore(until);
    }
  }

  /**
   * @param otherwise the zone of a number that does not show where it belongs
   */
  public SendWindowCalendar(SendWindow window, ZoneId otherwise) {
    this.window = Objects.requireNonNull(window, "window");
    this.zones = new TimeZones(otherwise);
  }

  /**
   * The status of the window for a number at a moment.
   *
   * @param digits with country code, as they are sent
   */
  public WindowStatus at(String digits, Instant now) {
    return at(zones.of(digits), now);
  }

  WindowStatus at(List<ZoneId> places, Instant now) {
    WindowStatus status = known.get(places);
    if (status == null || !status.covers(now)) {
      status = compute(places, now);
      known.put(places, status);
    }
    return status;
  }

  private WindowStatus compute(List<ZoneId> places, Instant now) {
    Instant start = now.truncatedTo(ChronoUnit.MINUTES);
    int[] inside = new int[HORIZON];
    int max = 1;
    for (int i = 0; i < HORIZON; i++) {
      inside[i] = inside(places, start.plus(i, ChronoUnit.MINUTES));
      max = Math.max(max, inside[i]);
    }
    boolean open = inside[0] >= max;
    int change = 1;
    while (change < HORIZON && (inside[change] >= max) == open) {
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
