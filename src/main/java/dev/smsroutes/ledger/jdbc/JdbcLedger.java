package dev.smsroutes.ledger.jdbc;

import dev.smsroutes.ledger.Admission;
import dev.smsroutes.ledger.Admission.Claim;
import dev.smsroutes.ledger.Entry;
import dev.smsroutes.ledger.EntryState;
import dev.smsroutes.ledger.Fingerprint;
import dev.smsroutes.ledger.Ledger;
import dev.smsroutes.ledger.LedgerOptions;
import dev.smsroutes.ledger.LedgerPreview;
import dev.smsroutes.ledger.LedgerRecords;
import dev.smsroutes.ledger.LedgerUnavailableException;
import dev.smsroutes.ledger.Runs;
import dev.smsroutes.ledger.StoredText;
import dev.smsroutes.ledger.Submission;
import dev.smsroutes.ledger.jdbc.GroupCommit.BoundSql;
import dev.smsroutes.model.Message;
import dev.smsroutes.model.Origin;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Accepted;
import dev.smsroutes.model.Outcome.Parked;
import dev.smsroutes.model.Outcome.Refused;
import dev.smsroutes.model.Outcome.Unsettled;
import dev.smsroutes.model.RequestJson;
import dev.smsroutes.model.SendRequest;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The ledger on a database: SQLite in a file of this process, or PostgreSQL shared by several
 * nodes. Thread-safe.
 *
 * <p>Keys in use by this process are in memory, so that a second request waits for the first. The
 * claims of another node are released when that node is dead: when it has not renewed its sign of
 * life for a while ({@link LedgerMaintenance}).
 */
public final class JdbcLedger implements Ledger, Runs, LedgerRecords, AutoCloseable {
  private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

  /** How much the clocks of nodes may differ, or one clock before and after it is set. */
  private static final Duration CLOCK_ERROR = Duration.ofMinutes(5);

  /** Shorter values occur in any sentence, and identify no person. */
  private static final int SHORTEST_HIDDEN = 3;

  private final String node = UUID.randomUUID().toString();
  private final LedgerOptions options;
  private final Clock clock;
  private final Optional<ProcessLock> lock;
  private final Database database;
  private final JdbcRecords records;
  private final LedgerPreview ledgerPreview;
  private final GroupCommit writer;
  private final LedgerMaintenance maintenance;
  private final Map<String, InProgress> underWay = new ConcurrentHashMap<>();

  /** A key that this process handles. */
  private record InProgress(String fingerprint, CountDownLatch ended) {}

  private JdbcLedger(LedgerOptions options, Clock clock, Timing timing) {
    this.options = options;
    this.clock = clock;
    this.lock = options.file().map(ProcessLock::of);
    try {
      this.database = Database.open(options, timing);
    } catch (RuntimeException e) {
      lock.ifPresent(ProcessLock::close);
      throw e;
    }
    this.records = new JdbcRecords(database, clock);
    this.ledgerPreview = records.ledgerPreview();
    this.writer = new GroupCommit(database, timing);
    this.maintenance =
        new LedgerMaintenance(
            writer, database, records, options, timing, node, underWay::containsKey, clock);
  }

  /**
   * Opens the ledger, brings its schema up to date, and releases the claims of an earlier process.
   *
   * @throws LedgerUnavailableException if it cannot be used; the message names the key of the
   *     setting
   */
  public static JdbcLedger open(LedgerOptions options, Clock clock) {
    return open(options, clock, Timing.DEFAULT);
  }

  /** As {@link #open(LedgerOptions, Clock)}, with other times. */
  static JdbcLedger open(LedgerOptions options, Clock clock, Timing timing) {
    JdbcLedger ledger = new JdbcLedger(options, clock, timing);
    try {
      ledger.maintenance.start(ledger.lock.isPresent());
      return ledger;
    } catch (RuntimeException e) {
      ledger.close();
      throw e;
    }
  }

  @Override
  public Admission admit(Submission submission, Duration patience) {
    String key = submission.messageKey();
    String fingerprint = Fingerprint.of(submission);
    long latest = System.nanoTime() + patience.toNanos();
    // After a failed insert, reading first is cheaper.
    boolean known = false;
    while (true) {
      InProgress mine = new InProgress(fingerprint, new CountDownLatch(1));
      InProgress other = underWay.putIfAbsent(key, mine);
      Optional<Admission> admission =
          other == null ? claim(submission, mine, known) : join(submission, mine, other, latest);
      if (admission.isPresent()) {
        return admission.get();
      }
      known = true;
      if (latest - System.nanoTime() <= 0) {
        return new Admission.Known(Unsettled.underWay(submission.message().requestId(), key));
      }
    }
  }

  /** Waits until this process has finished another request with this key, or the time is over. */
  private Optional<Admission> join(
      Submission submission, InProgress mine, InProgress other, long latest) {
    long left = latest - System.nanoTime();
    if (!other.fingerprint().equals(mine.fingerprint())) {
      // The other request may not own the key: it may be refused itself.
      Optional<MessageRow> row = records.row(submission.messageKey());
      if (row.isPresent() && row.get().fingerprint().equals(other.fingerprint())) {
        return Optional.of(usedForAnother(submission));
      }
      left = Math.min(left, LOOK_AGAIN.toNanos());
    }
    await(other.ended(), left);
    return Optional.empty();
  }

  private Optional<Admission> claim(Submission submission, InProgress mine, boolean known) {
    Optional<Admission> admission = Optional.empty();
    try {
      admission = claimInStore(submission, mine, known);
    } finally {
      if (admission.isEmpty() || admission.get() instanceof Admission.Known) {
        complete(submission.messageKey(), mine);
      }
    }
    if (admission.isEmpty()) {
      // Another node holds the key.
      await(new CountDownLatch(1), LOOK_AGAIN.toNanos());
    }
    return admission;
  }

  private Optional<Admission> claimInStore(Submission submission, InProgress mine, boolean known) {
    String key = submission.messageKey();
    Optional<MessageRow> row = known ? records.row(key) : Optional.empty();
    if (row.isEmpty()) {
      long now = clock.millis();
      if (insert(submission, mine.fingerprint(), now) == 1) {
        return Optional.of(new HeldClaim(submission, mine, 1, false, Instant.ofEpochMilli(now)));
      }
      row = records.row(key);
    }
    // The row was purged in between.
    return row.flatMap(found -> decide(submission, mine, found));
  }

  /** The answer to a request whose key has an entry; empty to read it again. */
  private Optional<Admission> decide(Submission submission, InProgress mine, MessageRow row) {
    return switch (row.keyStatus(mine.fingerprint())) {
      case SETTLED -> Optional.of(stored(submission, row));
      case CONFLICT -> Optional.of(usedForAnother(submission));
      case NEW -> take(submission, mine, row, Sql.REPLACE, false);
      case RESUMABLE -> {
        boolean underWay =
            row.state() == EntryState.ADMITTED || row.state() == EntryState.ATTEMPTED;
        if (underWay && !node.equals(row.owner()) && isAlive(row.owner())) {
          yield Optional.empty();
        }
        yield takeOrPark(submission, mine, row);
      }
    };
  }

  private Optional<Admission> takeOrPark(Submission submission, InProgress mine, MessageRow row) {
    Optional<Admission> taken = take(submission, mine, row, Sql.RECLAIM, row.maybeTaken());
    if (!row.isTooLate(clock.instant()) || taken.isEmpty()) {
      return taken;
    }
    HeldClaim claim = (HeldClaim) taken.get();
    Outcome parked = claim.settle(row.parked(submission.message().requestId()));
    return Optional.of(new Admission.Known(parked));
  }

  private Optional<Admission> take(
      Submission submission, InProgress mine, MessageRow row, Sql how, boolean uncertain) {
    long version = row.entry().version();
    long now = clock.millis();
    boolean afresh = how == Sql.REPLACE;
    String json = RequestJson.write(submission.request());
    int changed =
        writer.write(
            how,
            statement -> {
              int i = 0;
              if (afresh) {
                i = request(statement, i, submission, mine.fingerprint());
                statement.setLong(++i, now);
                statement.setLong(++i, now);
              } else {
                statement.setString(++i, mine.fingerprint());
                // A row belongs to the run in which it ends: resume looks it up there.
                Optional<Origin> batch =
                    Optional.of(submission.origin()).filter(o -> o.run().isPresent());
                statement.setString(
                    ++i, batch.map(Origin::channel).map(StoredText::line).orElse(null));
                statement.setString(
                    ++i, batch.map(Origin::source).map(StoredText::line).orElse(null));
                statement.setString(++i, batch.flatMap(Origin::run).orElse(null));
                statement.setInt(++i, uncertain ? 1 : 0);
                statement.setLong(++i, now);
              }
              statement.setString(++i, json);
              statement.setString(++i, node);
              statement.setString(++i, StoredText.key(submission.messageKey()));
              statement.setLong(++i, version);
              statement.setString(++i, row.state().name());
            });
    if (changed == 0) {
      return Optional.empty();
    }
    return Optional.of(
        new HeldClaim(
            submission,
            mine,
            version + 1,
            uncertain,
            afresh ? Instant.ofEpochMilli(now) : row.entry().admittedAt()));
  }

  private int insert(Submission submission, String fingerprint, long now) {
    return writer.write(Sql.CLAIM, claiming(submission, fingerprint, now));
  }

  private GroupCommit.Binder claiming(Submission submission, String fingerprint, long now) {
    String json = RequestJson.write(submission.request());
    return statement -> {
      statement.setString(1, StoredText.key(submission.messageKey()));
      int i = request(statement, 1, submission, fingerprint);
      statement.setLong(++i, now);
      statement.setLong(++i, now);
      statement.setString(++i, json);
      statement.setString(++i, node);
    };
  }

  @Override
  public List<Optional<Claim>> admitNew(List<Submission> submissions) {
    List<Optional<Claim>> claims = new ArrayList<>(submissions.size());
    List<HeldClaim> asked = new ArrayList<>(submissions.size());
    List<List<BoundSql>> records = new ArrayList<>(submissions.size());
    long now = clock.millis();
    for (Submission submission : submissions) {
      InProgress inProgress = new InProgress(Fingerprint.of(submission), new CountDownLatch(1));
      boolean mine = underWay.putIfAbsent(submission.messageKey(), inProgress) == null;
      if (mine) {
        HeldClaim claim =
            new HeldClaim(submission, inProgress, 1, false, Instant.ofEpochMilli(now));
        asked.add(claim);
        records.add(
            List.of(new BoundSql(Sql.CLAIM, claiming(submission, inProgress.fingerprint(), now))));
        claims.add(Optional.of(claim));
      } else {
        claims.add(Optional.empty());
      }
    }
    int[] changed = new int[asked.size()];
    try {
      changed = writer.writeEach(records);
    } catch (IllegalStateException e) {
      // One of them cannot be written. Admitted one by one, only that one fails.
    } finally {
      for (int i = 0; i < changed.length; i++) {
        if (changed[i] == 0) {
          asked.get(i).release();
        }
      }
    }
    return claims.stream().map(claim -> claim.filter(held -> !((HeldClaim) held).ended)).toList();
  }

  @Override
  public void attempted(List<Claim> claims) {
    List<HeldClaim> held = claims.stream().map(HeldClaim.class::cast).toList();
    long now = clock.millis();
    int[] changed = writeEach(held, claim -> claim.attempt(now));
    if (Arrays.stream(changed).anyMatch(each -> each == 0)) {
      throw takenOver();
    }
    held.forEach(claim -> claim.attemptOpen = true);
  }

  private static LedgerUnavailableException takenOver() {
    return new LedgerUnavailableException("Another node has taken the message over");
  }

  @Override
  public List<Outcome> settle(List<Settlement> settlements) {
    List<HeldClaim> held = settlements.stream().map(each -> (HeldClaim) each.claim()).toList();
    List<Outcome> outcomes =
        settlements.stream()
            .map(each -> ((HeldClaim) each.claim()).withParts(each.outcome()))
            .toList();
    Iterator<Outcome> next = outcomes.iterator();
    int[] changed = writeEach(held, claim -> claim.settlement(next.next()));
    List<Outcome> stand = new ArrayList<>(changed.length);
    for (int i = 0; i < changed.length; i++) {
      stand.add(held.get(i).wasSettled(outcomes.get(i), changed[i]));
    }
    return stand;
  }

  private int[] writeEach(List<HeldClaim> claims, Function<HeldClaim, BoundSql> record) {
    List<List<BoundSql>> units = new ArrayList<>(claims.size());
    claims.forEach(claim -> units.add(claim.withNotes(record.apply(claim))));
    int[] changed;
    try {
      changed = writer.writeEach(units);
    } catch (IllegalStateException e) {
      // One of them cannot be written, and must not fail the others.
      changed = units.stream().mapToInt(writer::write).toArray();
    }
    claims.forEach(claim -> claim.notes.clear());
    return changed;
  }

  private static int request(
      PreparedStatement statement, int from, Submission submission, String fingerprint)
      throws SQLException {
    int i = from;
    Origin origin = submission.origin();
    statement.setString(++i, fingerprint);
    statement.setString(++i, StoredText.line(submission.message().definitionKey()));
    statement.setString(++i, StoredText.line(origin.channel()));
    statement.setString(++i, StoredText.line(origin.source()));
    statement.setString(++i, origin.run().orElse(null));
    return i;
  }

  private static Admission stored(Submission submission, MessageRow row) {
    return new Admission.Known(row.told(submission));
  }

  private Admission usedForAnother(Submission submission) {
    return new Admission.Known(
        Refused.usedForAnother(submission.message().requestId(), submission.messageKey()));
  }

  private boolean isAlive(String owner) {
    if (owner == null) {
      return false;
    }
    return records.read(
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement("SELECT alive_until FROM node WHERE id = ?")) {
            statement.setString(1, owner);
            try (ResultSet rows = statement.executeQuery()) {
              return rows.next() && rows.getLong(1) >= clock.millis();
            }
          }
        });
  }

  private void complete(String key, InProgress inProgress) {
    underWay.remove(key, inProgress);
    inProgress.ended().countDown();
  }

  private static void await(CountDownLatch latch, long nanos) {
    try {
      // The caller checks again, after a release and after a time-out alike.
      latch.await(nanos, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LedgerUnavailableException("Interrupted while waiting for another request");
    }
  }

  /** A claim of this process. */
  private final class HeldClaim implements Admission.Claim {
    private final Submission submission;
    private final InProgress inProgress;
    private final long version;
    private final Instant admittedAt;
    private final List<BoundSql> notes = new ArrayList<>();
    private boolean uncertain;
    private boolean attemptOpen;
    private boolean ended;

    HeldClaim(
        Submission submission,
        InProgress inProgress,
        long version,
        boolean uncertain,
        Instant admittedAt) {
      this.submission = submission;
      this.inProgress = inProgress;
      this.version = version;
      this.uncertain = uncertain;
      this.admittedAt = admittedAt;
    }

    @Override
    public Instant admittedAt() {
      return admittedAt;
    }

    @Override
    public boolean uncertain() {
      return uncertain;
    }

    @Override
    public boolean mayHaveBeenSent() {
      return uncertain || attemptOpen;
    }

    @Override
    public void attempted() {
      if (write(attempt(clock.millis())) == 0) {
        throw takenOver();
      }
      attemptOpen = true;
    }

    private BoundSql attempt(long now) {
      return new BoundSql(
          Sql.ATTEMPT,
          statement -> {
            statement.setLong(1, now);
            statement.setLong(2, now);
            statement.setLong(3, now);
            statement.setString(4, StoredText.key(submission.messageKey()));
            statement.setLong(5, version);
            statement.setString(6, node);
          });
    }

    @Override
    public void ended(Outcome unsettled) {
      long now = clock.millis();
      String detail = detail(unsettled);
      uncertain |= unsettled.state() == Outcome.State.UNCERTAIN;
      attemptOpen = false;
      notes.add(
          new BoundSql(
              Sql.EVENT,
              statement -> {
                statement.setString(1, StoredText.key(submission.messageKey()));
                statement.setLong(2, now);
                statement.setString(3, unsettled.state().name());
                statement.setInt(4, unsettled.errorCode());
                statement.setString(5, detail);
              }));
    }

    @Override
    public Outcome settle(Outcome told) {
      Outcome outcome = withParts(told);
      return wasSettled(outcome, write(settlement(outcome)));
    }

    private BoundSql settlement(Outcome outcome) {
      boolean maybeTaken =
          outcome.state() == Outcome.State.UNCERTAIN
              || (outcome.state() == Outcome.State.PARKED && mayHaveBeenSent());
      return new BoundSql(
          Sql.SETTLE,
          JdbcLedger.this.settlement(
              submission.messageKey(), version, outcome, maybeTaken, detail(outcome)));
    }

    private Outcome wasSettled(Outcome outcome, int changed) {
      release();
      return changed == 1 ? outcome : recorded(outcome);
    }

    /** The caller may not know the message, and so not its parts. */
    private Outcome withParts(Outcome outcome) {
      return outcome instanceof Accepted accepted
          ? accepted.withParts(submission.message().parts())
          : outcome;
    }

    /** Another node has taken the message over while this one was frozen. */
    private Outcome recorded(Outcome ours) {
      Optional<MessageRow> row = records.row(submission.messageKey());
      if (ours.accepted() || row.isEmpty()) {
        return ours;
      }
      return row.get().state().settled()
          ? ((Admission.Known) stored(submission, row.get())).outcome()
          : Unsettled.underWay(ours.requestId(), submission.messageKey());
    }

    private int write(BoundSql record) {
      int changed = writer.write(withNotes(record));
      notes.clear();
      return changed;
    }

    private List<BoundSql> withNotes(BoundSql record) {
      if (notes.isEmpty()) {
        return List.of(record);
      }
      List<BoundSql> all = new ArrayList<>(notes.size() + 1);
      all.add(record);
      all.addAll(notes);
      return all;
    }

    /** Hides the request's values, which the API's message may quote. */
    private String detail(Outcome outcome) {
      String text = outcome.message();
      if (text.isEmpty()) {
        return text;
      }
      for (String secret : secrets()) {
        text = text.replace(secret, "…");
      }
      return StoredText.line(text);
    }

    /** The longest first, because one may contain another. */
    private List<String> secrets() {
      Message message = submission.message();
      Stream<String> ours =
          Stream.concat(Stream.of(message.to(), message.contactKey()), message.text().stream());
      return Stream.concat(ours, message.attributes().values().stream())
          .filter(value -> value.length() >= SHORTEST_HIDDEN)
          .sorted(Comparator.comparing(String::length).reversed())
          .toList();
    }

    @Override
    public void release() {
      if (!ended) {
        ended = true;
        complete(submission.messageKey(), inProgress);
      }
    }
  }

  @Override
  public Outcome refused(SendRequest request, Outcome refused) {
    if (!request.isComplete() || outage().isPresent()) {
      return refused;
    }
    try {
      return records
          .row(request.messageKey())
          .filter(row -> row.waitsFor(request))
          .map(row -> end(row, refused))
          .orElse(refused);
    } catch (LedgerUnavailableException e) {
      // The request is refused in any case; an operator can still end its entry.
      return refused;
    }
  }

  private Outcome end(MessageRow row, Outcome refused) {
    Outcome outcome = row.entry().uncertain() ? Parked.refusedTooLate(refused) : refused;
    int changed =
        writer.write(
            Sql.SETTLE,
            settlement(
                row.entry().messageKey(),
                row.entry().version(),
                outcome,
                row.entry().uncertain(),
                // sms-routes' own message quotes nothing.
                StoredText.line(outcome.message())));
    return changed == 1 ? outcome : refused;
  }

  private GroupCommit.Binder settlement(
      String messageKey, long version, Outcome outcome, boolean maybeTaken, String detail) {
    boolean keep =
        options.keepPersonalData()
            || !outcome.state().settled()
            || outcome.state() == Outcome.State.PARKED;
    OptionalInt parts =
        outcome instanceof Accepted accepted ? accepted.parts() : OptionalInt.empty();
    long now = clock.millis();
    return statement -> {
      statement.setString(1, outcome.state().name());
      statement.setInt(2, outcome.accepted() ? 1 : 0);
      statement.setInt(3, maybeTaken ? 1 : 0);
      statement.setLong(4, now);
      statement.setString(5, StoredText.line(outcome.requestId()));
      statement.setInt(6, outcome.errorCode());
      statement.setString(7, detail);
      if (parts.isPresent()) {
        statement.setInt(8, parts.getAsInt());
      } else {
        statement.setNull(8, Types.INTEGER);
      }
      statement.setInt(9, keep ? 1 : 0);
      statement.setString(10, StoredText.key(messageKey));
      statement.setLong(11, version);
    };
  }

  @Override
  public Run begin(String content, String name) {
    Optional<Run> unfinished = ledgerPreview.unfinished(content, name);
    if (unfinished.isPresent()) {
      return unfinished.get();
    }
    String id = UUID.randomUUID().toString();
    long now = clock.millis();
    writer.write(
        Sql.BEGIN_RUN,
        statement -> {
          statement.setString(1, id);
          statement.setString(2, content);
          statement.setString(3, StoredText.line(name));
          statement.setLong(4, now);
        });
    return new Run(id, false, false);
  }

  @Override
  public Map<String, Outcome> settled(Run run, Map<String, String> keys) {
    return ledgerPreview.settled(run, keys);
  }

  @Override
  public Set<String> maybeSent(Set<String> messageKeys) {
    return records.rows(messageKeys).values().stream()
        .map(MessageRow::entry)
        .filter(Entry::maybeSent)
        .map(Entry::messageKey)
        .collect(Collectors.toSet());
  }

  @Override
  public void finish(Run run) {
    long now = clock.millis();
    writer.write(
        Sql.FINISH_RUN,
        statement -> {
          statement.setLong(1, now);
          statement.setString(2, run.id());
        });
  }

  /** Predicts the answers to rows that are not handed over yet. */
  public LedgerPreview ledgerPreview() {
    return ledgerPreview;
  }

  /** Why nothing can be recorded at the moment, for operators; empty if there is no outage. */
  public Optional<String> outage() {
    return writer.outage();
  }

  @Override
  public Optional<Entry> find(String messageKey) {
    return records.find(messageKey);
  }

  @Override
  public Optional<Entry.History> history(String messageKey) {
    return records.history(messageKey);
  }

  @Override
  public List<Entry> list(Query query, Optional<Entry> after, int limit) {
    return records.list(query, after, limit);
  }

  @Override
  public List<Entry> newest(Query query, int limit) {
    return records.newest(query, limit);
  }

  @Override
  public long count(Query query) {
    return records.count(query);
  }

  @Override
  public boolean reopen(Entry entry, Optional<SendRequest> edited, String who) {
    return records.reopen(entry, edited, who);
  }

  @Override
  public boolean copied(Entry entry, String newKey, String who) {
    return records.copied(entry, newKey, who);
  }

  /** Writes the waiting records and closes the database. */
  @Override
  public void close() {
    maintenance.close();
    writer.close();
    database.close();
    lock.ifPresent(ProcessLock::close);
  }

  /** Closes the database without a record, as a killed process does. */
  void abandon() {
    maintenance.abandon();
    writer.abandon();
    database.close();
    lock.ifPresent(ProcessLock::close);
  }
}
