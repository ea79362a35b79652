package dev.smsroutes.intake.jms;

import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Fault;
import dev.smsroutes.model.InvalidRequestException;
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

/**
 * Reads the body of a JMS message as the bytes of a JSON text. Opens only text and bytes messages.
 * Immutable.
 *
 * @param maxBytes the maximum size of a body; longer ones are refused unread
 */
record JmsBody(int maxBytes) {
  private static final byte NUL = 0;

  /** The byte after the first zero of an AMQP section: a number or a name follows (part 1.2). */
  private static final byte SMALL_ULONG = 0x53;

  private static final byte ULONG = (byte) 0x80;
  private static final byte SHORT_SYMBOL = (byte) 0xA3;
  private static final byte LONG_SYMBOL = (byte) 0xB3;

  /** The section with a single value (part 3.2.8), and the two encodings of a string in it. */
  private static final byte VALUE = 0x77;

  private static final byte SHORT_STRING = (byte) 0xA1;
  private static final byte LONG_STRING = (byte) 0xB1;

  /**
   * @return the body; text is encoded as UTF-8
   * @throws InvalidRequestException if it is too long, of another kind, or not text
   */
  byte[] read(Message message) throws JMSException {
    if (message instanceof TextMessage text) {
      return utf8(text.getText());
    }
    if (message instanceof BytesMessage bytes) {
      long length = bytes.getBodyLength();
      requireAtMost(length);
      byte[] body = new byte[(int) length];
      bytes.readBytes(body);
      requireText(body);
      return body;
    }
    throw refused(
        ErrorCode.WRONG_TYPE,
        "Expected a text or bytes message with the request as JSON; got " + kind(message));
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
      throw refused(
          ErrorCode.MALFORMED_JSON, "Expected text in Unicode; got half of a surrogate pair");
    }
  }

  private void requireAtMost(long length) {
    if (length > maxBytes) {
      throw refused(
          ErrorCode.BAD_VALUE,
          "Expected a body of at most "
              + maxBytes
              + " bytes (sms.jms.max-body-bytes); got a longer one");
    }
  }

  private static void requireText(byte[] body) {
    if (isAmqp(body)) {
      boolean string = isString(body);
      throw refused(
          string ? ErrorCode.MALFORMED_JSON : ErrorCode.WRONG_TYPE,
          string
              ? "Expected one string in UTF-8; got several, or one that is not UTF-8"
              : "Expected one string or one data section with the request as JSON; got an AMQP"
                  + " body of another type, or of several sections");
    }
    if (!isWide(body)) {
      ByteBuffer bytes = ByteBuffer.wrap(body);
      boolean malformed =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(bytes, CharBuffer.allocate(body.length), true)
              .isError();
      if (malformed) {
        throw refused(
            ErrorCode.MALFORMED_JSON,
            "Expected text in UTF-8; got another byte at position " + (bytes.position() + 1));
      }
    }
  }

  /** The broker leaves an AMQP body encoded if JMS has no type for it. */
  private static boolean isAmqp(byte[] body) {
    return body.length > 3
        && body[0] == NUL
        && (body[1] == SMALL_ULONG
            || body[1] == ULONG
            || body[1] == SHORT_SYMBOL
            || body[1] == LONG_SYMBOL);
  }

  private static boolean isString(byte[] amqp) {
    int value = amqp[1] == SMALL_ULONG ? 3 : 10;
    return amqp[1] != SHORT_SYMBOL
        && amqp[1] != LONG_SYMBOL
        && value < amqp.length
        && amqp[value - 1] == VALUE
        && (amqp[value] == SHORT_STRING || amqp[value] == LONG_STRING);
  }

  /** Recognises UTF-16 and UTF-32 by a byte order mark or by zero bytes in the first characters. */
  private static boolean isWide(byte[] body) {
    if (body.length >= 2 && (body[0] & 0xFF) + (body[1] & 0xFF) == 0xFE + 0xFF) {
      return (body[0] & 0xFF) >= 0xFE;
    }
    for (int i = 0; i < Math.min(4, body.length); i++) {
      if (body[i] == NUL) {
        return true;
      }
    }
    return false;
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

  private static InvalidRequestException refused(ErrorCode code, String message) {
    return new InvalidRequestException(new Fault("", code, message));
  }
}
