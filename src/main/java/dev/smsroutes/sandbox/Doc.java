package dev.smsroutes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A JSON object that a person wrote for the sandbox: reads its fields by name and type. Each fault
 * names the field, what was expected and what was found.
 */
final class Doc {
  private final String where;
  private final JsonNode node;

  Doc(String where, JsonNode node, Set<String> known) throws InvalidDocumentException {
    this.where = where;
    this.node = node;
    if (!node.isObject()) {
      throw new InvalidDocumentException(where + ": expected an object; got " + shown(node));
    }
    for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!known.contains(name)) {
        throw new InvalidDocumentException(
            field(name) + ": unknown field; expected one of " + new TreeSet<>(known));
      }
    }
  }

  boolean has(String name) {
    return node.hasNonNull(name);
  }

  JsonNode get(String name) {
    return node.path(name);
  }

  String text(String name, String otherwise) throws InvalidDocumentException {
    return read(name, JsonNode::isTextual, JsonNode::textValue, "a string", otherwise);
  }

  long whole(String name, long least, long most, long otherwise) throws InvalidDocumentException {
    return read(
        name,
        value ->
            value.isIntegralNumber()
                && value.canConvertToLong()
                && value.longValue() >= least
                && value.longValue() <= most,
        JsonNode::longValue,
        "a whole number from " + least + " to " + most,
        otherwise);
  }

  double number(String name, double least, double most, double otherwise)
      throws InvalidDocumentException {
    return read(
        name,
        value -> value.isNumber() && value.doubleValue() >= least && value.doubleValue() <= most,
        JsonNode::doubleValue,
        "a number from " + plain(least) + " to " + plain(most),
        otherwise);
  }

  boolean flag(String name) throws InvalidDocumentException {
    return read(name, JsonNode::isBoolean, JsonNode::booleanValue, "true or false", false);
  }

  private <T> T read(
      String name,
      Predicate<JsonNode> allowed,
      Function<JsonNode, T> value,
      String expected,
      T otherwise)
      throws InvalidDocumentException {
    if (!has(name)) {
      return otherwise;
    }
    if (!allowed.test(get(name))) {
      throw bad(name, expected, get(name));
    }
    return value.apply(get(name));
  }

  String choice(String name, String otherwise, String... choices) throws InvalidDocumentException {
    return read(
        name,
        value -> Arrays.asList(choices).contains(word(value)),
        Doc::word,
        "one of \"" + String.join("\", \"", choices) + "\"",
        otherwise);
  }

  /** People write 400 and "400" for the same value. */
  private static String word(JsonNode value) {
    return value.isIntegralNumber() ? value.asText() : value.textValue();
  }

  InvalidDocumentException bad(String name, String expected, JsonNode found) {
    return new InvalidDocumentException(
        field(name) + ": expected " + expected + "; got " + shown(found));
  }

  private String field(String name) {
    return where.isEmpty() ? name : where + "." + name;
  }

  private static String plain(double number) {
    return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
  }

  static String shown(JsonNode value) {
    String text = value.toString();
    return text.length() <= 60 ? text : text.substring(0, 57) + "...";
  }

  /** A faulty document; the message is for its author. */
  static final class InvalidDocumentException extends Exception {
    InvalidDocumentException(String message) {
      super(message);
    }
  }
}
