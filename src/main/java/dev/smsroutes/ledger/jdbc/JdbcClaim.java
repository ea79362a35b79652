package dev.smsroutes.ledger.jdbc;

import static dev.smsroutes.ledger.jdbc.GroupCommit.values;

import dev.smsroutes.ledger.Admission;
import dev.smsroutes.ledger.LedgerUnavailableException;
import dev.smsroutes.ledger.StoredText;
import dev.smsroutes.ledger.Submission;
import dev.smsroutes.ledger.jdbc.GroupCommit.BoundSql;
import dev.smsroutes.model.Masked;
import dev.smsroutes.model.Message;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Accepted;
import dev.smsroutes.model.Outcome.Unsettled;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A claim of this process. */
final class JdbcClaim implements Admission.Claim {
  /** Shorter values occur in any sentence, and identify no person. */
  private static final int SHORTEST_HIDDEN = 3;

  private final LedgerContext ledger;
  private final Submission submission;
  private final String storedKey;
  private final long version;
  private final Instant admittedAt;
  private final Runnable released;
  private final List<BoundSql> notes = new ArrayList<>();
  private boolean uncertain;
  private boolean attemptOpen;
  private boolean ended;

  /**
   * @param released called once, when the claim ends
   */
  JdbcClaim(
      LedgerContext ledger,
      Submission submission,
      long version,
      boolean uncertain,
      Instant admittedAt,
      Runnable released) {
    this.ledger = ledger;
    this.submission = submission;
    this.storedKey = StoredText.key(submission.messageKey());
    this.version = version;
    this.uncertain = uncertain;
    this.admittedAt = admittedAt;
    this.released = released;
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
  public boolean attemptOpen() {
    return attemptOpen;
  }

  boolean hasEnded() {
    return ended;
  }

  @Override
  public void attempted() {
    if (write(attempt(ledger.clock().millis())) == 0) {
      throw takenOver();
    }
    attemptIsOpen();
  }

  BoundSql attempt(long now) {
    return new BoundSql(Sql.ATTEMPT, values(now, now, now, storedKey, version, ledger.node()));
  }

  static LedgerUnavailableException takenOver() {
    return new LedgerUnavailableException("Another node has taken the message over");
  }

  /** The attempt is on disk. */
  void attemptIsOpen() {
    attemptOpen = true;
  }

  @Override
  public void ended(Outcome unsettled) {
    uncertain |= unsettled.state() == Outcome.State.UNCERTAIN;
    attemptOpen = false;
    notes.add(
        new BoundSql(
            Sql.EVENT,
            values(
                storedKey,
                ledger.clock().millis(),
                unsettled.state().name(),
                unsettled.errorCode(),
                detail(unsettled))));
  }

  @Override
  public Outcome settle(Outcome told) {
    Outcome outcome = withParts(told);
    return wasSettled(outcome, write(settlement(outcome)));
  }

  BoundSql settlement(Outcome outcome) {
    boolean maybeTaken =
        outcome.state() == Outcome.State.UNCERTAIN
            || (outcome.state() == Outcome.State.PARKED && mayHaveBeenSent());
    return ledger.settlement(
        submission.messageKey(), version, outcome, maybeTaken, detail(outcome));
  }

  /**
   * Ends the claim.
   *
   * @param changed how many rows the settlement changed: 0 if another node has taken it over
   */
  Outcome wasSettled(Outcome outcome, int changed) {
    release();
    return changed == 1 ? outcome : recorded(outcome);
  }

  /** The caller may not know the message, and so not its parts. */
  Outcome withParts(Outcome outcome) {
    return outcome instanceof Accepted accepted
        ? accepted.withParts(submission.message().parts())
        : outcome;
  }

  /** Another node has taken the message over while this one was frozen. */
  private Outcome recorded(Outcome ours) {
    Optional<MessageRow> row = ledger.records().row(submission.messageKey());
    if (ours.accepted() || row.isEmpty()) {
      return ours;
    }
    return row.get().state().settled()
        ? row.get().told(submission)
        : Unsettled.underWay(ours.requestId(), submission.messageKey());
  }

  private int write(BoundSql record) {
    int changed = ledger.writer().write(withNotes(record));
    notesAreWritten();
    return changed;
  }

  /** The record and the notes, which belong together. */
  List<BoundSql> withNotes(BoundSql record) {
    List<BoundSql> all = new ArrayList<>(notes.size() + 1);
    all.add(record);
    all.addAll(notes);
    return all;
  }

  void notesAreWritten() {
    notes.clear();
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
    // The API may group the digits as it likes.
    return StoredText.line(Masked.text(text));
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
      released.run();
    }
  }
}
