package dev.smsroutes.ledger;

import dev.smsroutes.ledger.Admission.Claim;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.SendRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The durable record of what was admitted, attempted and settled (delivery contract), for the
 * pipeline. Thread-safe.
 *
 * <p>Each call returns when its record is on disk, or throws {@link LedgerUnavailableException}.
 */
public interface Ledger {
  /**
   * Admits a request before anything is sent or acknowledged: claims its key, or returns an
   * outcome. For a key that is new, {@link #admitNew} is cheaper.
   *
   * <ul>
   *   <li>A new key, or a key whose last handling ended unsettled: a claim.
   *   <li>The same request again, settled: its outcome.
   *   <li>Another request used the key: 109110. Only a refused request leaves its key free.
   *   <li>The key is in use: waits until it is released, at most as long as asked.
   *   <li>Uncertain for too long: parked.
   * </ul>
   *
   * @param patience how long to wait for a key in use
   */
  Admission admit(Submission submission, Duration patience);

  /**
   * As {@link #admit} for many requests, without waiting: claims those whose keys were never used.
   * The others need {@link #admit}, after the claims of this thread have ended: a thread that holds
   * claims while it waits for other keys could cause a deadlock.
   *
   * @param submissions with different keys
   * @param leaving whether an attempt follows at once: then the record of each claim says so too,
   *     as {@link #attempted} would, which is not called for it
   * @return for each of them the claim, or empty if it needs {@link #admit}
   * @throws LedgerUnavailableException if it could not be recorded; nothing is claimed then
   */
  default List<Optional<Claim>> admitNew(List<Submission> submissions, boolean leaving) {
    return submissions.stream().map(submission -> Optional.<Claim>empty()).toList();
  }

  /**
   * {@link Claim#attempted} for many claims.
   *
   * @throws LedgerUnavailableException if one of them could not be recorded: nothing may be sent
   */
  default void attempted(List<Claim> claims) {
    claims.forEach(Claim::attempted);
  }

  /**
   * {@link Claim#settle} for many claims. Ends the claims.
   *
   * @return the recorded outcomes, in the same order
   * @throws LedgerUnavailableException if one of them could not be recorded: the sources must get
   *     none
   */
  default List<Outcome> settle(List<Settlement> settlements) {
    return settlements.stream().map(each -> each.claim().settle(each.outcome())).toList();
  }

  /** A claim, and the outcome to record for it. */
  record Settlement(Claim claim, Outcome outcome) {}

  /** Whether there is an entry of this key. */
  default boolean isKnown(String messageKey) {
    return false;
  }

  /** How many entries of this caller were admitted at this time or later. */
  default long admitted(String caller, Instant since) {
    return 0;
  }

  /**
   * Records that sms-routes' own checks refuse a request. If the same request was admitted earlier
   * and has not ended, it ends now: refused, or parked if the API may have accepted an attempt.
   * This happens to a queued message whose definition was changed meanwhile.
   *
   * @param caller who asks now: the request of another caller does not end
   * @return the recorded outcome; {@code refused} itself if the ledger does not know the request or
   *     cannot be read
   */
  default Outcome refused(SendRequest request, Optional<String> caller, Outcome refused) {
    return refused;
  }
}
