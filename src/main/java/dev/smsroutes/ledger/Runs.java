package dev.smsroutes.ledger;

import dev.smsroutes.model.Outcome;
import java.util.Map;
import java.util.Set;

/** Passes over batches, so that an interrupted one can resume. Thread-safe. */
public interface Runs {
  /**
   * @param id for {@link dev.smsroutes.model.Origin#run()}
   * @param resumed whether it was begun before and did not end
   * @param forgotten whether it was begun so long ago that the ledger may have purged the entries
   *     of its first rows: it is unknown which of them were sent
   */
  record Run(String id, boolean resumed, boolean forgotten) {}

  /**
   * Begins a pass over a batch, or resumes the unfinished one. It is on disk when this returns.
   *
   * @param content identifies the content of the batch, such as a hash
   * @param name the name of the file
   * @throws LedgerUnavailableException if it could not be recorded
   */
  Run begin(String content, String name);

  /**
   * The outcomes of rows of this run from before it was interrupted. These rows are not handed over
   * again: even if a row would be refused by now, that does not change what was sent.
   *
   * @param keys the message keys of rows by the source of the row ({@link
   *     dev.smsroutes.model.Origin#source()}); at most some hundreds
   * @return the outcomes of the settled rows, by the same sources
   * @throws LedgerUnavailableException if the ledger cannot be read
   */
  Map<String, Outcome> settled(Run run, Map<String, String> keys);

  /**
   * Which of these may have reached the API, from this run, another run or another channel.
   *
   * @param messageKeys at most some hundreds
   * @throws LedgerUnavailableException if the ledger cannot be read
   */
  Set<String> maybeSent(Set<String> messageKeys);

  /**
   * Records that the batch is finished: its results are on disk.
   *
   * @throws LedgerUnavailableException if it could not be recorded
   */
  void finish(Run run);
}
