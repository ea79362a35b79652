package dev.smsroutes.batch.run;

import dev.smsroutes.batch.result.FileControl;
import dev.smsroutes.batch.run.RowGroup.GroupKey;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

/**
 * The rows of a batch in groups that may travel together: of one definition, in the order in which
 * they stand. Reads ahead until a group is full; what waits for company is part of the batch's
 * window, and gives way when the window is full. A group of one waits for nothing. For one thread.
 *
 * <p>Camel's splitter asks whether there is a further group before it starts the one that it got
 * last, and that one may hold the very row for which a full window waits. So {@link #hasNext} never
 * waits: while there is no room it promises a group, and {@link #next} gives one without rows if
 * none is left by then.
 *
 * <p>When the file is paused or cancelled, no group is handed over any more: rows that were read
 * are dropped, to be read again, or end as cancelled.
 */
final class RowGroups implements Iterator<RowGroup> {
  private final RowFlow rows;
  private final int most;

  /** In the order of the first row of each. */
  private final Map<GroupKey, List<Row>> waiting = new LinkedHashMap<>();

  private int rowsWaiting;
  private RowGroup next;
  private boolean promised;

  RowGroups(RowFlow rows, int most) {
    this.rows = rows;
    this.most = most;
  }

  @Override
  public boolean hasNext() {
    // The splitter asks once more before it takes what was promised. If the answer were no by then,
    // it would end without waiting for the rows under way.
    if (!promised) {
      find();
      promised = next != null || !rows.isOver();
    }
    return promised;
  }

  @Override
  public RowGroup next() {
    if (!promised && !hasNext()) {
      throw new NoSuchElementException();
    }
    apply();
    while (next == null && !rows.isOver()) {
      rows.awaitRoom();
      find();
    }
    RowGroup group = next == null ? new RowGroup(List.of()) : next;
    next = null;
    promised = false;
    return group;
  }

  /** What was promised, or waits for company, when an order is seen is not handed over either. */
  private void apply() {
    rows.look();
    if (rows.order() == FileControl.GO_ON) {
      return;
    }
    List<Row> held = new ArrayList<>();
    if (next != null) {
      held.addAll(next.rows());
      next = null;
    }
    waiting.values().forEach(held::addAll);
    forgetWaiting();
    if (rows.order() == FileControl.CANCEL) {
      rows.cancel(held);
    }
  }

  private void forgetWaiting() {
    waiting.clear();
    rowsWaiting = 0;
  }

  private void find() {
    while (next == null) {
      Row row = rows.next();
      if (row == null) {
        // Reading may have seen an order. The rows that wait fill the window, so they end now.
        apply();
        next = withoutCompany();
        return;
      }
      GroupKey kind = GroupKey.of(row.request());
      List<Row> company = waiting.computeIfAbsent(kind, first -> new ArrayList<>());
      company.add(row);
      rowsWaiting++;
      if (company.size() == most) {
        next = take(kind);
      }
    }
  }

  /** No row can be read now. Those that wait may not wait for ever. */
  private RowGroup withoutCompany() {
    if (waiting.isEmpty()) {
      return null;
    }
    if (rows.isBrokenOff()) {
      forgetWaiting();
      return null;
    }
    Map.Entry<GroupKey, List<Row>> oldest = waiting.entrySet().iterator().next();
    boolean mustGo = rows.mustGo(oldest.getValue().get(0), rowsWaiting);
    return mustGo ? take(oldest.getKey()) : null;
  }

  private RowGroup take(GroupKey kind) {
    List<Row> company = waiting.remove(kind);
    rowsWaiting -= company.size();
    return new RowGroup(company);
  }
}
