package dev.smsroutes.faults;

import dev.smsroutes.faults.Told.State;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What clients were told, held against what the API accepted. Immutable.
 *
 * @param accepted how many messages the API accepted
 */
record Verdict(int accepted, List<Finding> findings) {
  /** How an outcome can be wrong; the columns of the table. */
  enum Kind {
    /** Acknowledged, and neither accepted by the API nor ended in another outcome. */
    LOST,
    /** Accepted more than once: under one key, or under two keys. */
    DUPLICATED,
    /** Accepted, and nobody asked for it: not at all, or not under this key. */
    PHANTOM,
    /** Accepted, and nobody was told anything. */
    UNREPORTED,
    /** Told something that the API's record, or the request itself, contradicts. */
    LIED
  }

  /**
   * @param id the request, or the key when there is no request
   */
  record Finding(Kind kind, String id, String why) {
    @Override
    public String toString() {
      return kind + " " + id + ": " + why;
    }
  }

  Verdict {
    findings = List.copyOf(findings);
  }

  int count(Kind kind) {
    return (int) findings.stream().filter(finding -> finding.kind() == kind).count();
  }

  Map<Kind, Integer> counts() {
    Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
    for (Kind kind : Kind.values()) {
      counts.put(kind, count(kind));
    }
    return counts;
  }

  static Verdict compare(Notebook notebook, Collection<Accepted> record) {
    List<Finding> findings = new ArrayList<>();
    Map<String, Set<String>> keysOf = new HashMap<>();
    for (Accepted accepted : record) {
      Notebook.Entry entry = notebook.find(accepted.contactKey()).orElse(null);
      if (entry == null) {
        findings.add(
            new Finding(Kind.PHANTOM, accepted.key(), "accepted for a request that nobody made"));
      } else if (!isKeyOf(entry.request(), accepted.key())) {
        findings.add(
            new Finding(
                Kind.PHANTOM,
                entry.request().id(),
                "accepted under the key " + accepted.key() + ", which it did not ask for"));
      }
      if (accepted.times() > 1) {
        findings.add(
            new Finding(
                Kind.DUPLICATED, accepted.key(), "accepted " + accepted.times() + " times"));
      }
      keysOf.computeIfAbsent(accepted.contactKey(), id -> new HashSet<>()).add(accepted.key());
    }
    keysOf.forEach(
        (id, keys) -> {
          if (keys.size() > 1) {
            findings.add(
                new Finding(Kind.DUPLICATED, id, "accepted under " + keys.size() + " keys"));
          }
        });
    for (Notebook.Entry entry : notebook.entries()) {
      judge(entry, keysOf.containsKey(entry.request().id()), findings);
    }
    return new Verdict(record.size(), findings);
  }

  private static boolean isKeyOf(Request request, String key) {
    return request.key().isEmpty() || request.key().equals(key);
  }

  private static void judge(Notebook.Entry entry, boolean accepted, List<Finding> findings) {
    Request request = entry.request();
    List<Told> told = entry.told();
    if (entry.acknowledged() && !accepted && told.stream().noneMatch(Verdict::endsOtherwise)) {
      findings.add(new Finding(Kind.LOST, request.id(), "acknowledged; " + heard(told)));
    }
    if (accepted && told.isEmpty()) {
      findings.add(new Finding(Kind.UNREPORTED, request.id(), "accepted, without an outcome"));
    }
    for (int i = 0; i < told.size(); i++) {
      boolean last = i == told.size() - 1;
      String why = lie(request, accepted, told.get(i), last);
      if (!why.isEmpty()) {
        findings.add(new Finding(Kind.LIED, request.id(), told.get(i) + ": " + why));
        // One lie of each request is enough; the others follow from it.
        return;
      }
    }
    if (accepted && !request.isInOrder()) {
      findings.add(
          new Finding(Kind.LIED, request.id(), "accepted, although it has " + request.flaw()));
    }
  }

  private static boolean endsOtherwise(Told told) {
    return !told.is(State.ACCEPTED);
  }

  private static String heard(List<Told> told) {
    return told.isEmpty() ? "then nothing" : "told " + told;
  }

  /** Why this was a lie; empty when it was none. */
  private static String lie(Request request, boolean accepted, Told told, boolean last) {
    return switch (told.state()) {
      case ACCEPTED ->
          !request.isInOrder()
              ? "it has " + request.flaw()
              : accepted ? "" : "the API has never accepted it";
      case REFUSED -> {
        if (accepted) {
          yield "the API has accepted it";
        }
        if (request.isInOrder()) {
          yield "nothing was wrong with it";
        }
        yield told.code() == request.flaw().code
            ? ""
            : "expected " + request.flaw().code + " for " + request.flaw();
      }
      // What was not sent yet may be sent later: only the last word counts.
      case NOT_SENT -> accepted && last ? "the API has accepted it" : "";
      case PARKED, UNCERTAIN -> "";
    };
  }
}
