package dev.smsroutes.ledger.jdbc;

import dev.smsroutes.ledger.EntryState;
import dev.smsroutes.ledger.LedgerRecords.Position;
import dev.smsroutes.ledger.LedgerRecords.Query;
import dev.smsroutes.ledger.StoredText;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** A query as the condition of a statement. */
record Selection(List<String> conditions, List<Object> values) {
  /** The states of the partial index {@code message_open}, exactly as it names them. */
  private static final Set<EntryState> OPEN =
      EnumSet.of(EntryState.PARKED, EntryState.UNCERTAIN, EntryState.WAITING);

  private static final String IS_OPEN = "state IN ('WAITING', 'UNCERTAIN', 'PARKED')";

  static Selection of(Query query, Optional<Position> after) {
    Selection selection = new Selection(new ArrayList<>(), new ArrayList<>());
    if (!query.states().isEmpty()) {
      selection.and(
          query.states().stream()
              .map(state -> "'" + state + "'")
              .sorted()
              .collect(Collectors.joining(", ", "state IN (", ")")));
      if (query.states().size() == 1 && OPEN.containsAll(query.states())) {
        // Redundant, but lets the database use the partial index, and nothing but it for a count.
        // Several states would have to be sorted.
        selection.and(IS_OPEN);
      } else if (query.states().stream().noneMatch(EntryState::accepted)) {
        // So is this, for the other partial index.
        selection.and("accepted = 0");
      }
    }
    query.code().ifPresent(code -> selection.and("code = ?", code));
    query.channel().ifPresent(channel -> selection.and("channel = ?", channel));
    query
        .source()
        .ifPresent(
            source ->
                selection.and(
                    "substr(source, 1, ?) = ?", source.codePointCount(0, source.length()), source));
    query.caller().ifPresent(caller -> selection.and("caller = ?", StoredText.line(caller)));
    query.from().ifPresent(from -> selection.and("changed_at >= ?", from.toEpochMilli()));
    query
        .to()
        .ifPresent(
            // Redundant, because no entry changes before it is admitted: lets the index end the
            // search.
            to ->
                selection.and(
                    "changed_at < ? AND admitted_at < ?", to.toEpochMilli(), to.toEpochMilli()));
    selection.after(after);
    return selection;
  }

  /** The entries whose request is not erased. */
  static Selection withRequest(Optional<Position> after) {
    Selection selection = new Selection(new ArrayList<>(), new ArrayList<>());
    selection.and("request IS NOT NULL");
    selection.after(after);
    return selection;
  }

  private void after(Optional<Position> entry) {
    entry.ifPresent(
        last ->
            and(
                "(admitted_at, message_key) > (?, ?)",
                last.admittedAt().toEpochMilli(),
                StoredText.key(last.messageKey())));
  }

  private void and(String condition, Object... bound) {
    conditions.add(condition);
    values.addAll(List.of(bound));
  }

  String where() {
    return conditions.isEmpty() ? "" : " WHERE " + String.join(" AND ", conditions);
  }
}
