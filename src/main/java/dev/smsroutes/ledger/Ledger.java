package dev.smsroutes.ledger;

import java.time.Duration;

/**
 * What was admitted, attempted and settled (delivery contract), as the pipeline sees it.
 * Thread-safe.
 *
 * <p>Each call returns when its record is on disk, or throws {@link LedgerUnavailableException}.
 */
@FunctionalInterface
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
}
