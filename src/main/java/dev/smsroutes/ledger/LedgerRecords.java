package dev.smsroutes.ledger;

import dev.smsroutes.model.SendRequest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The ledger for operators: reads entries and orders replays. Thread-safe. */
public interface LedgerRecords {
  /**
   * A selection of entries; an empty value does not narrow it.
   *
   * @param states any of these
   * @param code exactly this number
   * @param channel exactly this channel
   * @param source sources that begin with this text
   * @param caller exactly this caller
   * @param from changed at this time or later
   * @param to changed before this time
   */
  record Query(
      Set<EntryState> states,
      Optional<Integer> code,
      Optional<String> channel,
      Optional<String> source,
      Optional<String> caller,
      Optional<Instant> from,
      Optional<Instant> to) {
    public Query {
      states = Set.copyOf(states);
    }

    /** A selection by nothing but the state. */
    public static Query of(EntryState... states) {
      return new Query(
          Set.of(states),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());
    }

    /** A selection of all callers. */
    public Query(
        Set<EntryState> states,
        Optional<Integer> code,
        Optional<String> channel,
        Optional<String> source,
        Optional<Instant> from,
        Optional<Instant> to) {
      this(states, code, channel, source, Optional.empty(), from, to);
    }
  }

  /** The place of an entry in the order of admission. */
  record Position(Instant admittedAt, String messageKey) {
    public static Position of(Entry entry) {
      return new Position(entry.admittedAt(), entry.messageKey());
    }
  }

  /** The entry of a key. */
  Optional<Entry> find(String messageKey);

  /** The entry of a key with its history. */
  Optional<Entry.History> history(String messageKey);

  /**
   * A page of entries in the order of their admission.
   *
   * @param after the last entry of the page before; empty for the first page
   * @param limit the maximum number of entries
   */
  default List<Entry> list(Query query, Optional<Entry> after, int limit) {
    return page(query, after.map(Position::of), limit);
  }

  /**
   * As {@link #list}, for a caller that keeps no entries between pages.
   *
   * @param after where the page before ended; empty for the first page
   */
  List<Entry> page(Query query, Optional<Position> after, int limit);

  /**
   * The entries admitted last, oldest first.
   *
   * @param limit the maximum number of entries
   */
  List<Entry> newest(Query query, int limit);

  /**
   * A page of the entries that still have their request, in the order of their admission.
   *
   * @param after as for {@link #list}
   * @param limit the maximum number of entries
   */
  List<Entry> withRequest(Optional<Entry> after, int limit);

  /** How many entries there are. */
  long count(Query query);

  /**
   * How many entries there are, but no more than {@code max}: counting a million takes long.
   *
   * @param max at least 1
   */
  long count(Query query, int max);

  /**
   * Opens an entry for a replay under its own key: it becomes {@code WAITING}, so that the next
   * request with its key is sent. It is on disk when this returns, and noted in the history.
   *
   * @param entry as it was read; nothing happens if it has changed since, is in progress, or was
   *     accepted
   * @param edited the corrected request, or empty to leave it unchanged; never for an uncertain one
   * @param who the operator, for the history
   * @return whether it was opened
   */
  boolean reopen(Entry entry, Optional<SendRequest> edited, String who);

  /**
   * Erases the request of an entry. One that has not ended ends so that it is never sent: refused,
   * or parked if the API may have accepted an attempt, with the code {@link
   * dev.smsroutes.model.ErrorCode#FORGOTTEN}. Key and outcome stay. It is on disk when this
   * returns, and noted in the history.
   *
   * @param entry as it was read; nothing happens if it has changed since, or is in progress
   * @param who the operator, for the history
   * @return whether it was erased
   */
  boolean forget(Entry entry, String who);

  /** Erases from the logs of the database, as far as it can, what was erased from its tables. */
  void eraseTraces();

  /**
   * Notes that a copy of an entry is sent under a new key.
   *
   * @return false if the entry has changed since it was read
   */
  boolean copied(Entry entry, String newKey, String who);
}
