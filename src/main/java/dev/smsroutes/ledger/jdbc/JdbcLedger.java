package dev.smsroutes.ledger.jdbc;

import static dev.smsroutes.ledger.jdbc.GroupCommit.values;

import dev.smsroutes.ledger.Admission;
import dev.smsroutes.ledger.Admission.Claim;
import dev.smsroutes.ledger.EntryState;
import dev.smsroutes.ledger.Fingerprint;
import dev.smsroutes.ledger.Ledger;
import dev.smsroutes.ledger.LedgerOptions;
import dev.smsroutes.ledger.LedgerPreview;
import dev.smsroutes.ledger.LedgerRecords;
import dev.smsroutes.ledger.LedgerTotals;
import dev.smsroutes.ledger.LedgerUnavailableException;
import dev.smsroutes.ledger.MadeFor;
import dev.smsroutes.ledger.NoLedgerException;
import dev.smsroutes.ledger.OtherApiException;
import dev.smsroutes.ledger.Runs;
import dev.smsroutes.ledger.StoredText;
import dev.smsroutes.ledger.Submission;
import dev.smsroutes.ledger.jdbc.GroupCommit.BoundSql;
import dev.smsroutes.model.Origin;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Parked;
import dev.smsroutes.model.Outcome.Refused;
import dev.smsroutes.model.Outcome.Unsettled;
import dev.smsroutes.model.RequestJson;
import dev.smsroutes.model.SendRequest;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The ledger on a database: SQLite in a file of this process, or PostgreSQL shared by several
 * nodes. Thread-safe.
 *
 * <p>Keys in use by this process are in memory, so that a second request waits for the first. The
 * claims of another node are released when that node is dead: when it has not renewed its sign of
 * life for a while ({@link LedgerMaintenance}).
 */
public final class JdbcLedger implements Ledger, AutoCloseable {
  private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

  private final String node = UUID.randomUUID().toString();
  private final Clock clock;
  private final Optional<ProcessLock> lock;
  private final Database database;
  private final JdbcRecords records;
  private final LedgerPreview ledgerPreview;
  private final GroupCommit writer;
  private final LedgerContext context;
  private final LedgerMaintenance maintenance;
  private final Map<String, InProgress> underWay = new ConcurrentHashMap<>();

  /** A key that this process handles. */
  private record InProgress(String fingerprint, CountDownLatch ended) {
    InProgress(String fingerprint) {
      this(fingerprint, new CountDownLatch(1));
    }
  }

  private JdbcLedger(LedgerOptions options, Clock clock, Timing timing, Optional<MadeFor> api) {
    this.clock = clock;
    this.lock = options.file().map(ProcessLock::of);
    try {
      this.database = Database.open(options, timing, api);
    } catch (RuntimeException e) {
      lock.ifPresent(ProcessLock::close);
      throw e;
    }
    this.records = new JdbcRecords(database, clock);
    this.ledgerPreview = records.ledgerPreview();
    this.writer = new GroupCommit(database, timing);
    this.context = new LedgerContext(node, options, clock, writer, records);
    this.maintenance = new LedgerMaintenance(context, database, timing, underWay::containsKey);
  }

  /**
   * Opens the ledger, brings its schema up to date, and releases the claims of an earlier process.
   *
   * @param api the API that its entries are to answer for
   * @throws LedgerUnavailableException if it cannot be used; the message names the key of the
   *     setting
   * @throws NoLedgerException if its schema is two or more versions newer than that of this version
   * @throws OtherApiException if it was made for another API
   */
  public static JdbcLedger open(LedgerOptions options, Clock clock, MadeFor api) {
    return open(options, clock, Timing.DEFAULT, Optional.of(api));
  }

  /** As {@link #open(LedgerOptions, Clock, MadeFor)}, for any API: for tests and measurements. */
  public static JdbcLedger open(LedgerOptions options, Clock clock) {
    return open(options, clock, Timing.DEFAULT, Optional.empty());
  }

  /** As {@link #open(LedgerOptions, Clock)}, with other times. */
  static JdbcLedger open(LedgerOptions options, Clock clock, Timing timing) {
    return open(options, clock, timing, Optional.empty());
  }

  /** The API for which the ledger in a file was made; empty without one, or if it does not say. */
  public static Optional<MadeFor> madeFor(LedgerOptions options) {
    return Database.madeFor(options);
  }

  /** Whether a process serves with the ledger in a file; false for a server's database. */
  public static boolean isInUse(LedgerOptions options) {
    return options.file().filter(ProcessLock::isHeld).isPresent();
  }

  private static JdbcLedger open(
      LedgerOptions options, Clock clock, Timing timing, Optional<MadeFor> api) {
    JdbcLedger ledger = new JdbcLedger(options, clock, timing, api);
    try {
      ledger.maintenance.start(ledger.lock.isPresent());
      return ledger;
    } catch (RuntimeException e) {
      ledger.close();
      throw e;
    }
  }

  /** The entries, for operators. */
  public LedgerRecords records() {
    return records;
  }

  /** Passes over batches. */
  public Runs runs() {
    return new JdbcRuns(context, ledgerPreview);
  }

  /** Predicts the answers to rows that are not handed over yet. */
  public LedgerPreview ledgerPreview() {
    return ledgerPreview;
  }

  /** Measures its commits from now on. */
  public void bindTo(MeterRegistry registry) {
    writer.bindTo(registry);
  }

  /** What it holds, which takes a while to count: tens of milliseconds for a million entries. */
  public LedgerTotals totals() {
    return records.totals();
  }

  /** Why nothing can be recorded at the moment, for operators; empty if there is no outage. */
  public Optional<String> outage() {
    return writer.outage();
  }

  @Override
  public Admission admit(Submission submission, Duration patience) {
    String key = submission.messageKey();
    String fingerprint = Fingerprint.of(submission);
    long latest = System.nanoTime() + patience.toNanos();
    while (true) {
      InProgress mine = new InProgress(fingerprint);
      InProgress other = underWay.putIfAbsent(key, mine);
      Optional<? extends Admission> admission =
          other == null ? claim(submission, mine) : join(submission, mine, other, latest);
      if (admission.isPresent()) {
        return admission.get();
      }
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

  private Optional<? extends Admission> claim(Submission submission, InProgress mine) {
    Optional<? extends Admission> admission = Optional.empty();
    try {
      admission = claimInStore(submission, mine);
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

  private Optional<? extends Admission> claimInStore(Submission submission, InProgress mine) {
    String key = submission.messageKey();
    // First: those whose key is new were claimed by admitNew.
    Optional<MessageRow> row = records.row(key);
    if (row.isEmpty()) {
      long now = clock.millis();
      if (writer.write(List.of(insert(submission, mine, now, false))) == 1) {
        return Optional.of(newClaim(submission, mine, now));
      }
      row = records.row(key);
    }
    // The row was purged in between.
    return row.flatMap(found -> decide(submission, mine, found));
  }

  private BoundSql insert(Submission submission, InProgress mine, long now, boolean leaving) {
    return leaving
        ? new BoundSql(Sql.CLAIM_LEAVING, values(newRow(submission, mine, now, now, now)))
        : new BoundSql(Sql.CLAIM, values(newRow(submission, mine, now)));
  }

  /** The values of a row that is admitted now, and then others. */
  private Object[] newRow(Submission submission, InProgress mine, long now, Object... others) {
    Origin origin = submission.origin();
    Stream<Object> row =
        Stream.of(
            mine.fingerprint(),
            StoredText.line(submission.message().definitionKey()),
            StoredText.line(origin.channel()),
            StoredText.line(origin.source()),
            origin.run().orElse(null),
            submission.caller().map(StoredText::line).orElse(null),
            submission.correlation().traceId().orElse(null),
            submission.correlation().callerRequestId().orElse(null),
            now,
            now,
            RequestJson.write(submission.request()),
            node,
            StoredText.key(submission.messageKey()));
    return Stream.concat(row, Stream.of(others)).toArray();
  }

  private JdbcClaim newClaim(Submission submission, InProgress mine, long now) {
    return claim(submission, mine, 1, false, Instant.ofEpochMilli(now));
  }

  private JdbcClaim claim(
      Submission submission, InProgress mine, long version, boolean uncertain, Instant admittedAt) {
    return new JdbcClaim(
        context,
        submission,
        version,
        uncertain,
        admittedAt,
        () -> complete(submission.messageKey(), mine));
  }

  /** The answer to a request whose key has an entry; empty to read it again. */
  private Optional<? extends Admission> decide(
      Submission submission, InProgress mine, MessageRow row) {
    return switch (row.keyStatus(mine.fingerprint())) {
      case SETTLED -> Optional.of(new Admission.Known(row.told(submission)));
      case CONFLICT -> Optional.of(usedForAnother(submission));
      case NEW -> replace(submission, mine, row);
      case RESUMABLE -> {
        boolean underWay =
            row.state() == EntryState.ADMITTED || row.state() == EntryState.ATTEMPTED;
        if (underWay && !node.equals(row.owner()) && isAlive(row.owner())) {
          yield Optional.empty();
        }
        yield resumeOrPark(submission, mine, row);
      }
    };
  }

  private Optional<? extends Admission> resumeOrPark(
      Submission submission, InProgress mine, MessageRow row) {
    Optional<JdbcClaim> resumed = resume(submission, mine, row);
    if (!row.isTooLate(clock.instant()) || resumed.isEmpty()) {
      return resumed;
    }
    Outcome parked = resumed.get().settle(row.parked(submission.message().requestId()));
    return Optional.of(new Admission.Known(parked));
  }

  private Optional<JdbcClaim> replace(Submission submission, InProgress mine, MessageRow row) {
    long now = clock.millis();
    int changed =
        writer.write(
            Sql.REPLACE,
            values(newRow(submission, mine, now, row.entry().version(), row.state().name())));
    return changed == 0
        ? Optional.empty()
        : Optional.of(
            claim(submission, mine, row.entry().version() + 1, false, Instant.ofEpochMilli(now)));
  }

  private Optional<JdbcClaim> resume(Submission submission, InProgress mine, MessageRow row) {
    // A row belongs to the run in which it ends: resume looks it up there.
    Optional<Origin> batch = Optional.of(submission.origin()).filter(o -> o.run().isPresent());
    int changed =
        writer.write(
            Sql.RECLAIM,
            values(
                mine.fingerprint(),
                batch.map(Origin::channel).map(StoredText::line).orElse(null),
                batch.map(Origin::source).map(StoredText::line).orElse(null),
                batch.flatMap(Origin::run).orElse(null),
                row.maybeTaken() ? 1 : 0,
                clock.millis(),
                RequestJson.write(submission.request()),
                node,
                StoredText.key(submission.messageKey()),
                row.entry().version(),
                row.state().name()));
    return changed == 0
        ? Optional.empty()
        : Optional.of(
            claim(
                submission,
                mine,
                row.entry().version() + 1,
                row.maybeTaken(),
                row.entry().admittedAt()));
  }

  @Override
  public List<Optional<Claim>> admitNew(List<Submission> submissions, boolean leaving) {
    List<Optional<JdbcClaim>> claims = new ArrayList<>(submissions.size());
    List<JdbcClaim> asked = new ArrayList<>(submissions.size());
    List<List<BoundSql>> inserts = new ArrayList<>(submissions.size());
    long now = clock.millis();
    for (Submission submission : submissions) {
      InProgress inProgress = new InProgress(Fingerprint.of(submission));
      Optional<JdbcClaim> claim = Optional.empty();
      if (underWay.putIfAbsent(submission.messageKey(), inProgress) == null) {
        claim = Optional.of(newClaim(submission, inProgress, now));
        asked.add(claim.get());
        inserts.add(List.of(insert(submission, inProgress, now, leaving)));
      }
      claims.add(claim);
    }
    int[] changed = new int[asked.size()];
    try {
      changed = writer.writeEach(inserts);
    } catch (IllegalStateException e) {
      // One of them cannot be written. Admitted one by one, only that one fails.
    } finally {
      for (int i = 0; i < changed.length; i++) {
        if (changed[i] == 0) {
          asked.get(i).release();
        } else if (leaving) {
          asked.get(i).attemptIsOpen();
        }
      }
    }
    return claims.stream()
        .map(claim -> claim.filter(held -> !held.hasEnded()).map(Claim.class::cast))
        .toList();
  }

  @Override
  public void attempted(List<Claim> claims) {
    List<JdbcClaim> held = claims.stream().map(JdbcClaim.class::cast).toList();
    long now = clock.millis();
    int[] changed = writeEach(held, claim -> claim.attempt(now));
    if (Arrays.stream(changed).anyMatch(each -> each == 0)) {
      throw JdbcClaim.takenOver();
    }
    held.forEach(JdbcClaim::attemptIsOpen);
  }

  @Override
  public List<Outcome> settle(List<Settlement> settlements) {
    List<JdbcClaim> held = settlements.stream().map(each -> (JdbcClaim) each.claim()).toList();
    List<Outcome> outcomes =
        settlements.stream()
            .map(each -> ((JdbcClaim) each.claim()).withParts(each.outcome()))
            .toList();
    Iterator<Outcome> next = outcomes.iterator();
    int[] changed = writeEach(held, claim -> claim.settlement(next.next()));
    List<Outcome> stand = new ArrayList<>(changed.length);
    for (int i = 0; i < changed.length; i++) {
      stand.add(held.get(i).wasSettled(outcomes.get(i), changed[i]));
    }
    return stand;
  }

  private int[] writeEach(List<JdbcClaim> claims, Function<JdbcClaim, BoundSql> record) {
    List<List<BoundSql>> units = new ArrayList<>(claims.size());
    claims.forEach(claim -> units.add(claim.withNotes(record.apply(claim))));
    int[] changed;
    try {
      changed = writer.writeEach(units);
    } catch (IllegalStateException e) {
      // One of them cannot be written, and must not fail the others.
      changed = units.stream().mapToInt(writer::write).toArray();
    }
    claims.forEach(JdbcClaim::notesAreWritten);
    return changed;
  }

  @Override
  public boolean isKnown(String messageKey) {
    return records.row(messageKey).isPresent();
  }

  @Override
  public long admitted(String caller, Instant since) {
    return records
        .select(
            "SELECT count(*) FROM message WHERE caller = ? AND admitted_at >= ?",
            row -> row.getLong(1),
            StoredText.line(caller),
            since.toEpochMilli())
        .get(0);
  }

  private static Admission usedForAnother(Submission submission) {
    return new Admission.Known(
        Refused.usedForAnother(submission.message().requestId(), submission.messageKey()));
  }

  private boolean isAlive(String owner) {
    return owner != null
        && records
            .select("SELECT alive_until FROM node WHERE id = ?", row -> row.getLong(1), owner)
            .stream()
            .anyMatch(until -> until >= clock.millis());
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

  @Override
  public Outcome refused(SendRequest request, Optional<String> caller, Outcome refused) {
    if (!request.isComplete() || outage().isPresent()) {
      return refused;
    }
    try {
      return records
          .row(request.messageKey())
          .filter(row -> row.waitsFor(request) && row.entry().caller().equals(caller))
          .map(row -> end(row, refused))
          .orElse(refused);
    } catch (LedgerUnavailableException e) {
      // The request is refused in any case; an operator can still end its entry.
      return refused;
    }
  }

  private Outcome end(MessageRow row, Outcome refused) {
    Outcome outcome = row.entry().uncertain() ? Parked.refusedTooLate(refused) : refused;
    BoundSql settlement =
        context.settlement(
            row.entry().messageKey(),
            row.entry().version(),
            outcome,
            row.entry().uncertain(),
            // sms-routes' own message quotes nothing.
            StoredText.line(outcome.message()));
    return writer.write(List.of(settlement)) == 1 ? outcome : refused;
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
