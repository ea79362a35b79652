package dev.smsroutes.records;

import dev.smsroutes.model.Recipient;
import dev.smsroutes.model.SendRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Corrections of a request, as {@code name=value}. Contains personal data. Immutable. */
public final class Edits {
  private static final String TO = "to";
  private static final String CONTACT_KEY = "contactKey";
  private static final String MESSAGE = "message";
  private static final String ATTRIBUTES = "attributes.";
  private static final Set<String> REQUIRED = Set.of(TO, CONTACT_KEY);

  private final Map<String, String> values;

  private Edits(Map<String, String> values) {
    this.values = values;
  }

  /**
   * @param edits such as {@code to=+14255550123}
   * @throws IllegalArgumentException if one of them names no field of a request; never quotes a
   *     value
   */
  public static Edits of(List<String> edits) {
    Map<String, String> values = new LinkedHashMap<>();
    for (String edit : edits) {
      int equals = edit.indexOf('=');
      String name = equals < 0 ? "" : edit.substring(0, equals);
      boolean known =
          REQUIRED.contains(name)
              || name.equals(MESSAGE)
              || (name.startsWith(ATTRIBUTES) && name.length() > ATTRIBUTES.length());
      if (!known) {
        throw new IllegalArgumentException(
            "expected to=…, contactKey=…, attributes.NAME=… or message=…; got another text");
      }
      String value = edit.substring(equals + 1);
      if (value.isBlank() && REQUIRED.contains(name)) {
        throw new IllegalArgumentException("expected a value for " + name + "; got none");
      }
      values.put(name, value);
    }
    return new Edits(values);
  }

  public boolean isEmpty() {
    return values.isEmpty();
  }

  /** An empty value removes an attribute, or the request's own text. */
  SendRequest apply(SendRequest request) {
    Map<String, String> attributes = new LinkedHashMap<>(request.recipient().attributes());
    values.forEach(
        (name, value) -> {
          if (name.startsWith(ATTRIBUTES)) {
            set(attributes, name.substring(ATTRIBUTES.length()), value);
          }
        });
    return new SendRequest(
        request.messageKey(),
        request.definitionKey(),
        new Recipient(
            values.getOrDefault(CONTACT_KEY, request.recipient().contactKey()),
            values.getOrDefault(TO, request.recipient().to()),
            attributes),
        Optional.ofNullable(values.getOrDefault(MESSAGE, request.message()))
            .filter(text -> !text.isEmpty())
            .orElse(null),
        request.resubscribe(),
        request.unreadable());
  }

  /** Names of attributes differ in more than upper and lower case. */
  private static void set(Map<String, String> attributes, String name, String value) {
    String known =
        attributes.keySet().stream().filter(name::equalsIgnoreCase).findFirst().orElse(name);
    if (value.isEmpty()) {
      attributes.remove(known);
    } else {
      attributes.put(known, value);
    }
  }
}
