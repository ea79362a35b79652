package dev.smsroutes.batch.run;

import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.SendItem;
import dev.smsroutes.model.SendRequest;
import java.util.List;

/**
 * Rows of a batch that are handed over together; each of them still gets its own outcome. Immutable
 * and thread-safe.
 *
 * <p>The thread that takes a group must give each row an outcome: the batch waits for it.
 */
public final class RowGroup {
  /** What rows must have in common to travel in one call. */
  public record GroupKey(String definitionKey, boolean resubscribe) {
    static GroupKey of(SendRequest request) {
      return new GroupKey(request.definitionKey(), request.resubscribe());
    }
  }

  private final List<Row> rows;

  RowGroup(List<Row> rows) {
    this.rows = List.copyOf(rows);
  }

  /** Whether there is nothing to send after all; then it needs no outcomes. */
  public boolean isNothing() {
    return rows.isEmpty();
  }

  List<Row> rows() {
    return rows;
  }

  /** What to send, in the order of the rows. */
  public List<SendItem> items() {
    return rows.stream().map(row -> new SendItem(row.request(), row.origin())).toList();
  }

  /**
   * Says what became of the rows.
   *
   * @param outcomes one for each row, in their order
   * @throws IllegalArgumentException if there are more or fewer; no row has an outcome then
   */
  public void settle(List<Outcome> outcomes) {
    if (outcomes.size() != rows.size()) {
      throw new IllegalArgumentException(
          "Expected %d outcomes; got %d".formatted(rows.size(), outcomes.size()));
    }
    for (int i = 0; i < outcomes.size(); i++) {
      rows.get(i).settle(outcomes.get(i));
    }
  }

  /** Says that the pipeline broke off without outcomes: nobody knows whether they were sent. */
  public void broke() {
    rows.forEach(Row::broke);
  }

  @Override
  public String toString() {
    return isNothing()
        ? "RowGroup[nothing]"
        : "RowGroup[rows=" + rows.size() + ", first=" + rows.get(0) + "]";
  }
}
