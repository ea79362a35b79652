package dev.smsroutes.sandbox;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The accepted messages: the oracle's memory and the API's own key window. Bounded in keys and in
 * bytes of detail; the oldest are forgotten first. Thread-safe.
 */
final class AcceptedMessages {
  /**
   * One accepted call, shared by its messages.
   *
   * @param requestId the request id in the answer
   * @param receivedAt epoch milliseconds
   * @param keyed whether it used the keyed route
   * @param definition the definition whose text it used
   */
  static final class AcceptedCall {
    final UUID requestId;
    final long receivedAt;
    final boolean keyed;
    final UsedDefinition definition;
    private volatile Detail detail;

    AcceptedCall(
        UUID requestId, long receivedAt, boolean keyed, UsedDefinition definition, Detail detail) {
      this.requestId = requestId;
      this.receivedAt = receivedAt;
      this.keyed = keyed;
      this.definition = definition;
      this.detail = detail;
    }

    /** Empty once it is forgotten. */
    Optional<Detail> detail() {
      return Optional.ofNullable(detail);
    }
  }

  /** The definition as it was when the call arrived. */
  record UsedDefinition(String definitionKey, String text, boolean active) {}

  /**
   * The call as it arrived over the wire.
   *
   * @param path still encoded
   * @param headers one {@code name: value} in each line, without the token
   */
  record Detail(String path, String headers, byte[] body) {
    long bytes() {
      return 64L + path.length() + headers.length() + body.length;
    }
  }

  /**
   * One message as it is now.
   *
   * @param sequence the number of the accepted message, from 1
   * @param index the index of its recipient in the call
   * @param times how often the key was accepted, ever
   * @param duplicates how often the key was refused with 109110
   */
  record AcceptedMessage(
      String messageKey, long sequence, AcceptedCall call, int index, int times, int duplicates) {
    private AcceptedMessage withOneMoreDuplicate() {
      return new AcceptedMessage(messageKey, sequence, call, index, times, duplicates + 1);
    }
  }

  /** A page of messages; {@code more} if others follow. */
  record Page(List<AcceptedMessage> messages, boolean more) {}

  private final Clock clock;
  private final long windowMs;
  private final int maxKeys;
  private final long maxBytes;

  private final Map<String, AcceptedMessage> byKey = new HashMap<>();
  private final NavigableMap<Long, AcceptedMessage> bySequence = new TreeMap<>();
  private final Deque<AcceptedCall> detailed = new ArrayDeque<>();
  private long bytes;

  private long next = 1;
  private long forgotten;

  AcceptedMessages(Clock clock, Duration keyWindow, int maxKeys, long maxBytes) {
    this.clock = clock;
    this.windowMs = keyWindow.toMillis();
    this.maxKeys = maxKeys;
    this.maxBytes = maxBytes;
  }

  /**
   * Accepts the messages of a call, each key once.
   *
   * @param keys the key of each recipient; null for an invalid recipient
   * @return the recipients whose key was used before, in the window or in this call
   */
  synchronized BitSet accept(AcceptedCall call, List<String> keys) {
    BitSet duplicates = new BitSet();
    boolean any = false;
    for (int index = 0; index < keys.size(); index++) {
      String key = keys.get(index);
      if (key == null) {
        continue;
      }
      AcceptedMessage before = byKey.get(key);
      if (before != null
          && (before.call == call || call.receivedAt - before.call.receivedAt < windowMs)) {
        put(before.withOneMoreDuplicate());
        duplicates.set(index);
      } else {
        add(call, key, index, before);
        any = true;
      }
    }
    if (any) {
      keepDetail(call);
    } else {
      call.detail = null;
    }
    return duplicates;
  }

  private void add(AcceptedCall call, String key, int index, AcceptedMessage before) {
    int times = 1;
    int duplicates = 0;
    if (before != null) {
      times += before.times;
      duplicates = before.duplicates;
      bySequence.remove(before.sequence);
    } else if (byKey.size() == maxKeys) {
      byKey.remove(bySequence.pollFirstEntry().getValue().messageKey);
      forgotten++;
    }
    put(new AcceptedMessage(key, next++, call, index, times, duplicates));
  }

  private void put(AcceptedMessage message) {
    bySequence.put(message.sequence, message);
    byKey.put(message.messageKey, message);
  }

  private void keepDetail(AcceptedCall call) {
    Detail detail = call.detail;
    if (detail == null) {
      return;
    }
    detailed.addLast(call);
    bytes += detail.bytes();
    while (bytes > maxBytes) {
      AcceptedCall first = detailed.removeFirst();
      bytes -= first.detail.bytes();
      first.detail = null;
    }
  }

  synchronized Optional<AcceptedMessage> find(String key) {
    return Optional.ofNullable(byKey.get(key));
  }

  /** The messages after a sequence number, oldest first. */
  synchronized Page after(long sequence, int limit) {
    List<AcceptedMessage> found =
        bySequence.tailMap(sequence, false).values().stream().limit(limit + 1L).toList();
    return new Page(found.subList(0, Math.min(limit, found.size())), found.size() > limit);
  }

  synchronized int count() {
    return byKey.size();
  }

  /** How many keys were forgotten, because the memory is bounded. */
  synchronized long forgotten() {
    return forgotten;
  }

  synchronized void clear() {
    byKey.clear();
    detailed.clear();
    bySequence.clear();
    bytes = 0;
    forgotten = 0;
  }

  boolean keepsDetail() {
    return maxBytes > 0;
  }

  long now() {
    return clock.millis();
  }
}
