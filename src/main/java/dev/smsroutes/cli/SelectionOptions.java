package dev.smsroutes.cli;

import dev.smsroutes.ledger.Entry;
import dev.smsroutes.ledger.EntryState;
import dev.smsroutes.ledger.LedgerRecords;
import dev.smsroutes.ledger.LedgerRecords.Query;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Predicate;
import picocli.CommandLine.Option;

/** Which entries a command is about. */
final class SelectionOptions {
  /** What a person may have to do something about. */
  static final Set<EntryState> ATTENTION =
      Set.of(
          EntryState.PARKED,
          EntryState.UNCERTAIN,
          EntryState.WAITING,
          EntryState.REFUSED,
          EntryState.DUPLICATE);

  @Option(
      names = "--key",
      paramLabel = "KEY",
      description = "The entry of this message key; may be given several times, and alone.")
  private List<String> keys = new ArrayList<>();

  @Option(
      names = "--state",
      paramLabel = "STATE",
      split = ",",
      converter = StateOption.class,
      description = "In any of these states, with commas between.")
  private List<EntryState> states = new ArrayList<>();

  @Option(names = "--code", paramLabel = "N", description = "Ended with this error code.")
  private Integer code;

  @Option(
      names = "--channel",
      paramLabel = "CHANNEL",
      description = "Came in by http, file, jms, or a route of the site's own.")
  private String channel;

  @Option(
      names = "--source",
      paramLabel = "TEXT",
      description = "Whose source begins with this text, such as the name of a batch file.")
  private String source;

  @Option(
      names = "--since",
      paramLabel = "TIME",
      converter = TimeOption.class,
      description =
          "Changed at this time or later: 2026-11-24T09:30:00Z, 2026-11-24 (UTC), or a time ago"
              + " such as 2h or 3d.")
  private Instant since;

  @Option(
      names = "--until",
      paramLabel = "TIME",
      converter = TimeOption.class,
      description = "Changed before this time.")
  private Instant until;

  @Option(names = "--limit", paramLabel = "N", description = "At most so many entries.")
  private Integer limit;

  /**
   * @throws WrongUseException if they do not go together
   */
  void check() {
    if (!keys.isEmpty()
        && (!states.isEmpty()
            || code != null
            || channel != null
            || source != null
            || since != null
            || until != null
            || limit != null)) {
      throw new WrongUseException(
          "--key: expected no other selection beside it; it names its entries");
    }
    if (limit != null && limit < 1) {
      throw new WrongUseException("--limit: expected at least 1; " + limit + " came");
    }
  }

  /** The keys that were named, each once. */
  List<String> keys() {
    return keys.stream().distinct().toList();
  }

  /** The states that were asked for; empty if none were. */
  Set<EntryState> states() {
    return states.isEmpty() ? Set.of() : EnumSet.copyOf(states);
  }

  /** Whether nothing at all was asked for. */
  boolean isEmpty() {
    return keys.isEmpty()
        && states.isEmpty()
        && code == null
        && channel == null
        && source == null
        && since == null
        && until == null;
  }

  OptionalInt limit() {
    return limit == null ? OptionalInt.empty() : OptionalInt.of(limit);
  }

  /**
   * The query for what was asked.
   *
   * @param states the states that are wanted; empty for any
   */
  Query query(Set<EntryState> states) {
    return new Query(
        states,
        Optional.ofNullable(code),
        Optional.ofNullable(channel),
        Optional.ofNullable(source),
        Optional.ofNullable(since),
        Optional.ofNullable(until));
  }

  /** The selected entries, whatever their number. */
  Selected selected(LedgerRecords records, Set<EntryState> states, Predicate<Entry> wanted) {
    return Selected.of(records, keys(), query(states), limit().orElse(Integer.MAX_VALUE), wanted);
  }
}
