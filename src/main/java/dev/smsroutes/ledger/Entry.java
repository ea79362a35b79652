package dev.smsroutes.ledger;

import dev.smsroutes.model.Origin;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What the ledger knows of one message key. Immutable.
 *
 * @param definitionKey the send definition that was asked for
 * @param uncertain whether an attempt may have been taken without our knowing
 * @param attempts how many attempts were about to leave
 * @param changedAt when the state changed last
 * @param requestId the API's once it gave one, else ours; empty before there is an outcome
 * @param code the API's number of the outcome; empty before there is an outcome
 * @param message of the outcome, for a person; holds no phone number
 * @param request the request as JSON with number and attributes, as {@code RequestReader.one} reads
 *     it; empty once erased
 * @param parts of an accepted message, if they are known
 * @param version changes with every claim; names this very state to {@link LedgerRecords#reopen}
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
    long version) {
  /** By which clocks of nodes, and one clock before and after it was set, may differ. */
  private static final Duration CLOCK_ERROR = Duration.ofMinutes(5);

  /**
   * One thing that happened to an entry, beyond the plain course of admitted, attempted, settled:
   * an attempt that did not settle, a replay.
   *
   * @param what the state an attempt ended in, or {@code REPLAYED}, {@code EDITED}, {@code COPIED}
   * @param code the API's number, or 0
   * @param detail for a person; holds no phone number
   */
  public record Event(Instant at, String what, int code, String detail) {
    public static final String REPLAYED = "REPLAYED";
    public static final String EDITED = "EDITED";
    public static final String COPIED = "COPIED";

    /** The end of the detail of a {@code COPIED}. */
    public static String underKey(String newKey) {
      return StoredText.line(" under the key " + newKey);
    }
  }

  /** An entry with all that happened to it, oldest first. */
  public record History(Entry entry, List<Event> events) {
    public History {
      events = List.copyOf(events);
    }

    /** Whether a person opened it again and nothing has happened to it since. */
    public boolean waitsForReplay() {
      return entry.state() == EntryState.WAITING
          && !events.isEmpty()
          && Set.of(Event.REPLAYED, Event.EDITED).contains(events.get(events.size() - 1).what());
    }

    /** Whether a person sent a copy of it out under this key. */
    public boolean wasCopiedAs(String newKey) {
      return events.stream()
          .anyMatch(
              event ->
                  event.what().equals(Event.COPIED)
                      && event.detail().endsWith(Event.underKey(newKey)));
    }
  }

  /**
   * Whether its first attempt is so long ago that the API may have forgotten the key: if that
   * attempt may have been taken, the key no longer keeps a second one from being taken too. Also
   * when it lies ahead: the clock was set back, and nobody knows how long ago it was.
   */
  public boolean keyMayBeForgotten(Instant now) {
    return firstAttemptAt
        .map(
            first ->
                first.plus(LedgerOptions.RESEND_LIMIT).isBefore(now)
                    || first.isAfter(now.plus(CLOCK_ERROR)))
        .orElse(false);
  }

  /** Whether it reached the API, or may have, or is about to. */
  public boolean maybeSent() {
    return switch (state) {
      case WAITING -> uncertain;
      case REFUSED -> false;
      case ADMITTED, ATTEMPTED, UNCERTAIN, ACCEPTED, ACCEPTED_EARLIER, DUPLICATE, PARKED -> true;
    };
  }

  /** Without the request. */
  @Override
  public String toString() {
    return "Entry[messageKey=" + messageKey + ", state=" + state + "]";
  }
}
