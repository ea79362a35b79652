package dev.smsroutes.ledger;

import dev.smsroutes.model.Outcome;
import java.util.Map;
import java.util.Set;

/** Passes over batches, so that one which a crash or a stop broke off goes on. Thread-safe. */
public interface Runs {
  /**
   * @param id for {@link dev.smsroutes.model.Origin#run()}
   * @param resumed whether it was begun before, and did not end
   * @param forgotten whether it was begun so long ago that the record of its first rows may be
   *     gone: nobody can say any more which of them were sent
   */
  record Run(String id, boolean resumed, boolean forgotten) {}

  /**
   * Begins a pass over a batch, or goes on with the one that has no end. On disk when it returns.
   *
   * @param content names the content of the batch, such as a hash
   * @param name of the file
   * @throws LedgerUnavailableException if it could not be recorded
   */
  Run begin(String content, String name);

  /**
   * What rows of this run became before it was interrupted. They need not be asked for once more:
   * not even a request that would be refused by now changes what was sent.
   *
   * @param keys the message keys of rows by the source of the row ({@link
   *     dev.smsroutes.model.Origin#source()}); some hundreds
   * @return the outcomes by the same sources, of those rows that are settled
   * @throws LedgerUnavailableException if the ledger cannot be read
   */
  Map<String, Outcome> settled(Run run, Map<String, String> keys);

  /**
   * Which of these may have reached the API, whatever asked for them: in this run, in another one,
   * over another channel.
   *
   * @param messageKeys some hundreds
   * @throws LedgerUnavailableException if the ledger cannot be read
   */
  Set<String> maybeSent(Set<String> messageKeys);

  /**
   * The batch is finished: its results are on disk.
   *
   * @throws LedgerUnavailableException if it could not be recorded
   */
  void finish(Run run);
}
