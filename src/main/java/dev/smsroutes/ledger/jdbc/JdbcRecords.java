package dev.smsroutes.ledger.jdbc;

import dev.smsroutes.ledger.Entry;
import dev.smsroutes.ledger.EntryState;
import dev.smsroutes.ledger.Fingerprint;
import dev.smsroutes.ledger.LedgerOptions;
import dev.smsroutes.ledger.LedgerPreview;
import dev.smsroutes.ledger.LedgerRecords;
import dev.smsroutes.ledger.LedgerTotals;
import dev.smsroutes.ledger.LedgerUnavailableException;
import dev.smsroutes.ledger.MadeFor;
import dev.smsroutes.ledger.NoLedgerException;
import dev.smsroutes.ledger.StoredText;
import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.RequestJson;
import dev.smsroutes.model.SendRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads the ledger's entries from the database. Thread-safe. */
public final class JdbcRecords implements LedgerRecords, AutoCloseable {
  static final int ROWS_IN_A_STEP = 500;

  static final String EVENTS =
      "SELECT at, what, code, detail FROM event WHERE message_key = ? ORDER BY at";

  private static final String REOPEN =
      "UPDATE message SET state = 'WAITING', changed_at = ?, owner = NULL, claim = claim + 1,"
          + " request = COALESCE(?, request), fingerprint = COALESCE(?, fingerprint)"
          + " WHERE message_key = ? AND claim = ? AND state = ?";

  private static final String ERASE =
      "UPDATE message SET request = NULL WHERE message_key = ? AND claim = ? AND state = ?";

  /** By an index that holds only what is not accepted. */
  private static final String TOTALS =
      "SELECT state, count(*), min(CASE WHEN state IN ('ADMITTED', 'ATTEMPTED') OR channel = 'jms'"
          + " OR run IN (SELECT id FROM run WHERE finished_at IS NULL) THEN admitted_at END)"
          + " FROM message WHERE accepted = 0 GROUP BY state";

  /** Ends it too. A key of this process's own, or of another node's, is left alone. */
  private static final String ERASE_OPEN =
      "UPDATE message SET request = NULL, state = ?, changed_at = ?, code = ?, detail = ?,"
          + " claim = claim + 1"
          + " WHERE message_key = ? AND claim = ? AND state = ? AND owner IS NULL";

  private final Database database;
  private final Clock clock;

  JdbcRecords(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  /**
   * Opens the ledger of a serving process, to read it and to order replays. Creates neither a file
   * nor a schema.
   *
   * @throws NoLedgerException if the ledger does not exist, or has another version
   * @throws LedgerUnavailableException if it cannot be reached
   */
  public static JdbcRecords open(LedgerOptions options, Clock clock) {
    return new JdbcRecords(Database.existing(options), clock);
  }

  @Override
  public Optional<Entry> find(String messageKey) {
    return row(messageKey).map(MessageRow::entry);
  }

  Optional<MessageRow> row(String messageKey) {
    return read(connection -> MessageRow.find(connection, messageKey));
  }

  /** Predicts the answers to rows that are not handed over yet. */
  public LedgerPreview ledgerPreview() {
    return new JdbcLedgerPreview(this, database.retention(), clock);
  }

  /** The existing rows of these keys, by key. */
  Map<String, MessageRow> rows(Set<String> messageKeys) {
    return select(
            MessageRow.COLUMNS
                + " WHERE message_key IN ("
                + String.join(", ", Collections.nCopies(messageKeys.size(), "?"))
                + ")",
            MessageRow::of,
            messageKeys.stream().map(StoredText::key).toArray())
        .stream()
        .collect(Collectors.toMap(row -> row.entry().messageKey(), Function.identity()));
  }

  @Override
  public Optional<Entry.History> history(String messageKey) {
    return find(messageKey).map(entry -> new Entry.History(entry, events(messageKey)));
  }

  private List<Entry.Event> events(String messageKey) {
    return select(
        EVENTS,
        row ->
            new Entry.Event(
                Instant.ofEpochMilli(row.getLong(1)),
                row.getString(2),
                row.getInt(3),
                row.getString(4)),
        StoredText.key(messageKey));
  }

  @Override
  public List<Entry> page(Query query, Optional<Position> after, int limit) {
    return page(Selection.of(query, after), "", limit);
  }

  @Override
  public List<Entry> newest(Query query, int limit) {
    List<Entry> entries = page(Selection.of(query, Optional.empty()), " DESC", limit);
    Collections.reverse(entries);
    return entries;
  }

  private List<Entry> page(Selection selection, String direction, int limit) {
    return select(
        pageSql(selection, direction, limit),
        row -> MessageRow.of(row).entry(),
        selection.values().toArray());
  }

  static String pageSql(Selection selection, String direction, int limit) {
    return MessageRow.COLUMNS
        + selection.where()
        + " ORDER BY admitted_at"
        + direction
        + ", message_key"
        + direction
        + " LIMIT "
        + limit;
  }

  @Override
  public long count(Query query) {
    Selection selection = Selection.of(query, Optional.empty());
    return select(
            "SELECT count(*) FROM message" + selection.where(),
            row -> row.getLong(1),
            selection.values().toArray())
        .get(0);
  }

  LedgerTotals totals() {
    long open = 0;
    long parked = 0;
    Optional<Instant> oldest = Optional.empty();
    for (StateTotal each :
        select(
            TOTALS,
            row ->
                new StateTotal(
                    EntryState.valueOf(row.getString(1)),
                    row.getLong(2),
                    Optional.of(row.getLong(3))
                        .filter(time -> time > 0)
                        .map(Instant::ofEpochMilli)))) {
      if (each.state() == EntryState.PARKED) {
        parked += each.entries();
      } else if (!each.state().settled()) {
        open += each.entries();
        oldest =
            Stream.of(oldest, each.oldest())
                .flatMap(Optional::stream)
                .min(Comparator.naturalOrder());
      }
    }
    long all = select("SELECT count(*) FROM message", row -> row.getLong(1)).get(0);
    return new LedgerTotals(open, parked, Math.max(0, all - open - parked), oldest);
  }

  private record StateTotal(EntryState state, long entries, Optional<Instant> oldest) {}

  @Override
  public long count(Query query, int max) {
    Selection selection = Selection.of(query, Optional.empty());
    return select(countSql(selection, max), row -> row.getLong(1), selection.values().toArray())
        .get(0);
  }

  static String countSql(Selection selection, int max) {
    return "SELECT count(*) FROM (SELECT 1 FROM message"
        + selection.where()
        + " LIMIT "
        + max
        + ") AS found";
  }

  @Override
  public boolean reopen(Entry entry, Optional<SendRequest> edited, String who) {
    if (entry.state().accepted()
        || entry.state() == EntryState.ADMITTED
        || entry.state() == EntryState.ATTEMPTED
        || (edited.isPresent() && entry.uncertain())) {
      return false;
    }
    return write(
        connection -> {
          int changed =
              Database.update(
                  connection,
                  REOPEN,
                  clock.millis(),
                  edited.map(RequestJson::write).orElse(null),
                  // Matches any request: the next one with the key counts as the same.
                  edited.map(request -> Fingerprint.ANY).orElse(null),
                  StoredText.key(entry.messageKey()),
                  entry.version(),
                  entry.state().name());
          if (changed == 0) {
            return false;
          }
          note(
              connection,
              entry.messageKey(),
              edited.isPresent() ? Entry.Event.EDITED : Entry.Event.REPLAYED,
              who + ", after " + end(entry));
          return true;
        });
  }

  @Override
  public List<Entry> withRequest(Optional<Entry> after, int limit) {
    return page(Selection.withRequest(after.map(Position::of)), "", limit);
  }

  @Override
  public boolean forget(Entry entry, String who) {
    if (entry.state() == EntryState.ADMITTED || entry.state() == EntryState.ATTEMPTED) {
      return false;
    }
    return write(
        connection -> {
          int changed =
              entry.state().settled() ? erase(connection, entry) : eraseOpen(connection, entry);
          if (changed == 0) {
            return false;
          }
          note(
              connection, entry.messageKey(), Entry.Event.FORGOTTEN, who + ", after " + end(entry));
          return true;
        });
  }

  private static int erase(Connection connection, Entry entry) throws SQLException {
    return Database.update(
        connection,
        ERASE,
        StoredText.key(entry.messageKey()),
        entry.version(),
        entry.state().name());
  }

  private int eraseOpen(Connection connection, Entry entry) throws SQLException {
    return Database.update(
        connection,
        ERASE_OPEN,
        (entry.uncertain() ? EntryState.PARKED : EntryState.REFUSED).name(),
        clock.millis(),
        ErrorCode.FORGOTTEN.number(),
        ErrorCode.FORGOTTEN.words(),
        StoredText.key(entry.messageKey()),
        entry.version(),
        entry.state().name());
  }

  @Override
  public void eraseTraces() {
    database.emptyLog();
  }

  /**
   * The settings of the database that the ledger's promises depend on, by the name that the
   * database gives them, and the version of the schema as {@code schema}.
   *
   * @throws LedgerUnavailableException if it cannot be asked
   */
  public Map<String, String> databaseSettings() {
    try {
      return database.settings();
    } catch (SQLException e) {
      throw new LedgerUnavailableException("The ledger cannot be read: " + Database.reason(e));
    }
  }

  /**
   * The API for which this ledger was made; empty if it was never opened for one.
   *
   * @throws LedgerUnavailableException if it cannot be asked
   */
  public Optional<MadeFor> madeFor() {
    return read(ApiRow::find);
  }

  /**
   * What time it is for the server of the database; empty for SQLite, which has none.
   *
   * @throws LedgerUnavailableException if it cannot be asked
   */
  public Optional<Instant> serverTime() {
    return database.sqlite()
        ? Optional.empty()
        : Optional.of(
            select(
                    "SELECT clock_timestamp()",
                    row -> row.getObject(1, OffsetDateTime.class).toInstant())
                .get(0));
  }

  /**
   * How many processes serve with this ledger: those that gave a sign of life of late.
   *
   * @throws LedgerUnavailableException if it cannot be asked
   */
  public long nodes() {
    return select(
            "SELECT count(*) FROM node WHERE alive_until > ?",
            row -> row.getLong(1),
            clock.millis())
        .get(0);
  }

  /**
   * Copies a ledger on SQLite into one file, as it is at one moment, while others write. The file
   * is on disk when this returns. The version of its schema does not matter, so that it can be
   * saved before an upgrade.
   *
   * @param file must be missing or empty
   * @return how many messages are in it
   * @throws NoLedgerException if the ledger does not exist
   * @throws LedgerUnavailableException if that failed, or the copy is damaged
   */
  public static long copy(LedgerOptions options, Path file) {
    try (Database database = Database.ofAnySchema(options)) {
      database.copyTo(file);
      return Database.checkCopy(file);
    } catch (SQLException | IOException e) {
      throw new LedgerUnavailableException("The ledger cannot be copied: " + Database.reason(e));
    }
  }

  @Override
  public boolean copied(Entry entry, String newKey, String who) {
    return write(
        connection -> {
          Optional<MessageRow> now = MessageRow.find(connection, entry.messageKey());
          if (now.isEmpty() || now.get().entry().version() != entry.version()) {
            return false;
          }
          note(
              connection,
              entry.messageKey(),
              Entry.Event.COPIED,
              who + Entry.Event.underKey(newKey));
          return true;
        });
  }

  /** How the entry had ended; reopening overwrites that. */
  private static String end(Entry entry) {
    return entry.state()
        + entry.code().map(code -> " " + code).orElse("")
        + (entry.message().isEmpty() ? "" : ": " + entry.message());
  }

  private void note(Connection connection, String messageKey, String what, String detail)
      throws SQLException {
    Database.update(
        connection,
        Sql.EVENT.text(),
        StoredText.key(messageKey),
        clock.millis(),
        what,
        0,
        StoredText.line(detail));
  }

  /** A key that a node has claimed, and the version of the claim. */
  record HeldKey(String messageKey, long version) {}

  List<HeldKey> heldBy(String node) {
    return select(
        "SELECT message_key, claim FROM message WHERE owner = ?",
        row -> new HeldKey(StoredText.toKey(row.getString(1)), row.getLong(2)),
        node);
  }

  /** The oldest keys that were neither admitted nor changed since then, for one step. */
  List<String> old(Old which, long before) {
    return select(which.text, row -> StoredText.toKey(row.getString(1)), before, before);
  }

  /** Kinds of entries with different retention. */
  enum Old {
    SETTLED("state IN ('ACCEPTED', 'ACCEPTED_EARLIER', 'REFUSED', 'DUPLICATE')"),
    OPEN("accepted = 0 AND state IN ('PARKED', 'UNCERTAIN', 'WAITING')");

    private final String text;

    Old(String condition) {
      // The limit is a literal, so that PostgreSQL's planner knows that it is small.
      this.text =
          "SELECT message_key FROM message WHERE admitted_at < ? AND changed_at < ? AND "
              + condition
              + " ORDER BY admitted_at LIMIT "
              + ROWS_IN_A_STEP;
    }

    String text() {
      return text;
    }
  }

  @FunctionalInterface
  private interface Work<T> {
    T with(Connection connection) throws SQLException;
  }

  /** All rows of a query. */
  <T> List<T> select(String sql, Database.RowMapper<T> mapper, Object... values) {
    return read(connection -> Database.select(connection, sql, mapper, values));
  }

  private <T> T read(Work<T> work) {
    try (Connection connection = database.reader()) {
      return work.with(connection);
    } catch (SQLException e) {
      throw new LedgerUnavailableException(Database.reason(e));
    }
  }

  private <T> T write(Work<T> work) {
    try (Connection connection = database.writer()) {
      Database.begin(connection);
      T result = work.with(connection);
      Database.commit(connection);
      return result;
    } catch (SQLException e) {
      throw new LedgerUnavailableException(Database.reason(e));
    }
  }

  @Override
  public void close() {
    database.close();
  }
}
