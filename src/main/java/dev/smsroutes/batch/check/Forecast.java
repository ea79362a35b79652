package dev.smsroutes.batch.check;

import dev.smsroutes.model.Fault;
import dev.smsroutes.model.Message;
import dev.smsroutes.model.SendRequest;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the pipeline would make of rows before it asks the ledger and the API: the seam to its own
 * steps. Thread-safe; nothing is sent or recorded.
 */
@FunctionalInterface
public interface Forecast {
  /**
   * A row that would be sent.
   *
   * @param parts how many parts its text has; empty when only the API can render it
   * @param beyondGsm the characters (code points) that make its text UCS-2, each once; empty for a
   *     text in the GSM alphabet
   * @param region where its number belongs to: ISO 3166 alpha-2 code; empty if nobody knows
   */
  record Prospect(
      Message message, OptionalInt parts, List<Integer> beyondGsm, Optional<String> region) {
    public Prospect {
      beyondGsm = List.copyOf(beyondGsm);
    }
  }

  /**
   * What becomes of a row.
   *
   * @param prospect empty if the row would be refused
   * @param faults why it would: everything that is wrong with it
   */
  record Fate(Optional<Prospect> prospect, List<Fault> faults) {}

  /**
   * Looks ahead.
   *
   * @param requests some hundreds at most
   * @return in the same order
   */
  List<Fate> of(List<SendRequest> requests);
}
