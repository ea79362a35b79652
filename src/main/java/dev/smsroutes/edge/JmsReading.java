package dev.smsroutes.edge;

import dev.smsroutes.broker.ArtemisMessages;
import dev.smsroutes.outcome.ErrorCode;
import dev.smsroutes.outcome.Fault;
import dev.smsroutes.outcome.InvalidRequestException;
import dev.smsroutes.request.SendRequest;
import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.ObjectMessage;
import jakarta.jms.StreamMessage;
import jakarta.jms.TextMessage;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * From a JMS message to a request: only text and bytes are opened. Thread-safe when the reader is.
 */
final class JmsReading {
  static final String KEY_PROPERTY = "messageKey";
  static final String DUPLICATE_ID = "_AMQ_DUPL_ID";

  /** What survives every gateway (contract, section 4); room is left for our prefix. */
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9._-]{1,90}");

  private final JmsRequestReader reader;
  private final int mostBytes;

  JmsReading(JmsRequestReader reader, int mostBytes) {
    this.reader = reader;
    this.mostBytes = mostBytes;
  }

  /**
   * @throws InvalidRequestException when the message holds no request
   */
  SendRequest read(Message message) throws JMSException {
    byte[] json = body(message);
    Optional<String> property = property(message, KEY_PROPERTY);
    SendRequest request = reader.read(json, property.isPresent() ? property : key(message));
    if (property.isEmpty() || property.get().equals(request.messageKey())) {
      return request;
    }
    List<Fault> faults = new ArrayList<>(request.unreadable());
    faults.add(
        new Fault(
            "messageKey",
            ErrorCode.INVALID_MESSAGE_KEY,
            "Expected the same key in the body and in the property messageKey; they differ"));
    return new SendRequest(
        request.messageKey(),
        request.definitionKey(),
        request.recipient(),
        request.message(),
        request.resubscribe(),
        faults);
  }

  /**
   * The key that a message has besides its body (delivery contract, line "key"): the property, else
   * the id for Artemis' duplicate detection, else one made from the message id.
   */
  static Optional<String> key(Message message) throws JMSException {
    Optional<String> given = property(message, KEY_PROPERTY);
    if (given.isEmpty()) {
      given = property(message, DUPLICATE_ID);
    }
    return given.isPresent() ? given : ArtemisMessages.messageId(message).map(JmsReading::ofId);
  }

  /**
   * A key of {@code [A-Za-z0-9._-]} for a message id: the id itself where it is plain, else its
   * SHA-256; two ids never get one key. The same id gives the same key for ever.
   */
  static String ofId(String messageId) {
    String id = messageId.startsWith("ID:") ? messageId.substring(3) : messageId;
    if (PLAIN.matcher(id).matches()) {
      return "jms-" + id;
    }
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(id.getBytes(StandardCharsets.UTF_8));
      return "jms-sha256-" + HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }

  private static Optional<String> property(Message message, String name) throws JMSException {
    // Bytes are allowed for a duplicate id; they are no text, so no key.
    return message.getObjectProperty(name) instanceof String text && !text.isEmpty()
        ? Optional.of(text)
        : Optional.empty();
  }

  private byte[] body(Message message) throws JMSException {
    if (message instanceof TextMessage text) {
      return utf8(text.getText());
    }
    if (message instanceof BytesMessage bytes) {
      long length = bytes.getBodyLength();
      requireAtMost(length);
      byte[] body = new byte[(int) length];
      bytes.readBytes(body);
      return body;
    }
    throw new InvalidRequestException(
        new Fault(
            "",
            ErrorCode.WRONG_TYPE,
            "Expected a text or bytes message with the request as JSON; "
                + kind(message)
                + " came"));
  }

  private byte[] utf8(String text) {
    if (text == null) {
      return new byte[0];
    }
    requireAtMost(text.length());
    try {
      ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
      requireAtMost(bytes.remaining());
      byte[] body = new byte[bytes.remaining()];
      bytes.get(body);
      return body;
    } catch (CharacterCodingException e) {
      throw new InvalidRequestException(
          new Fault(
              "",
              ErrorCode.MALFORMED_JSON,
              "Expected text in Unicode; half of a surrogate pair came"));
    }
  }

  private void requireAtMost(long length) {
    if (length > mostBytes) {
      throw new InvalidRequestException(
          new Fault(
              "",
              ErrorCode.BAD_VALUE,
              "Expected a body of at most "
                  + mostBytes
                  + " bytes (sms.jms.max-body-bytes); a longer one came"));
    }
  }

  private static String kind(Message message) {
    if (message instanceof ObjectMessage) {
      return "an object message";
    }
    if (message instanceof MapMessage) {
      return "a map message";
    }
    if (message instanceof StreamMessage) {
      return "a stream message";
    }
    return "a message without a body";
  }
}
