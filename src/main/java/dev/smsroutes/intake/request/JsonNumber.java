package dev.smsroutes.intake.request;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializable;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.jsontype.TypeSerializer;
import com.fasterxml.jackson.databind.node.POJONode;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.Optional;

/**
 * A number of a JSON text, as it was written. Reading does not convert it, so no digit is lost and
 * no exponent can overflow. In a tree it is the value of a {@link POJONode}, and is written
 * unchanged. Immutable.
 *
 * @param text a number in JSON's grammar
 */
record JsonNumber(String text) implements JsonSerializable {
  /** The maximum length of a number that becomes text; a message of ten parts has 1,530. */
  static final int MAX_CHARACTERS = 100;

  /** The number of this node; empty if it holds something else. */
  static Optional<JsonNumber> of(JsonNode node) {
    if (node instanceof POJONode value && value.getPojo() instanceof JsonNumber number) {
      return Optional.of(number);
    }
    return node.isNumber() ? Optional.of(new JsonNumber(node.asText())) : Optional.empty();
  }

  /**
   * The number without an exponent, with the decimal places that it was written with: {@code
   * 12500000} for {@code 1.25E7}, {@code 1.50} for {@code 1.50}.
   *
   * @return empty if that has more than {@link #MAX_CHARACTERS}, or cannot be written out
   */
  Optional<String> plain() {
    if (text.length() > MAX_CHARACTERS) {
      return Optional.empty();
    }
    try {
      BigDecimal number = new BigDecimal(text);
      // Computes the length first: 1E9999999 would have ten million characters.
      long whole = Math.max(1L, (long) number.precision() - number.scale());
      long decimals = Math.max(0L, number.scale());
      return whole + decimals > MAX_CHARACTERS
          ? Optional.empty()
          : Optional.of(number.toPlainString());
    } catch (NumberFormatException e) {
      // An exponent of more than 32 bits.
      return Optional.empty();
    }
  }

  @Override
  public void serialize(JsonGenerator json, SerializerProvider serializers) throws IOException {
    json.writeNumber(text);
  }

  @Override
  public void serializeWithType(
      JsonGenerator json, SerializerProvider serializers, TypeSerializer types) throws IOException {
    serialize(json, serializers);
  }

  /** Returns numbers as they were written, where Jackson would convert them. */
  static final class ExactParser extends JsonParserDelegate {
    ExactParser(JsonParser delegate) {
      super(delegate);
    }

    @Override
    public JsonToken nextToken() throws IOException {
      return shown(delegate.nextToken());
    }

    @Override
    public JsonToken currentToken() {
      return shown(delegate.currentToken());
    }

    @Override
    public int currentTokenId() {
      JsonToken token = currentToken();
      return token == null ? 0 : token.id();
    }

    @Override
    public Object getEmbeddedObject() throws IOException {
      return new JsonNumber(delegate.getText());
    }

    private static JsonToken shown(JsonToken token) {
      return token != null && token.isNumeric() ? JsonToken.VALUE_EMBEDDED_OBJECT : token;
    }
  }
}
