package dev.smsroutes.cli;

import dev.smsroutes.ledger.Entry;
import dev.smsroutes.ledger.LedgerRecords;
import dev.smsroutes.ledger.LedgerRecords.Query;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Selected entries, page by page, in constant memory. Entries that are admitted later do not belong
 * to the selection, so that every walk ends.
 *
 * @param newest the last selected entry; empty if no entry was selected
 */
record Selected(
    LedgerRecords records,
    List<String> keys,
    Query query,
    Optional<Entry> newest,
    int limit,
    Predicate<Entry> wanted) {
  private static final int PAGE = 200;

  /** Handles each entry. */
  @FunctionalInterface
  interface Visitor<E extends Exception> {
    void visit(Entry entry) throws E;
  }

  static Selected of(
      LedgerRecords records, List<String> keys, Query query, int limit, Predicate<Entry> wanted) {
    Optional<Entry> newest =
        keys.isEmpty() ? records.newest(query, 1).stream().findFirst() : Optional.empty();
    return new Selected(records, List.copyOf(keys), query, newest, limit, wanted);
  }

  /**
   * Visits each entry, in the order of admission, or of the named keys.
   *
   * @return the keys that are not in the ledger
   */
  <E extends Exception> List<String> each(Visitor<E> visitor) throws E {
    List<String> missing = new ArrayList<>();
    for (String key : keys) {
      Optional<Entry> entry = records.find(key);
      if (entry.isPresent()) {
        visitor.visit(entry.get());
      } else {
        missing.add(key);
      }
    }
    if (newest.isPresent()) {
      walk(visitor);
    }
    return missing;
  }

  private <E extends Exception> void walk(Visitor<E> visitor) throws E {
    Optional<Entry> last = Optional.empty();
    int visited = 0;
    while (true) {
      List<Entry> page = records.list(query, last, PAGE);
      for (Entry entry : page) {
        if (entry.admittedAt().isAfter(newest.orElseThrow().admittedAt())) {
          return;
        }
        if (wanted.test(entry)) {
          visitor.visit(entry);
          if (++visited == limit) {
            return;
          }
        }
      }
      if (page.size() < PAGE) {
        return;
      }
      last = Optional.of(page.get(PAGE - 1));
    }
  }
}
