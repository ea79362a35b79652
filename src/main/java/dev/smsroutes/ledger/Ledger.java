package dev.smsroutes.ledger;

import dev.smsroutes.outcome.Outcome;
import dev.smsroutes.request.Message;
import java.util.Optional;

/**
 * What was admitted, attempted and settled. The pipeline calls it at the three moments that the
 * delivery contract names; each call returns when its record is as durable as the ledger promises.
 *
 * <p>Implementations are thread-safe.
 */
public interface Ledger {
  /**
   * Before anything is sent or acknowledged.
   *
   * @return the outcome of an earlier handling of the same key, to be given instead of sending;
   *     empty to go on
   */
  Optional<Outcome> admit(Message message);

  /** Before the bytes of an attempt leave. */
  void attempted(Message message);

  /** After the attempts, before anybody is told. */
  void settle(Message message, Outcome outcome);

  /**
   * A ledger that keeps nothing. What then guards against a second SMS is the API's own rule that a
   * key is unique for two to three days.
   */
  static Ledger unrecorded() {
    return new Ledger() {
      @Override
      public Optional<Outcome> admit(Message message) {
        return Optional.empty();
      }

      @Override
      public void attempted(Message message) {
        // Nothing is kept.
      }

      @Override
      public void settle(Message message, Outcome outcome) {
        // Nothing is kept.
      }
    };
  }
}
