package dev.smsroutes.cli;

import dev.smsroutes.ledger.Entry;
import dev.smsroutes.ledger.EntryState;
import dev.smsroutes.ledger.LedgerRecords;
import dev.smsroutes.ledger.LedgerRecords.Query;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** The options that select entries. */
final class SelectionOptions {
  /** The states that may need a person. */
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
      description = "The entry of this message key; repeatable; without other selections.")
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
      description = "Arrived by http, file, jms, or a site's own route.")
  private String channel;

  @Option(
      names = "--source",
      paramLabel = "TEXT",
      description = "Whose source begins with this text, such as the name of a batch file.")
  private String source;

  @Option(
      names = "--caller",
      paramLabel = "ID",
      description = "Handed over by this caller (docs/access.md).")
  private String caller;

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

  void check() {
    if (!keys.isEmpty() && (limit != null || !onlyKeys())) {
      throw new WrongUseException("--key: expected without another selection");
    }
    if (limit != null && limit < 1) {
      throw new WrongUseException("--limit: expected at least 1; got " + limit);
    }
  }

  /** The named keys, each once. */
  List<String> keys() {
    return keys.stream().distinct().toList();
  }

  /** The states of the selection; empty if none is given. */
  Set<EntryState> states() {
    return states.isEmpty() ? Set.of() : EnumSet.copyOf(states);
  }

  boolean isEmpty() {
    return keys.isEmpty() && onlyKeys();
  }

  private boolean onlyKeys() {
    return states.isEmpty()
        && Stream.of(code, channel, source, caller, since, until).allMatch(Objects::isNull);
  }

  OptionalInt limit() {
    return limit == null ? OptionalInt.empty() : OptionalInt.of(limit);
  }

  /**
   * The query of the selection.
   *
   * @param states the wanted states; empty: any
   */
  Query query(Set<EntryState> states) {
    return new Query(
        states,
        Optional.ofNullable(code),
        Optional.ofNullable(channel),
        Optional.ofNullable(source),
        Optional.ofNullable(caller),
        Optional.ofNullable(since),
        Optional.ofNullable(until));
  }

  Selected selected(LedgerRecords records, Set<EntryState> states, Predicate<Entry> wanted) {
    return Selected.of(records, keys(), query(states), limit().orElse(Integer.MAX_VALUE), wanted);
  }
}
