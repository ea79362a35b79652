package dev.smsroutes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

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
    JsonNode value = node.get(name);
    if (value == null || value.isNull()) {
      return otherwise;
    }
    if (!value.isTextual()) {
      throw bad(name, "a string", value);
    }
    return value.textValue();
  }

  long whole(String name, long least, long most, long otherwise) throws InvalidDocumentException {
    JsonNode value = node.get(name);
    if (value == null || value.isNull()) {
      return otherwise;
    }
    if (!value.isIntegralNumber()
        || !value.canConvertToLong()
        || value.longValue() < least
        || value.longValue() > most) {
      throw bad(name, "a whole number from " + least + " to " + most, value);
    }
    return value.longValue();
  }

  double number(String name, double least, double most, double otherwise)
      throws InvalidDocumentException {
    JsonNode value = node.get(name);
    if (value == null || value.isNull()) {
      return otherwise;
    }
    if (!value.isNumber() || value.doubleValue() < least || value.doubleValue() > most) {
      throw bad(name, "a number from " + plain(least) + " to " + plain(most), value);
    }
    return value.doubleValue();
  }

  boolean flag(String name) throws InvalidDocumentException {
    JsonNode value = node.get(name);
    if (value == null || value.isNull()) {
      return false;
    }
    if (!value.isBoolean()) {
      throw bad(name, "true or false", value);
    }
    return value.booleanValue();
  }

  String choice(String name, String otherwise, String... choices) throws InvalidDocumentException {
    JsonNode value = node.get(name);
    if (value == null || value.isNull()) {
      return otherwise;
    }
    List<String> allowed = Arrays.asList(choices);
    // People write 400 and "400" for the same value.
    String text = value.isIntegralNumber() ? value.asText() : value.textValue();
    if (text == null || !allowed.contains(text)) {
      throw bad(name, "one of \"" + String.join("\", \"", allowed) + "\"", value);
    }
    return text;
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
