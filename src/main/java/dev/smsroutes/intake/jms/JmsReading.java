package dev.smsroutes.intake.jms;

import dev.smsroutes.intake.request.RequestReader;
import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Fault;
import dev.smsroutes.model.InvalidRequestException;
import dev.smsroutes.model.SendRequest;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.util.ArrayList;
import java.util.List;

/** Reads a request from a JMS message. Thread-safe if the reader is. */
final class JmsReading {
  private final JmsRequestReader reader;
  private final JmsBody body;

  /**
   * @param maxBytes the maximum size of a body; longer ones are refused unread
   */
  JmsReading(JmsRequestReader reader, int maxBytes) {
    this.reader = reader;
    this.body = new JmsBody(maxBytes);
  }

  /**
   * @return the request; its faults include those of the key
   * @throws InvalidRequestException if the message holds no request
   */
  SendRequest read(Message message) throws JMSException {
    JmsKeys keys = JmsKeys.of(message);
    byte[] bytes = body.read(message);
    // A site's own reader may throw any exception.
    SendRequest request = RequestReader.reading(() -> reader.read(bytes, keys.key()));
    List<Fault> faults = new ArrayList<>(keys.faults());
    faults.addAll(request.unreadable());
    if (keys.given().isPresent() && !keys.given().get().equals(request.messageKey())) {
      faults.add(
          new Fault(
              JmsKeys.PROPERTY,
              ErrorCode.INVALID_MESSAGE_KEY,
              "Expected the same key in the body and in the property messageKey; they differ"));
    }
    faults.addAll(ReplacementCharacters.in(request));
    return faults.size() == request.unreadable().size()
        ? request
        : new SendRequest(
            request.messageKey(),
            request.definitionKey(),
            request.recipient(),
            request.message(),
            request.resubscribe(),
            faults);
  }
}
