package dev.smsroutes.ledger.jdbc;

import dev.smsroutes.ledger.Fingerprint;
import dev.smsroutes.ledger.LedgerPreview;
import dev.smsroutes.ledger.Runs.Run;
import dev.smsroutes.ledger.StoredText;
import dev.smsroutes.ledger.Submission;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.SendRequest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The preview from what is in the store. Thread-safe. */
record JdbcLedgerPreview(JdbcRecords records, Duration retention, Clock clock)
    implements LedgerPreview {
  /** How long before its first record is removed a run is resumed for the last time. */
  private static final Duration TIME_TO_READ_A_RUN = Duration.ofDays(1);

  @Override
  public Optional<Run> unfinished(String content, String name) {
    Instant known = clock.instant().minus(retention).plus(TIME_TO_READ_A_RUN);
    return records
        .select(
            "SELECT id, started_at FROM run"
                + " WHERE content = ? AND name = ? AND finished_at IS NULL",
            row -> new Run(row.getString(1), true, row.getLong(2) < known.toEpochMilli()),
            content,
            StoredText.line(name))
        .stream()
        .findFirst();
  }

  @Override
  public Map<String, Outcome> settled(Run run, Map<String, String> keys) {
    Map<String, MessageRow> rows = records.rows(Set.copyOf(keys.values()));
    Map<String, Outcome> settled = new HashMap<>();
    keys.forEach(
        (source, key) -> {
          MessageRow row = rows.get(key);
          if (row != null && row.state().settled() && row.isOf(Optional.of(run.id()), source)) {
            settled.put(source, row.told("", false));
          }
        });
    return settled;
  }

  @Override
  public List<Answer> answers(List<Submission> submissions) {
    if (submissions.isEmpty()) {
      return List.of();
    }
    Map<String, MessageRow> rows =
        records.rows(submissions.stream().map(Submission::messageKey).collect(Collectors.toSet()));
    Instant now = clock.instant();
    return submissions.stream()
        .map(submission -> answer(submission, rows.get(submission.messageKey()), now))
        .toList();
  }

  @Override
  public List<Boolean> maybeSent(List<SendRequest> refused) {
    Set<String> keys =
        refused.stream()
            .filter(SendRequest::isComplete)
            .map(SendRequest::messageKey)
            .collect(Collectors.toSet());
    Map<String, MessageRow> rows = keys.isEmpty() ? Map.of() : records.rows(keys);
    return refused.stream().map(request -> maybeSent(request, rows)).toList();
  }

  private static boolean maybeSent(SendRequest request, Map<String, MessageRow> rows) {
    MessageRow row = request.isComplete() ? rows.get(request.messageKey()) : null;
    return row != null && row.entry().uncertain() && row.waitsFor(request);
  }

  private static Answer answer(Submission submission, MessageRow row, Instant now) {
    if (row == null) {
      return new Answer(KeyStatus.NEW, Optional.empty());
    }
    KeyStatus status = row.keyStatus(Fingerprint.of(submission));
    return switch (status) {
      case NEW, CONFLICT -> new Answer(status, Optional.empty());
      case SETTLED -> new Answer(status, Optional.of(row.told(submission)));
      case RESUMABLE ->
          row.isTooLate(now)
              ? new Answer(
                  KeyStatus.SETTLED, Optional.of(row.parked(submission.message().requestId())))
              : new Answer(status, Optional.empty());
    };
  }
}
