package dev.smsroutes.batch.format;

import dev.smsroutes.model.InvalidRequestException;
import dev.smsroutes.model.SendRequest;
import java.util.List;

/**
 * How a batch reads one JSON request: the seam to the reader that all channels share.
 *
 * <p>Implementations are thread-safe.
 */
@FunctionalInterface
public interface JsonRequests {
  /**
   * Reads one request in the keyed shape ({@code recipient}, with {@code messageKey} in the body)
   * or in the bare shape ({@code recipients[]}).
   *
   * @param json one JSON text in UTF-8, without a byte order mark
   * @param defaultKey the message key of a keyed request that names none; in the bare shape the
   *     n-th recipient (from 1) without a key gets {@code defaultKey + "-" + n}. A request that is
   *     returned without a key gets the same one from the batch.
   * @return one request for each recipient, in their order; faults of a single one may be left in
   *     its {@link SendRequest#unreadable()}
   * @throws InvalidRequestException when nothing of it can be sent
   */
  List<SendRequest> read(byte[] json, String defaultKey) throws InvalidRequestException;
}
