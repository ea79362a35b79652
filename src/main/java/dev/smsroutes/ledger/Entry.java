package dev.smsroutes.ledger;

import dev.smsroutes.model.Correlation;
import dev.smsroutes.model.Origin;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The ledger's record of one message key. Immutable.
 *
 * @param definitionKey the send definition of the request
 * @param uncertain whether the API may have accepted an attempt without a clear answer
 * @param attempts how many attempts were about to leave
 * @param changedAt the time of the last change of the state
 * @param requestId the API's request id, else sms-routes' own; empty before there is an outcome
 * @param code the code of the outcome; empty before there is an outcome
 * @param message the message of the outcome, for a person; holds no phone number
 * @param request the request as JSON with number and attributes, as {@code RequestReader.one} reads
 *     it; empty once erased
 * @param parts the parts of an accepted message, if known
 * @param caller the id of the caller who handed it over first; empty if nobody asked
 * @param correlation with what others find it again, as it came with the request that was admitted
 *     first
 * @param version changes with every claim; identifies this state for {@link LedgerRecords#reopen}
 */
public record Entry(
    String messageKey,
    String definitionKey,
    Origin origin,
    EntryState state,
    boolean uncertain,
    int attempts,
    Instant admittedAt,
    Optional<Instant> firstAttemptAt,
    Optional<Instant> lastAttemptAt,
    Instant changedAt,
    Optional<String> requestId,
    Optional<Integer> code,
    String message,
    Optional<String> request,
    OptionalInt parts,
    Optional<String> caller,
    Correlation correlation,
    long version) {
  /** How much the clocks of nodes may differ, or one clock before and after it is set. */
  private static final Duration CLOCK_ERROR = Duration.ofMinutes(5);

  /**
   * An event of an entry outside the usual course of admitted, attempted, settled: an attempt that
   * did not settle, or a replay.
   *
   * @param what the state in which an attempt ended, or {@code REPLAYED}, {@code EDITED}, {@code
   *     COPIED}, {@code FORGOTTEN}
   * @param code the API's code, or 0
   * @param detail for a person; holds no phone number
   */
  public record Event(Instant at, String what, int code, String detail) {
    public static final String REPLAYED = "REPLAYED";
    public static final String EDITED = "EDITED";
    public static final String COPIED = "COPIED";
    public static final String FORGOTTEN = "FORGOTTEN";

    /** The end of the detail of a {@code COPIED} event. */
    public static String underKey(String newKey) {
      return StoredText.line(" under the key " + newKey);
    }
  }

  /** An entry with its events, oldest first. */
  public record History(Entry entry, List<Event> events) {
    private static final Set<String> REOPENED = Set.of(Event.REPLAYED, Event.EDITED);

    public History {
      events = List.copyOf(events);
    }

    /** Whether an operator opened it again and nothing has happened to it since. */
    public boolean waitsForReplay() {
      return entry.state() == EntryState.WAITING
          && !events.isEmpty()
          && REOPENED.contains(events.get(events.size() - 1).what());
    }

    /** Whether an operator had it sent again under this key, its own or a new one. */
    public boolean wasReplayedAs(String key) {
      return entry.messageKey().equals(key)
          ? events.stream().anyMatch(event -> REOPENED.contains(event.what()))
          : wasCopiedAs(key);
    }

    /** Whether an operator sent a copy of it under this key. */
    public boolean wasCopiedAs(String newKey) {
      return events.stream()
          .anyMatch(
              event ->
                  event.what().equals(Event.COPIED)
                      && event.detail().endsWith(Event.underKey(newKey)));
    }
  }

  /**
   * Whether the API may have forgotten the key, because the first attempt is too long ago. Then the
   * key does not protect from a second SMS any more. Also true if that attempt is in the future:
   * the clock was set back, so its age is unknown.
   */
  public boolean keyMayBeForgotten(Instant now) {
    return firstAttemptAt
        .map(
            first ->
                first.plus(LedgerOptions.RESEND_LIMIT).isBefore(now)
                    || first.isAfter(now.plus(CLOCK_ERROR)))
        .orElse(false);
  }

  /** Whether it reached the API, may have reached it, or is about to. */
  public boolean maybeSent() {
    return switch (state) {
      case WAITING -> uncertain;
      case REFUSED -> false;
      case ADMITTED, ATTEMPTED, UNCERTAIN, ACCEPTED, ACCEPTED_EARLIER, DUPLICATE, PARKED -> true;
    };
  }

  /** Without the request, so that it may be logged. */
  @Override
  public String toString() {
    return "Entry[messageKey=" + messageKey + ", state=" + state + "]";
  }
}
