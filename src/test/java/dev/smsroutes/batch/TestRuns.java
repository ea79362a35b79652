package dev.smsroutes.batch;

import dev.smsroutes.ledger.LedgerUnavailableException;
import dev.smsroutes.ledger.Runs;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A ledger's runs without a ledger: they outlive a batch, as those on disk outlive a process. */
public final class TestRuns implements Runs {
  private final Map<String, Run> open = new ConcurrentHashMap<>();
  private final AtomicInteger begun = new AtomicInteger();
  public volatile boolean unavailable;
  public volatile boolean forgotten;

  @Override
  public Run begin(String content, String name) {
    check();
    Run before =
        open.putIfAbsent(content + name, new Run("run-" + begun.incrementAndGet(), false, false));
    return before == null ? open.get(content + name) : new Run(before.id(), true, forgotten);
  }

  @Override
  public void finish(Run run) {
    check();
    open.values().removeIf(other -> other.id().equals(run.id()));
  }

  /** How many have no end. */
  public int unfinished() {
    return open.size();
  }

  private void check() {
    if (unavailable) {
      throw new LedgerUnavailableException("database or disk is full");
    }
  }
}
