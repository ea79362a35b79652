package dev.smsroutes.intake.jms;

import dev.smsroutes.broker.ArtemisMessages;
import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Fault;
import dev.smsroutes.model.Sha256;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The keys of a JMS message outside its body (delivery contract, line "key").
 *
 * @param given the sender's property {@code messageKey}
 * @param otherwise the id for Artemis' duplicate detection, else a key made from the message id
 * @param faults of the property. The sender relies on its key when it sends the message again, so a
 *     value that cannot be a key must not be ignored
 */
record JmsKeys(Optional<String> given, Optional<String> otherwise, List<Fault> faults) {
  static final String PROPERTY = "messageKey";
  private static final String DUPLICATE_ID = "_AMQ_DUPL_ID";

  /** Characters that survive every gateway (contract, section 4); leaves room for the prefix. */
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9._-]{1,90}");

  static JmsKeys of(Message message) throws JMSException {
    Object property = message.getObjectProperty(PROPERTY);
    Optional<String> given = text(property);
    List<Fault> faults = new ArrayList<>();
    if (property != null && given.isEmpty()) {
      faults.add(
          fault(
              "Expected text or a whole number in the property messageKey; got " + kind(property)));
    }
    if (hasOtherCase(message)) {
      faults.add(
          fault("Expected the key in the property messageKey; got one whose name differs in case"));
    }
    Optional<String> duplicateId = text(message.getObjectProperty(DUPLICATE_ID));
    return new JmsKeys(
        given,
        duplicateId.isPresent()
            ? duplicateId
            : ArtemisMessages.messageId(message).map(JmsKeys::ofId),
        faults);
  }

  /** The key of a message whose body has none. */
  Optional<String> key() {
    return given.isPresent() ? given : otherwise;
  }

  /**
   * A key of {@code [A-Za-z0-9._-]} for a message id: the id itself if it is plain, else its
   * SHA-256. Two ids never get one key; one id always gets the same key.
   */
  static String ofId(String messageId) {
    String id = messageId.startsWith("ID:") ? messageId.substring(3) : messageId;
    if (PLAIN.matcher(id).matches()) {
      return "jms-" + id;
    }
    return "jms-sha256-" + Sha256.hex(id);
  }

  /** A whole number is read as text (Jakarta Messaging 3.1, section 3.5.4, of properties). */
  private static Optional<String> text(Object property) {
    boolean wholeNumber =
        property instanceof Byte
            || property instanceof Short
            || property instanceof Integer
            || property instanceof Long;
    return wholeNumber || property instanceof String
        ? Optional.of(property.toString()).filter(text -> !text.isEmpty())
        : Optional.empty();
  }

  private static boolean hasOtherCase(Message message) throws JMSException {
    return Collections.list((Enumeration<?>) message.getPropertyNames()).stream()
        .map(Object::toString)
        .anyMatch(name -> name.equalsIgnoreCase(PROPERTY) && !name.equals(PROPERTY));
  }

  private static Fault fault(String message) {
    return new Fault(PROPERTY, ErrorCode.INVALID_MESSAGE_KEY, message);
  }

  private static String kind(Object property) {
    if (property instanceof String) {
      return "an empty text";
    }
    if (property instanceof Boolean) {
      return "true or false";
    }
    if (property instanceof Number) {
      return "a decimal number";
    }
    return "a value of another type";
  }
}
