package dev.smsroutes.testing;

import dev.smsroutes.ledger.LedgerUnavailableException;
import dev.smsroutes.ledger.Runs;
import dev.smsroutes.model.Outcome;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/** A ledger's runs without a ledger: they outlive a batch, as those on disk outlive a process. */
public final class TestRuns implements Runs {
  private final Map<String, Run> open = new ConcurrentHashMap<>();
  private final AtomicInteger begun = new AtomicInteger();

  /** What rows of interrupted runs became, by their sources. */
  public final Map<String, Outcome> settled = new ConcurrentHashMap<>();

  /** Keys under which an attempt may have left. */
  public final Set<String> maybeSent = ConcurrentHashMap.newKeySet();

  /** For how many rows the ledger was asked. */
  public final AtomicInteger asked = new AtomicInteger();

  public volatile boolean unavailable;
  public volatile boolean forgotten;

  /** Thrown where nobody expects it. */
  public volatile RuntimeException fault;

  @Override
  public Run begin(String content, String name) {
    check();
    Run before =
        open.putIfAbsent(content + name, new Run("run-" + begun.incrementAndGet(), false, false));
    return before == null ? open.get(content + name) : new Run(before.id(), true, forgotten);
  }

  @Override
  public Map<String, Outcome> settled(Run run, Map<String, String> keys) {
    check();
    asked.addAndGet(keys.size());
    Map<String, Outcome> found = new HashMap<>();
    for (String source : keys.keySet()) {
      Outcome outcome = settled.get(source);
      if (outcome != null) {
        found.put(source, outcome);
      }
    }
    return found;
  }

  @Override
  public Set<String> maybeSent(Set<String> messageKeys) {
    check();
    return messageKeys.stream().filter(maybeSent::contains).collect(Collectors.toSet());
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
    if (fault != null) {
      throw fault;
    }
    if (unavailable) {
      throw new LedgerUnavailableException("database or disk is full");
    }
  }
}
