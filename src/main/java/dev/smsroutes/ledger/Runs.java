package dev.smsroutes.ledger;

/** Passes over batches, so that one which a crash or a stop broke off goes on. Thread-safe. */
public interface Runs {
  /**
   * @param id for {@link dev.smsroutes.request.Origin#run()}
   * @param resumed whether an earlier process has begun it
   */
  record Run(String id, boolean resumed) {}

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
