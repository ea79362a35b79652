package dev.smsroutes.pipeline;

import dev.smsroutes.model.Origin;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * For each channel, since when its messages wait for their send window, and until when. Only a
 * message shows that a window is closed: which hours count depends on its number. Thread-safe.
 */
final class ClosedWindows {
  private final MeterRegistry registry;
  private final Clock clock;
  private final Map<String, Window> channels = new ConcurrentHashMap<>();

  /**
   * @param registry gets the meters
   */
  ClosedWindows(MeterRegistry registry, Clock clock) {
    this.registry = registry;
    this.clock = clock;
    // An alert can only ask for a meter that is there.
    List.of(Origin.HTTP, Origin.FILE, Origin.JMS).forEach(this::window);
  }

  /** Of one channel: from the first message that waits to the last window that opens. */
  private static final class Window {
    private Instant since = Instant.MIN;
    private Instant opens = Instant.MIN;

    synchronized void held(Instant now, Instant until) {
      if (!now.isBefore(opens)) {
        since = now;
      }
      opens = until.isAfter(opens) ? until : opens;
    }

    synchronized double closedSeconds(Instant now) {
      return now.isBefore(opens) ? seconds(since, now) : 0;
    }

    synchronized double opensSeconds(Instant now) {
      return now.isBefore(opens) ? seconds(now, opens) : 0;
    }

    /** The first message of all shows at once. */
    private static double seconds(Instant from, Instant to) {
      return Math.max(1, Duration.between(from, to).toMillis()) / 1_000.0;
    }
  }

  /**
   * Notes that a message waits for its window.
   *
   * @param channel as a label
   * @param opens when it may leave
   */
  void held(String channel, Instant opens) {
    window(channel).held(clock.instant(), opens);
  }

  private Window window(String channel) {
    return channels.computeIfAbsent(channel, this::measured);
  }

  private Window measured(String channel) {
    Window window = new Window();
    Gauge.builder("sms.window.closed.seconds", () -> window.closedSeconds(clock.instant()))
        .description("For how long messages have waited for their send window; 0 if none waits")
        .tag("channel", channel)
        .register(registry);
    Gauge.builder("sms.window.opens.seconds", () -> window.opensSeconds(clock.instant()))
        .description("How long until the last of these messages may leave; 0 if none waits")
        .tag("channel", channel)
        .register(registry);
    return window;
  }
}
