package dev.smsroutes.ledger;

import dev.smsroutes.model.Outcome;
import java.time.Instant;

/** What the ledger says to a request that wants to be sent. */
public sealed interface Admission {
  /** There is an outcome for it already: give that one, send nothing. */
  record Known(Outcome outcome) implements Admission {}

  /**
   * The key is this request's to send, and nobody else's until it is settled or released. All
   * methods return when their record is on disk.
   *
   * <p>Used by one thread at a time. Every claim must end in {@link #settle} or {@link #release}.
   */
  non-sealed interface Claim extends Admission {
    /** When the key was admitted for the first time. */
    Instant admittedAt();

    /**
     * Whether an attempt that has ended, in this process or an earlier one, may have been taken.
     * Follows {@link #ended}.
     */
    boolean uncertain();

    /** As {@link #uncertain}, or there is an attempt that has not ended. */
    boolean mayHaveBeenSent();

    /**
     * Before the bytes of an attempt leave.
     *
     * @throws LedgerUnavailableException if it could not be recorded, or if the claim has been
     *     taken over by another node: nothing may be sent
     */
    void attempted();

    /** Notes how an attempt ended that did not settle; on disk with the next record. */
    void ended(Outcome unsettled);

    /**
     * After the attempts, before anybody is told; settled or not. Ends the claim.
     *
     * @return the outcome that stands, an accepted one with the parts of its message: another one
     *     only if another node had taken the claim over
     * @throws LedgerUnavailableException if it could not be recorded: the outcome must not be told
     */
    Outcome settle(Outcome outcome);

    /**
     * Ends the claim without an outcome, after a fault. Never throws; does nothing once settled.
     */
    void release();
  }
}
