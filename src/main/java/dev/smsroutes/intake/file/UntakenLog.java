package dev.smsroutes.intake.file;

import dev.smsroutes.batch.format.FileNames;
import dev.smsroutes.batch.overview.Untaken;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Says in the log of what lies in the inbox and is not taken, once for each, when it stands still
 * for as long as a file must before it is taken. Used by one thread.
 */
final class UntakenLog {
  private static final Logger LOG = LoggerFactory.getLogger(UntakenLog.class);

  /** More are not remembered, and therefore not told one by one. */
  private static final int MAX_TOLD = 1_000;

  private record Sighting(long bytes, long modified, Instant since, boolean told) {}

  private final Path inbox;
  private final Duration unchangedFor;
  private final Clock clock;
  private Map<Path, Sighting> seen = Map.of();
  private boolean toldOfMore;

  UntakenLog(Path inbox, Duration unchangedFor, Clock clock) {
    this.inbox = inbox;
    this.unchangedFor = unchangedFor;
    this.clock = clock;
  }

  /** To be called by a timer, again and again. Never throws. */
  void look() {
    try {
      List<Untaken> untaken = Untaken.in(inbox, MAX_TOLD).untaken();
      Map<Path, Sighting> now = new HashMap<>();
      untaken.forEach(each -> now.put(each.file(), look(each)));
      boolean more = untaken.size() == MAX_TOLD;
      if (more && !toldOfMore) {
        LOG.warn("{} files or more in the inbox are not taken; only so many are told", MAX_TOLD);
      }
      toldOfMore = more;
      seen = now;
    } catch (IOException | RuntimeException e) {
      LOG.debug("inbox not looked into cause={}", e.getClass().getSimpleName());
    }
  }

  private Sighting look(Untaken each) {
    Instant now = clock.instant();
    Sighting before = seen.get(each.file());
    boolean still =
        before != null && before.bytes() == each.bytes() && before.modified() == each.modified();
    Instant since = still ? before.since() : now;
    boolean told = before != null && before.told();
    if (!told && !now.isBefore(since.plus(unchangedFor))) {
      LOG.atLevel(each.why().isOrdinary() ? Level.INFO : Level.WARN)
          .log(
              "file not taken name={} reason=\"{}\"",
              FileNames.shown(each.name()),
              each.why().reason());
      told = true;
    }
    return new Sighting(each.bytes(), each.modified(), since, told);
  }
}
