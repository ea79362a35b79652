package dev.smsroutes.ledger;

import dev.smsroutes.request.Origin;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

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
 * @param version changes with every claim; names this very state to {@link Records#reopen}
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
    long version) {

  /**
   * One thing that happened to an entry, beyond the plain course of admitted, attempted, settled:
   * an attempt that did not settle, a replay.
   *
   * @param what the state an attempt ended in, or {@code REPLAYED}, {@code EDITED}, {@code COPIED}
   * @param code the API's number, or 0
   * @param detail for a person; holds no phone number
   */
  public record Event(Instant at, String what, int code, String detail) {}

  /** An entry with all that happened to it, oldest first. */
  public record History(Entry entry, List<Event> events) {}

  /** Without the request. */
  @Override
  public String toString() {
    return "Entry[messageKey=" + messageKey + ", state=" + state + "]";
  }
}
