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
 * A number of a JSON text, as it was written. Nothing is calculated when it is read, so that no
 * digit is lost and no exponent can overflow; in a tree it stands as the value of a {@link
 * POJONode}, and is written again as it was. Immutable.
 *
 * @param text a number by the grammar of JSON
 */
record JsonNumber(String text) implements JsonSerializable {
  /** The most characters of a number that becomes text; a message of ten parts has 1,530. */
  static final int MOST_CHARACTERS = 100;

  /** The number that stands in this place of a tree; empty if something else does. */
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
   * @return empty if that has more than {@link #MOST_CHARACTERS}, or if it is no number that can be
   *     written out
   */
  Optional<String> plain() {
    if (text.length() > MOST_CHARACTERS) {
      return Optional.empty();
    }
    try {
      BigDecimal number = new BigDecimal(text);
      // Measured before it is written out: 1E9999999 would have ten million characters.
      long whole = Math.max(1L, (long) number.precision() - number.scale());
      long decimals = Math.max(0L, number.scale());
      return whole + decimals > MOST_CHARACTERS
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

  /** Hands out numbers as they were written, where Jackson would calculate them. */
  static final class Parser extends JsonParserDelegate {
    Parser(JsonParser delegate) {
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
