package dev.smsroutes.ledger;

/** Passes over batches, so that one which a crash or a stop broke off goes on. Thread-safe. */
public interface Runs {
  /**
   * @param id for {@link dev.smsroutes.request.Origin#run()}
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
   * The batch is finished: its results are on disk.
   *
   * @throws LedgerUnavailableException if it could not be recorded
   */
  void finish(Run run);
}
