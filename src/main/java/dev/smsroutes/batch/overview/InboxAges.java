package dev.smsroutes.batch.overview;

import dev.smsroutes.batch.overview.Untaken.InboxContent;
import dev.smsroutes.batch.overview.Untaken.UntakenReason;
import dev.smsroutes.batch.result.FileControl;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * How long files have been lying in an inbox without being sent. A file counts from when it was
 * seen first, since uploads keep the times of their source; what an operator has paused does not
 * count. Used by one thread at a time.
 */
public final class InboxAges {
  private static final int MAX_FILES = 10_000;

  private final Path inbox;
  private final Clock clock;
  private final Supplier<Set<String>> underWay;
  private final Map<String, Long> seen = new HashMap<>();

  /**
   * @param underWay the names of the files that are sent at this moment
   */
  public InboxAges(Path inbox, Clock clock, Supplier<Set<String>> underWay) {
    this.inbox = inbox;
    this.clock = clock;
    this.underWay = underWay;
  }

  /**
   * The file that has waited longest. Immutable.
   *
   * @param why it is not taken; empty if it waits for its turn
   */
  public record Oldest(String name, Duration age, Optional<UntakenReason> why) {}

  /**
   * What waits in an inbox. Immutable.
   *
   * @param oldest of all; empty if nothing waits
   * @param mistake the oldest that will never be taken as it is; an upload under way does not count
   */
  public record InboxState(Optional<Oldest> oldest, Optional<Oldest> mistake) {}

  /**
   * Looks into the inbox.
   *
   * @throws IOException if it cannot be read
   */
  public InboxState look() throws IOException {
    long now = clock.millis();
    InboxContent content = Untaken.in(inbox, MAX_FILES);
    Set<String> paused = paused();
    Set<String> sent = underWay.get();
    Set<String> there = new HashSet<>();
    Optional<Oldest> oldest = Optional.empty();
    Optional<Oldest> mistake = Optional.empty();
    for (String name : content.waiting()) {
      if (!paused.contains(name)) {
        there.add(name);
        long since = seen.computeIfAbsent(name, first -> now);
        if (!sent.contains(name)) {
          oldest = older(oldest, name, now - since, Optional.empty());
        }
      }
    }
    for (Untaken each : content.untaken()) {
      // Hidden files and folders are there on purpose.
      if (each.why() != UntakenReason.HIDDEN && each.why() != UntakenReason.FOLDER) {
        there.add(each.name());
        long since = seen.computeIfAbsent(each.name(), first -> now);
        // An upload under way goes on changing.
        long age = now - Math.max(since, Math.min(now, each.modified()));
        oldest = older(oldest, each.name(), age, Optional.of(each.why()));
        if (!each.why().isOrdinary()) {
          mistake = older(mistake, each.name(), age, Optional.of(each.why()));
        }
      }
    }
    seen.keySet().retainAll(there);
    return new InboxState(oldest, mistake);
  }

  private Set<String> paused() throws IOException {
    try {
      return Set.copyOf(FileControl.paused(inbox));
    } catch (NoSuchFileException e) {
      return Set.of();
    }
  }

  private static Optional<Oldest> older(
      Optional<Oldest> oldest, String name, long millis, Optional<UntakenReason> why) {
    Duration age = Duration.ofMillis(Math.max(0, millis));
    return oldest.filter(other -> other.age().compareTo(age) >= 0).isPresent()
        ? oldest
        : Optional.of(new Oldest(name, age, why));
  }
}
