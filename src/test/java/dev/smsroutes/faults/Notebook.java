package dev.smsroutes.faults;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What the clients did and heard, all of it, as it happened. Thread-safe. */
final class Notebook {
  /** More of them say nothing more. */
  private static final int MOST_COMPLAINTS = 50;

  /** One request and all that was heard of it, in order. */
  static final class Entry {
    private final Request request;
    private final List<Told> told = new ArrayList<>(1);
    private boolean acknowledged;

    private Entry(Request request) {
      this.request = request;
    }

    Request request() {
      return request;
    }

    synchronized boolean acknowledged() {
      return acknowledged;
    }

    synchronized List<Told> told() {
      return List.copyOf(told);
    }

    synchronized Optional<Told> last() {
      return told.isEmpty() ? Optional.empty() : Optional.of(told.get(told.size() - 1));
    }

    boolean acknowledgedAndUntold() {
      return acknowledged() && last().isEmpty();
    }

    private synchronized boolean acknowledge() {
      boolean first = !acknowledged;
      acknowledged = true;
      return first;
    }

    private synchronized void tell(Told what) {
      // The same word again says nothing new; callers ask some things very often.
      if (told.isEmpty() || !told.get(told.size() - 1).equals(what)) {
        told.add(what);
      }
    }
  }

  private final Map<String, Entry> entries = new ConcurrentHashMap<>();
  private final LongAdder acknowledged = new LongAdder();
  private final LongAdder answers = new LongAdder();
  private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();
  private final List<String> complaints = new ArrayList<>();

  /** Before the request leaves for the first time. */
  void requested(Request request) {
    if (entries.putIfAbsent(request.id(), new Entry(request)) != null) {
      throw new IllegalStateException("Two requests with the id " + request.id());
    }
  }

  /** The gateway has taken it upon itself: from here on, it must not be lost. */
  void acknowledged(Request request) {
    answers.increment();
    if (entry(request).acknowledge() && request.isInOrder()) {
      acknowledged.increment();
    }
  }

  void told(Request request, Told what) {
    answers.increment();
    entry(request).tell(what);
  }

  private Entry entry(Request request) {
    Entry entry = entries.get(request.id());
    if (entry == null) {
      throw new IllegalStateException("Nobody asked for " + request.id());
    }
    return entry;
  }

  Optional<Entry> find(String id) {
    return Optional.ofNullable(entries.get(id));
  }

  Collection<Entry> entries() {
    return entries.values();
  }

  int requested() {
    return entries.size();
  }

  /** How many requests that are in order were acknowledged. */
  long acknowledged() {
    return acknowledged.sum();
  }

  /** How many words of any kind came back: what the next fault is timed by. */
  long answers() {
    return answers.sum();
  }

  /** Counts what is worth telling and proves nothing: repeats, time-outs, status codes. */
  void count(String what) {
    counts.computeIfAbsent(what, name -> new LongAdder()).increment();
  }

  long counted(String what) {
    LongAdder counted = counts.get(what);
    return counted == null ? 0 : counted.sum();
  }

  Map<String, Long> counts() {
    Map<String, Long> sums = new TreeMap<>();
    counts.forEach((what, number) -> sums.put(what, number.sum()));
    return sums;
  }

  /** Something else that breaks the contract; one is enough to fail the experiment. */
  void complain(String what) {
    synchronized (complaints) {
      if (complaints.size() < MOST_COMPLAINTS && !complaints.contains(what)) {
        complaints.add(what);
      }
    }
  }

  List<String> complaints() {
    synchronized (complaints) {
      return List.copyOf(complaints);
    }
  }
}
