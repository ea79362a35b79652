package dev.smsroutes.records;

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
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/**
 * Replays messages: decides for each entry what happens, and does it.
 *
 * <p>It writes to the ledger first, then to the queue. After a crash in between the entry is
 * WAITING, and the same order puts it on the queue. A request that is on the queue twice is sent
 * once. Used by one thread.
 */
public final class Replay {
  /** The states in which an entry may go out again under its own key. */
  public static final Set<EntryState> SAME_KEY =
      Set.of(EntryState.PARKED, EntryState.UNCERTAIN, EntryState.WAITING, EntryState.REFUSED);

  /** The API's limit for a key, in code points (contract, section 1). */
  private static final int MAX_KEY_CHARACTERS = 100;

  private static final String NEEDS_NEW_KEY =
      "only with --new-key --accept-duplicates, and then the recipient may get it twice";

  /** Why an entry is skipped. */
  public enum SkipReason {
    MISSING("not in the ledger"),
    IN_PROGRESS("in progress"),
    ACCEPTED("accepted"),
    KEY_USED("key used"),
    KEY_TOO_OLD("key too old"),
    MAY_BE_SENT("may have been sent as it was"),
    COPIED("sent under a new key before"),
    ERASED("request erased"),
    INVALID("would be refused"),
    CHANGED("changed meanwhile");

    private final String words;

    SkipReason(String words) {
      this.words = words;
    }

    /** In a few words, for a count. */
    public String words() {
      return words;
    }
  }

  /** What happens to an entry. */
  public sealed interface Decision {}

  /**
   * It is sent.
   *
   * @param request the request to send, with its key
   */
  public record Go(Entry entry, SendRequest request) implements Decision {
    /** Without the request. */
    @Override
    public String toString() {
      return "Go[entry=" + entry + "]";
    }
  }

  /**
   * It is skipped.
   *
   * @param words the reason, for the operator
   */
  public record Skip(SkipReason why, String words) implements Decision {}

  /**
   * The order of an operator.
   *
   * @param newKey empty: each under its own key; else the new key, or an empty text to make one
   * @param who the operator
   * @param maxBytes the maximum size of a request on the queue
   */
  public record Order(Edits edits, Optional<String> newKey, String who, int maxBytes) {
    /** Without the edits. */
    @Override
    public String toString() {
      return "Order[newKey=" + newKey + ", who=" + who + "]";
    }
  }

  private final LedgerRecords records;
  private final RequestQueue queue;
  private final BiFunction<SendRequest, Optional<String>, List<Fault>> check;
  private final Order order;
  private final Clock clock;

  /**
   * @param check finds the faults for which the intake would refuse a request of a caller
   */
  public Replay(
      LedgerRecords records,
      RequestQueue queue,
      BiFunction<SendRequest, Optional<String>, List<Fault>> check,
      Order order,
      Clock clock) {
    this.records = records;
    this.queue = queue;
    this.check = check;
    this.order = order;
    this.clock = clock;
  }

  /** Decides what would happen to an entry; changes nothing. */
  public Decision decide(Entry entry) throws JMSException {
    Skip never = never(entry);
    if (never != null) {
      return never;
    }
    Optional<SendRequest> stored = request(entry);
    if (stored.isEmpty()) {
      return new Skip(
          SkipReason.ERASED,
          "its request is not stored any more (sms.ledger.keep-personal-data): repeat it from its"
              + " source, "
              + (entry.origin().channel() + " " + entry.origin().source()).strip());
    }
    SendRequest request = order.edits().apply(stored.get());
    if (order.newKey().isPresent()) {
      NewKey key = newKey(entry);
      if (key.taken() != null) {
        return key.taken();
      }
      request = request.withMessageKey(key.key());
    }
    return refused(request, entry.caller())
        .map(Decision.class::cast)
        .orElse(new Go(entry, request));
  }

  /** Null if it may be sent. */
  private Skip never(Entry entry) {
    return switch (entry.state()) {
      case ADMITTED, ATTEMPTED -> new Skip(SkipReason.IN_PROGRESS, "it is in progress");
      case ACCEPTED, ACCEPTED_EARLIER -> new Skip(SkipReason.ACCEPTED, "the API has accepted it");
      case DUPLICATE ->
          order.newKey().isPresent()
              ? null
              : new Skip(SkipReason.KEY_USED, "the API knows its key already: " + NEEDS_NEW_KEY);
      case REFUSED, PARKED, UNCERTAIN, WAITING ->
          order.newKey().isPresent() || !entry.uncertain() ? null : uncertain(entry);
    };
  }

  private Skip uncertain(Entry entry) {
    if (entry.keyMayBeForgotten(clock.instant())) {
      return new Skip(
          SkipReason.KEY_TOO_OLD,
          "an attempt of more than 48 hours ago may have been accepted, and the API may have forgotten"
              + " its key: "
              + NEEDS_NEW_KEY);
    }
    if (!order.edits().isEmpty()) {
      return new Skip(
          SkipReason.MAY_BE_SENT,
          "the API may have accepted it unedited, so it cannot be edited under its key: "
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
      // The message holds no request.
      return Optional.empty();
    }
  }

  private Optional<Skip> refused(SendRequest request, Optional<String> caller) {
    List<Fault> faults = check.apply(request, caller);
    if (!faults.isEmpty()) {
      return Optional.of(
          new Skip(
              SkipReason.INVALID,
              faults.stream().map(Replay::words).collect(Collectors.joining("; "))));
    }
    int bytes = RequestJson.write(request).getBytes(StandardCharsets.UTF_8).length;
    return bytes <= order.maxBytes()
        ? Optional.empty()
        : Optional.of(
            new Skip(
                SkipReason.INVALID,
                "expected a request of at most "
                    + order.maxBytes()
                    + " bytes (sms.jms.max-body-bytes); got "
                    + bytes));
  }

  private static String words(Fault fault) {
    return (fault.field().isEmpty() ? "" : fault.field() + ": ") + fault.message();
  }

  /** A key; {@code taken} is null if it can be used, else says why not. */
  private record NewKey(String key, Skip taken) {}

  /** A key under which this entry was not sent yet; the same one until it is in the ledger. */
  private NewKey newKey(Entry entry) {
    String wanted = order.newKey().orElseThrow();
    if (!wanted.isEmpty()) {
      Skip used = new Skip(SkipReason.KEY_USED, "the new key is in the ledger already");
      return use(entry, wanted).orElseGet(() -> new NewKey("", used));
    }
    for (int number = 1; ; number++) {
      Optional<NewKey> key = use(entry, numbered(entry.messageKey(), number));
      if (key.isPresent()) {
        return key.get();
      }
    }
  }

  /** Empty if another message has the key. */
  private Optional<NewKey> use(Entry entry, String key) {
    Optional<Entry> there = records.find(key);
    if (there.isEmpty()) {
      return Optional.of(new NewKey(key, null));
    }
    String words = "it was sent under the key " + key + ", which is " + there.get().state();
    return records
        .history(entry.messageKey())
        .filter(history -> history.wasCopiedAs(key))
        .map(history -> new NewKey(key, new Skip(SkipReason.COPIED, words)));
  }

  private static String numbered(String key, int number) {
    String suffix = "-r" + number;
    int max = MAX_KEY_CHARACTERS - suffix.length();
    return key.codePointCount(0, key.length()) <= max
        ? key + suffix
        : key.substring(0, key.offsetByCodePoints(0, max)) + suffix;
  }

  /**
   * Carries out the decision.
   *
   * @return empty when it is in the ledger and on the queue
   * @throws JMSException if the queue did not take it, or it is unknown whether it did; the same
   *     order completes it
   */
  public Optional<Skip> carryOut(Go go) throws JMSException {
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
      return Optional.of(new Skip(SkipReason.CHANGED, "it changed meanwhile: check it again"));
    }
    queue.put(key, RequestJson.write(go.request()), entry.messageKey(), entry.requestId());
    return Optional.empty();
  }
}
