package dev.smsroutes.ledger;

import dev.smsroutes.model.Outcome;
import java.time.Instant;

/** The ledger's answer to a request that is to be sent. */
public sealed interface Admission {
  /** The request has an outcome already: return it, and send nothing. */
  record Known(Outcome outcome) implements Admission {}

  /**
   * Only this request may send the key until the claim is settled or released. All methods return
   * when their record is on disk.
   *
   * <p>Used by one thread at a time. Every claim must end in {@link #settle} or {@link #release}.
   */
  non-sealed interface Claim extends Admission {
    /** When the key was admitted for the first time. */
    Instant admittedAt();

    /**
     * Whether the API may have accepted an attempt that has ended, in this process or an earlier
     * one. Follows {@link #ended}.
     */
    boolean uncertain();

    /** Whether an attempt is on record that has not ended. */
    boolean attemptOpen();

    /** Whether the API may have accepted any attempt, one that has not ended included. */
    default boolean mayHaveBeenSent() {
      return uncertain() || attemptOpen();
    }

    /**
     * Records an attempt before its bytes leave.
     *
     * @throws LedgerUnavailableException if it could not be recorded, or another node has taken
     *     over the claim: nothing may be sent
     */
    void attempted();

    /** Notes the outcome of an attempt that did not settle; on disk with the next record. */
    void ended(Outcome unsettled);

    /**
     * Records the outcome, settled or not, after the attempts and before the source gets it. Ends
     * the claim.
     *
     * @return the recorded outcome, an accepted one with the parts of its message; it differs only
     *     if another node had taken over the claim
     * @throws LedgerUnavailableException if it could not be recorded: the source must not get the
     *     outcome
     */
    Outcome settle(Outcome outcome);

    /**
     * Ends the claim without an outcome, after an internal fault. Never throws; does nothing once
     * settled.
     */
    void release();
  }
}
