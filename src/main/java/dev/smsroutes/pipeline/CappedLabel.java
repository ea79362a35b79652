package dev.smsroutes.pipeline;

import dev.smsroutes.model.Masked;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The values of one label of a meter: the first ones as they are, all others as {@value #OTHER}.
 * Each value is a series in the memory of this process and of its monitoring, so strangers must not
 * choose how many there are. Thread-safe.
 */
final class CappedLabel {
  static final String OTHER = "other";

  private final int most;
  private final Map<String, String> shown = new ConcurrentHashMap<>();

  /**
   * @param most how many values are shown as they are
   */
  CappedLabel(int most) {
    this.most = most;
  }

  /** The value as it is shown, without anything that looks like a number or an address. */
  String of(String value) {
    String known = shown.get(value);
    if (known != null) {
      return known;
    }
    return shown.size() < most ? add(value) : OTHER;
  }

  private synchronized String add(String value) {
    return shown.size() < most
        ? shown.computeIfAbsent(value, each -> OutcomeLog.loggable(Masked.text(each)))
        : OTHER;
  }
}
