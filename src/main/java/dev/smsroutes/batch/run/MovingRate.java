package dev.smsroutes.batch.run;

import java.util.ArrayDeque;
import java.util.Deque;

/** How fast rows and bytes went lately. Not thread-safe. */
final class MovingRate {
  private static final long OVER_MILLIS = 15_000;

  /** Samples closer together than this are not kept. */
  private static final long APART_MILLIS = 500;

  private record Sample(long at, long rows, long bytes) {
    double perSecond(long more, long now) {
      return Math.max(more, 0) * 1000.0 / Math.max(now - at, 1);
    }
  }

  private final Deque<Sample> samples = new ArrayDeque<>();

  /** Notes what was done by a moment, in milliseconds. */
  void note(long at, long rows, long bytes) {
    if (!samples.isEmpty() && at < samples.getLast().at) {
      // The clock was set back.
      samples.clear();
    }
    // The oldest one that is kept lies just before the time that is looked at.
    while (samples.size() > 1 && second().at <= at - OVER_MILLIS) {
      samples.removeFirst();
    }
    if (samples.isEmpty() || at - samples.getLast().at >= APART_MILLIS) {
      samples.addLast(new Sample(at, rows, bytes));
    }
  }

  private Sample second() {
    return samples.stream().skip(1).findFirst().orElseThrow();
  }

  /** Rows a second between the oldest sample and now; 0 without an older sample. */
  double rows(long now, long rows) {
    return since(now) ? samples.getFirst().perSecond(rows - samples.getFirst().rows, now) : 0;
  }

  double bytes(long now, long bytes) {
    return since(now) ? samples.getFirst().perSecond(bytes - samples.getFirst().bytes, now) : 0;
  }

  private boolean since(long now) {
    return !samples.isEmpty() && samples.getFirst().at < now;
  }
}
