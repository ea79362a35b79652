package dev.smsroutes.cli;

import dev.smsroutes.broker.RequestQueue;
import dev.smsroutes.ledger.Entry;
import dev.smsroutes.ledger.EntryState;
import dev.smsroutes.ledger.LedgerRecords;
import dev.smsroutes.model.Fault;
import dev.smsroutes.model.InvalidRequestException;
import dev.smsroutes.model.RequestJson;
import dev.smsroutes.model.SendRequest;
import jakarta.jms.JMSException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Orders that messages be sent again: says of each entry what would happen, and makes it happen.
 *
 * <p>The ledger comes first, then the queue: after a crash in between the entry waits, and the same
 * order puts it on the queue. There twice, it is sent once. Used by one thread.
 */
final class Replay {
  /** The states in which an entry may go out again under its own key. */
  static final Set<EntryState> SAME_KEY =
      Set.of(EntryState.PARKED, EntryState.UNCERTAIN, EntryState.WAITING, EntryState.REFUSED);

  /** The API's limit for a key, in code points (contract, section 1). */
  private static final int LONGEST_KEY = 100;

  private static final String NEEDS_NEW_KEY =
      "only with --new-key --accept-duplicates, and then the person may get it twice";

  /** Why an entry is left alone. */
  enum Why {
    MISSING("not in the ledger"),
    UNDER_WAY("under way"),
    ACCEPTED("accepted"),
    KEY_USED("key used"),
    KEY_TOO_OLD("key too old"),
    MAY_BE_SENT("may have been sent as it was"),
    COPIED("sent under a new key before"),
    ERASED("request erased"),
    INVALID("would be refused"),
    CHANGED("changed meanwhile");

    private final String words;

    Why(String words) {
      this.words = words;
    }

    String words() {
      return words;
    }
  }

  /** What is to become of an entry. */
  sealed interface Verdict {}

  /**
   * It goes out.
   *
   * @param request as it will go, under the key that it will have
   */
  record Go(Entry entry, SendRequest request) implements Verdict {
    /** Without the request. */
    @Override
    public String toString() {
      return "Go[entry=" + entry + "]";
    }
  }

  /**
   * It is left alone.
   *
   * @param words for the person who ordered it
   */
  record Skip(Why why, String words) implements Verdict {}

  /**
   * What was ordered.
   *
   * @param newKey empty: each under its own key; else the new key, or an empty text to make one
   * @param who orders it
   * @param maxBytes the longest request that the intake takes
   */
  record Order(Edits edits, Optional<String> newKey, String who, int maxBytes) {
    /** Without the edits. */
    @Override
    public String toString() {
      return "Order[newKey=" + newKey + ", who=" + who + "]";
    }
  }

  private final LedgerRecords records;
  private final RequestQueue queue;
  private final Function<SendRequest, List<Fault>> check;
  private final Order order;
  private final Clock clock;

  /**
   * @param check finds what the intake would refuse
   */
  Replay(
      LedgerRecords records,
      RequestQueue queue,
      Function<SendRequest, List<Fault>> check,
      Order order,
      Clock clock) {
    this.records = records;
    this.queue = queue;
    this.check = check;
    this.order = order;
    this.clock = clock;
  }

  /** What would become of an entry; changes nothing. */
  Verdict verdict(Entry entry) throws JMSException {
    Optional<Skip> never = never(entry);
    if (never.isPresent()) {
      return never.get();
    }
    Optional<SendRequest> stored = request(entry);
    if (stored.isEmpty()) {
      return new Skip(
          Why.ERASED,
          "its request is not stored any more (sms.ledger.keep-personal-data): repeat it from its"
              + " source, "
              + (entry.origin().channel() + " " + entry.origin().source()).strip());
    }
    SendRequest request = order.edits().apply(stored.get());
    if (order.newKey().isPresent()) {
      NewKey key = newKey(entry);
      if (key.taken().isPresent()) {
        return key.taken().get();
      }
      request = request.withMessageKey(key.key());
    }
    return refused(request).map(Verdict.class::cast).orElse(new Go(entry, request));
  }

  private Optional<Skip> never(Entry entry) {
    Skip skip =
        switch (entry.state()) {
          case ADMITTED, ATTEMPTED -> new Skip(Why.UNDER_WAY, "it is under way");
          case ACCEPTED, ACCEPTED_EARLIER -> new Skip(Why.ACCEPTED, "the API has taken it");
          case DUPLICATE ->
              order.newKey().isPresent()
                  ? null
                  : new Skip(Why.KEY_USED, "the API knows its key already: " + NEEDS_NEW_KEY);
          case REFUSED, PARKED, UNCERTAIN, WAITING ->
              order.newKey().isPresent() || !entry.uncertain() ? null : uncertain(entry);
        };
    return Optional.ofNullable(skip);
  }

  private Skip uncertain(Entry entry) {
    if (entry.keyMayBeForgotten(clock.instant())) {
      return new Skip(
          Why.KEY_TOO_OLD,
          "an attempt of more than 48 hours ago may have been taken, and the API may have forgotten"
              + " its key: "
              + NEEDS_NEW_KEY);
    }
    if (!order.edits().isEmpty()) {
      return new Skip(
          Why.MAY_BE_SENT,
          "the API may have taken it as it was, so it cannot be edited under its key: "
              + NEEDS_NEW_KEY);
    }
    return null;
  }

  private Optional<SendRequest> request(Entry entry) throws JMSException {
    Optional<SendRequest> stored = StoredRequest.of(entry);
    if (stored.isPresent()) {
      return stored;
    }
    try {
      return queue
          .find(entry.messageKey(), entry.requestId())
          .map(body -> StoredRequest.read(body, entry.messageKey()));
    } catch (InvalidRequestException e) {
      // It holds no request at all.
      return Optional.empty();
    }
  }

  private Optional<Skip> refused(SendRequest request) {
    List<Fault> faults = check.apply(request);
    if (!faults.isEmpty()) {
      return Optional.of(
          new Skip(
              Why.INVALID,
              faults.stream()
                  .map(fault -> (fault.field() + ": " + fault.message()))
                  .collect(Collectors.joining("; "))));
    }
    int bytes = RequestJson.write(request).getBytes(StandardCharsets.UTF_8).length;
    return bytes <= order.maxBytes()
        ? Optional.empty()
        : Optional.of(
            new Skip(
                Why.INVALID,
                "the queue takes requests of at most "
                    + order.maxBytes()
                    + " bytes (sms.jms.max-body-bytes); this one has "
                    + bytes));
  }

  /** A key, or why there is none. */
  private record NewKey(String key, Optional<Skip> taken) {}

  /** A key under which this entry has not gone out yet; the same one until it is in the ledger. */
  private NewKey newKey(Entry entry) {
    if (!order.newKey().orElseThrow().isEmpty()) {
      return use(entry, order.newKey().get())
          .orElseGet(
              () ->
                  new NewKey(
                      "",
                      Optional.of(new Skip(Why.KEY_USED, "the new key is in the ledger already"))));
    }
    for (int number = 1; ; number++) {
      Optional<NewKey> key = use(entry, numbered(entry.messageKey(), number));
      if (key.isPresent()) {
        return key.get();
      }
    }
  }

  /** Empty if the key belongs to something else. */
  private Optional<NewKey> use(Entry entry, String key) {
    Optional<Entry> there = records.find(key);
    if (there.isEmpty()) {
      return Optional.of(new NewKey(key, Optional.empty()));
    }
    return records
        .history(entry.messageKey())
        .filter(history -> history.wasCopiedAs(key))
        .map(
            history ->
                new NewKey(
                    key,
                    Optional.of(
                        new Skip(
                            Why.COPIED,
                            "it went out under the key "
                                + key
                                + ", which is "
                                + there.get().state()))));
  }

  private static String numbered(String key, int number) {
    String suffix = "-r" + number;
    int most = LONGEST_KEY - suffix.length();
    return key.codePointCount(0, key.length()) <= most
        ? key + suffix
        : key.substring(0, key.offsetByCodePoints(0, most)) + suffix;
  }

  /**
   * Makes it happen.
   *
   * @return empty when it is done: in the ledger and on the queue
   * @throws JMSException when the queue did not take it, or nobody knows whether it did; the same
   *     order once more completes it
   */
  Optional<Skip> carryOut(Go go) throws JMSException {
    Entry entry = go.entry();
    String key = go.request().messageKey();
    boolean noted =
        order.newKey().isPresent()
            ? records.copied(entry, key, order.who())
            : records.reopen(
                entry,
                order.edits().isEmpty() ? Optional.empty() : Optional.of(go.request()),
                order.who());
    if (!noted) {
      return Optional.of(new Skip(Why.CHANGED, "it changed while this was done: look again"));
    }
    queue.put(key, RequestJson.write(go.request()), entry.messageKey(), entry.requestId());
    return Optional.empty();
  }
}
