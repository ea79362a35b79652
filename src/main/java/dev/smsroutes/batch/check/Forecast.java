package dev.smsroutes.batch.check;

import dev.smsroutes.model.InvalidRequestException;
import dev.smsroutes.model.Message;
import dev.smsroutes.model.SendRequest;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the pipeline would make of a row before it asks the ledger and the API: the seam to its own
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
   * Looks ahead.
   *
   * @throws InvalidRequestException with everything that is wrong with it
   */
  Prospect of(SendRequest request);
}
