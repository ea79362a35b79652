package dev.smsroutes.ledger;

import dev.smsroutes.ledger.Admission.Claim;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.SendRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What was admitted, attempted and settled (delivery contract), as the pipeline sees it.
 * Thread-safe.
 *
 * <p>Each call returns when its record is on disk, or throws {@link LedgerUnavailableException}.
 */
public interface Ledger {
  /**
   * Before anything is sent or acknowledged: claims the key, or says what is known of it.
   *
   * <ul>
   *   <li>A new key, and one whose last handling ended unsettled, is claimed.
   *   <li>The same request again, settled: its outcome.
   *   <li>The key was used for another request: 109110. Only a refused request leaves its key free.
   *   <li>Under way: waits for that, no longer than asked.
   *   <li>Uncertain for too long: parked.
   * </ul>
   *
   * @param patience how long to wait for another handling of the same key
   */
  Admission admit(Submission submission, Duration patience);

  /**
   * As {@link #admit} for many at once, as far as that needs no wait: claims those whose keys were
   * never used. Whatever else a key is, it is left to {@link #admit}, to be called when the claims
   * of this thread have ended: who held some and waited for others could wait for one who does the
   * same.
   *
   * @param submissions no two of them with the same key
   * @return for each of them the claim, or empty if it was left
   * @throws LedgerUnavailableException if it could not be recorded; nothing is claimed then
   */
  default List<Optional<Claim>> admitNew(List<Submission> submissions) {
    return submissions.stream().map(submission -> Optional.<Claim>empty()).toList();
  }

  /**
   * {@link Claim#attempted} for many at once.
   *
   * @throws LedgerUnavailableException if one of them could not be recorded: nothing may be sent
   */
  default void attempted(List<Claim> claims) {
    claims.forEach(Claim::attempted);
  }

  /**
   * {@link Claim#settle} for many at once. Ends the claims.
   *
   * @return the outcomes that stand, in the same order
   * @throws LedgerUnavailableException if one of them could not be recorded: none must be told
   */
  default List<Outcome> settle(List<Settlement> settlements) {
    return settlements.stream().map(each -> each.claim().settle(each.outcome())).toList();
  }

  /** How a claim is to end. */
  record Settlement(Claim claim, Outcome outcome) {}

  /**
   * Our own checks refuse a request. If this very request was admitted before, when they let it
   * pass, and has not ended, it ends now: refused, or parked if an attempt may have been taken. A
   * message of a queue is such a request when its definition was changed in the meantime.
   *
   * @return the outcome that stands; the same one when nothing is known of the request, or nothing
   *     can be asked at the moment
   */
  default Outcome refused(SendRequest request, Outcome refused) {
    return refused;
  }
}
