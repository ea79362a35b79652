package dev.smsroutes.intake.jms;

import dev.smsroutes.model.InvalidRequestException;
import dev.smsroutes.model.SendRequest;
import java.util.Optional;

/** Reads the one request that a JMS message holds. Thread-safe. */
@FunctionalInterface
public interface JmsRequestReader {
  /**
   * @param json the body, as it came; text has been encoded as UTF-8
   * @param keyFromOutside the key to use when the body has none; a key in the body wins
   * @return the request; its messageKey is null when there is none in the body nor from outside
   * @throws InvalidRequestException when the body is not one request
   */
  SendRequest read(byte[] json, Optional<String> keyFromOutside);
}
