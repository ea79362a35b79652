package dev.smsroutes.pipeline;

import dev.smsroutes.model.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

/** The requests that were handed over together, in their order. For one thread at a time. */
final class Many {
  private final List<Item> items;

  /** How long to wait before the first of them is repeated alone. */
  private Duration backOff = Duration.ZERO;

  Many(List<Item> items) {
    this.items = List.copyOf(items);
  }

  List<Item> items() {
    return items;
  }

  List<Item> those(Predicate<Item> which) {
    return items.stream().filter(which).toList();
  }

  List<Outcome> outcomes() {
    return items.stream().map(item -> Objects.requireNonNull(item.outcome, "outcome")).toList();
  }

  Duration backOff() {
    return backOff;
  }

  void waitFor(Duration time) {
    backOff = time.compareTo(backOff) > 0 ? time : backOff;
  }

  /** A body may end up in a log by accident. */
  @Override
  public String toString() {
    return "Many[" + items.size() + "]";
  }
}
