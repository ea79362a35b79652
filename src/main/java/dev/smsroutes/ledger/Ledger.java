package dev.smsroutes.ledger;

import dev.smsroutes.outcome.Outcome;
import dev.smsroutes.request.SendRequest;
import java.time.Duration;

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
