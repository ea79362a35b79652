package dev.smsroutes.sandbox;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** How many calls arrived, by kind, and how they ended. Thread-safe. */
final class CallCounts {
  static final String SEND = "send";
  static final String TOKEN = "token";

  private record KindCounts(LongAdder calls, Map<String, LongAdder> ends) {
    KindCounts() {
      this(new LongAdder(), new ConcurrentSkipListMap<>());
    }
  }

  private final Map<String, KindCounts> kinds = new ConcurrentHashMap<>();

  static String kind(Incoming call) {
    if (call.isSend()) {
      return SEND;
    }
    return switch (call.resource) {
      case TOKEN -> TOKEN;
      case MESSAGE, MESSAGES -> "status";
      case DEFINITION, DEFINITIONS -> "definitions";
      default -> "other";
    };
  }

  void started(String kind) {
    kinds.computeIfAbsent(kind, name -> new KindCounts()).calls.increment();
  }

  /**
   * @param end the HTTP status, or what happened instead of an answer
   */
  void ended(String kind, String end) {
    KindCounts counted = kinds.computeIfAbsent(kind, name -> new KindCounts());
    counted.ends.computeIfAbsent(end, name -> new LongAdder()).increment();
  }

  long calls(String kind) {
    KindCounts counted = kinds.get(kind);
    return counted == null ? 0 : counted.calls.sum();
  }

  void clear() {
    kinds.clear();
  }

  ObjectNode toJson() {
    ObjectNode shown = Json.object();
    long total = 0;
    Map<String, Long> byEnd = new ConcurrentSkipListMap<>();
    ObjectNode byKind = Json.object();
    for (Map.Entry<String, KindCounts> entry : new ConcurrentSkipListMap<>(kinds).entrySet()) {
      KindCounts kind = entry.getValue();
      ObjectNode node = byKind.putObject(entry.getKey());
      node.put("calls", kind.calls.sum());
      total += kind.calls.sum();
      ObjectNode ends = node.putObject("byStatus");
      kind.ends.forEach(
          (end, number) -> {
            ends.put(end, number.sum());
            byEnd.merge(end, number.sum(), Long::sum);
          });
    }
    shown.put("total", total);
    ObjectNode ends = shown.putObject("byStatus");
    byEnd.forEach(ends::put);
    shown.setAll(byKind);
    return shown;
  }
}
