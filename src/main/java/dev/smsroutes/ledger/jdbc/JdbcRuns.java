package dev.smsroutes.ledger.jdbc;

import static dev.smsroutes.ledger.jdbc.GroupCommit.values;

import dev.smsroutes.ledger.Entry;
import dev.smsroutes.ledger.LedgerPreview;
import dev.smsroutes.ledger.Runs;
import dev.smsroutes.ledger.StoredText;
import dev.smsroutes.model.Outcome;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** The runs in the database. Thread-safe. */
record JdbcRuns(LedgerContext ledger, LedgerPreview preview) implements Runs {
  @Override
  public Run begin(String content, String name) {
    Optional<Run> unfinished = preview.unfinished(content, name);
    if (unfinished.isPresent()) {
      return unfinished.get();
    }
    String id = UUID.randomUUID().toString();
    ledger
        .writer()
        .write(Sql.BEGIN_RUN, values(id, content, StoredText.line(name), ledger.clock().millis()));
    return new Run(id, false, false);
  }

  @Override
  public Map<String, Outcome> settled(Run run, Map<String, String> keys) {
    return preview.settled(run, keys);
  }

  @Override
  public Set<String> maybeSent(Set<String> messageKeys) {
    return ledger.records().rows(messageKeys).values().stream()
        .map(MessageRow::entry)
        .filter(Entry::maybeSent)
        .map(Entry::messageKey)
        .collect(Collectors.toSet());
  }

  @Override
  public void finish(Run run) {
    ledger.writer().write(Sql.FINISH_RUN, values(ledger.clock().millis(), run.id()));
  }
}
