package dev.smsroutes.batch.check;

import dev.smsroutes.batch.result.FaultSummary;
import dev.smsroutes.model.Outcome.State;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What would become of a file if it were sent now and the API took all that it is given. Immutable;
 * holds no number, no attribute's value and no text of the file.
 *
 * @param file its name
 * @param unreadable why no row of it can be read; then all that follows is empty
 * @param rows how many messages it asks for
 * @param outcomes how many rows would end in which state: those that stand in the results
 * @param refusedByCode rows that would be refused, by the code in the results
 * @param duplicates rows whose key stood in the file before
 * @param record what the ledger knows
 * @param sending what would be sent
 * @param findings what is wrong, in the order of the rows, as many as were asked for
 * @param moreFindings how many more there are
 * @param faults the same by cause, as many causes as findings were asked for
 */
public record BatchPlan(
    String file,
    Optional<String> unreadable,
    long rows,
    SortedMap<State, Long> outcomes,
    SortedMap<Integer, Long> refusedByCode,
    Duplicates duplicates,
    SentBefore record,
    Sending sending,
    List<Finding> findings,
    long moreFindings,
    FaultSummary faults) {

  public BatchPlan {
    outcomes = new TreeMap<>(outcomes);
    refusedByCode = new TreeMap<>(refusedByCode);
    findings = List.copyOf(findings);
  }

  /**
   * @param sameRequest with the request of the first one: reported as accepted earlier
   * @param otherRequest with another one: refused
   */
  public record Duplicates(long sameRequest, long otherRequest) {}

  /**
   * @param resumed whether a pass over the file was interrupted, and would go on
   * @param accepted rows that the API has taken already; they would not be sent again
   */
  public record SentBefore(boolean resumed, long accepted) {}

  /**
   * What would be sent: rows that are valid, and were not sent before.
   *
   * @param rows how many
   * @param parts of all texts whose length is known here
   * @param byParts how many rows have how many parts
   * @param leftToApi rows whose text only the API can render, so that nobody here knows its length
   * @param gsm rows in the GSM alphabet
   * @param ucs2 rows in UCS-2
   * @param beyondGsm in how many rows each character (code point) forces UCS-2
   * @param regions rows by the country of the number; {@code ?} for an unknown one
   */
  public record Sending(
      long rows,
      long parts,
      SortedMap<Integer, Long> byParts,
      long leftToApi,
      long gsm,
      long ucs2,
      Map<Integer, Long> beyondGsm,
      SortedMap<String, Long> regions,
      Estimate estimate) {}

  /**
   * @param calls of the API
   * @param messagesPerSecond the pace that was assumed
   * @param time that all takes at that pace
   * @param basis where the pace comes from, for a person
   */
  public record Estimate(long calls, double messagesPerSecond, Duration time, String basis) {}

  /**
   * One thing that is wrong.
   *
   * @param row from 1, as in the results
   * @param item which recipient of the row, from 1; 0 when the row is one recipient
   * @param column or path of the field; empty when it is the row as a whole
   * @param code the API's number
   */
  public record Finding(long row, int item, String column, int code, String message) {}

  /** Rows that would be accepted, now or because they were before. */
  public long valid() {
    return count(State.ACCEPTED) + count(State.ACCEPTED_EARLIER);
  }

  /** Rows that can never be sent as they are. */
  public long refused() {
    return count(State.REFUSED) + count(State.DUPLICATE);
  }

  /** Rows about which a person has to decide. */
  public long parked() {
    return count(State.PARKED);
  }

  private long count(State state) {
    return outcomes.getOrDefault(state, 0L);
  }
}
