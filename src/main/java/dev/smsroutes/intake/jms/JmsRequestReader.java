package dev.smsroutes.intake.jms;

import dev.smsroutes.model.InvalidRequestException;
import dev.smsroutes.model.SendRequest;
import java.util.Optional;

/** Reads the one request that a JMS message holds. Thread-safe. */
@FunctionalInterface
public interface JmsRequestReader {
  /**
   * @param json the body as it arrived; a text body is encoded as UTF-8
   * @param keyFromOutside the key to use if the body has none; a key in the body wins
   * @return the request; its messageKey is null if neither the body nor the caller has one
   * @throws InvalidRequestException if the body is not one request
   */
  SendRequest read(byte[] json, Optional<String> keyFromOutside);
}
