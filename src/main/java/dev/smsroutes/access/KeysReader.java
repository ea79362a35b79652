package dev.smsroutes.access;

import com.fasterxml.jackson.databind.JsonNode;
import dev.smsroutes.watch.BrokenFileException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;

/** Reads the tree of one keys file and collects what is wrong with it. For one thread, once. */
final class KeysReader {
  /** More would fill the log. */
  private static final int MAX_FAULTS = 50;

  private static final int MAX_HASHES = 2;
  private static final int MAX_PATTERN = 200;
  private static final Set<String> KEY_FIELDS =
      Set.of("id", "hashes", "roles", "rights", "created", "expires", "revoked");
  private static final Set<String> RIGHTS_FIELDS =
      Set.of("definitions", "countries", "ratePerSecond", "daily", "text", "premium");

  private final List<String> faults = new ArrayList<>();
  private int untold;

  /**
   * @throws BrokenFileException if anything is wrong: a line for each fault, with its path
   */
  Map<String, Key> read(JsonNode root) throws BrokenFileException {
    Map<String, Key> keys = new LinkedHashMap<>();
    if (isObject(root, "the file")) {
      unknown(root, "", Set.of("keys"));
      if (isArray(root.path("keys"), "keys")) {
        for (int i = 0; i < root.get("keys").size(); i++) {
          add(keys, root.get("keys").get(i), "keys[" + i + "]");
        }
      }
    }
    if (untold > 0) {
      faults.add("and " + untold + " more");
    }
    if (!faults.isEmpty()) {
      throw new BrokenFileException(String.join("\n", faults));
    }
    return Collections.unmodifiableMap(keys);
  }

  private void add(Map<String, Key> keys, JsonNode node, String path) {
    if (!isObject(node, path)) {
      return;
    }
    unknown(node, path + ".", KEY_FIELDS);
    Key key =
        new Key(
            text(node, path + ".id", "1 to 200 letters, digits, blanks or ._@:/=,+-", Key::isId),
            hashes(node, path + ".hashes"),
            roles(node, path + ".roles"),
            rights(node, path + ".rights"),
            time(node, path + ".created").orElse(Instant.EPOCH),
            time(node, path + ".expires"),
            time(node, path + ".revoked"));
    if (!node.has("created")) {
      fault(path + ".created", "a time such as 2026-01-31T12:00:00Z", "none");
    }
    if (keys.putIfAbsent(key.id(), key) != null && !key.id().isEmpty()) {
      fault(path + ".id", "an id of its own", "that of an entry before it");
    }
  }

  private List<String> hashes(JsonNode of, String path) {
    if (!of.has("hashes")) {
      return List.of();
    }
    List<String> hashes =
        texts(of, path, "64 lower-case hex digits", text -> text.matches("[0-9a-f]{64}"));
    if (hashes.size() > MAX_HASHES) {
      fault(path, "at most " + MAX_HASHES + " hashes", Integer.toString(hashes.size()));
    }
    return hashes;
  }

  private Set<Role> roles(JsonNode of, String path) {
    if (!of.has("roles")) {
      return Set.of(Role.SEND);
    }
    Set<Role> roles = EnumSet.noneOf(Role.class);
    texts(of, path, "send, observe or operate", text -> Role.of(text).isPresent())
        .forEach(word -> Role.of(word).ifPresent(roles::add));
    if (of.get("roles").isArray() && of.get("roles").isEmpty()) {
      fault(path, "at least one of send, observe and operate", "an empty list");
    }
    return roles;
  }

  /** What is left out is not limited, except for premium-rate numbers: nobody gets them unsaid. */
  private Rights rights(JsonNode of, String path) {
    JsonNode node = of.path("rights");
    if (node.isMissingNode()) {
      return new Rights(
          List.of(), Set.of(), OptionalDouble.empty(), OptionalLong.empty(), true, false);
    }
    if (!isObject(node, path)) {
      return Rights.ALL;
    }
    unknown(node, path + ".", RIGHTS_FIELDS);
    return new Rights(
        some(node, path + ".definitions", "the key of a definition, or a pattern", this::isPattern),
        new LinkedHashSet<>(
            some(node, path + ".countries", "an ISO 3166 code such as DE", Countries::isCountry)),
        rate(node, path + ".ratePerSecond"),
        daily(node, path + ".daily"),
        flag(node, path + ".text", true),
        flag(node, path + ".premium", false));
  }

  private boolean isPattern(String text) {
    return !text.isBlank() && text.length() <= MAX_PATTERN;
  }

  /** A list that may be left out; if it is there, an empty one would be read in two ways. */
  private List<String> some(JsonNode of, String path, String expected, Predicate<String> right) {
    String name = name(path);
    if (!of.has(name)) {
      return List.of();
    }
    if (of.get(name).isArray() && of.get(name).isEmpty()) {
      fault(path, "at least one, or no such field", "an empty list");
    }
    return texts(of, path, expected, right);
  }

  private List<String> texts(JsonNode of, String path, String expected, Predicate<String> right) {
    JsonNode list = of.path(name(path));
    List<String> texts = new ArrayList<>();
    if (isArray(list, path)) {
      for (int i = 0; i < list.size(); i++) {
        if (list.get(i).isTextual() && right.test(list.get(i).textValue())) {
          texts.add(list.get(i).textValue());
        } else {
          fault(path + "[" + i + "]", expected, kind(list.get(i)));
        }
      }
    }
    return texts;
  }

  private String text(JsonNode of, String path, String expected, Predicate<String> right) {
    JsonNode node = of.path(name(path));
    if (node.isTextual() && right.test(node.textValue())) {
      return node.textValue();
    }
    fault(path, expected, kind(node));
    return "";
  }

  private Optional<Instant> time(JsonNode of, String path) {
    JsonNode node = of.path(name(path));
    if (node.isMissingNode()) {
      return Optional.empty();
    }
    try {
      if (node.isTextual()) {
        return Optional.of(DateTimeFormatter.ISO_INSTANT.parse(node.textValue(), Instant::from));
      }
    } catch (DateTimeException e) {
      // Told below, together with what is no text.
    }
    fault(path, "a time such as 2026-01-31T12:00:00Z", kind(node));
    return Optional.empty();
  }

  private OptionalDouble rate(JsonNode of, String path) {
    JsonNode node = of.path(name(path));
    if (node.isMissingNode()) {
      return OptionalDouble.empty();
    }
    if (node.isNumber()
        && node.doubleValue() >= Rights.MIN_RATE
        && node.doubleValue() <= Rights.MAX_RATE) {
      return OptionalDouble.of(node.doubleValue());
    }
    fault(path, "a number from " + Rights.MIN_RATE + " to " + Rights.MAX_RATE, kind(node));
    return OptionalDouble.empty();
  }

  private OptionalLong daily(JsonNode of, String path) {
    JsonNode node = of.path(name(path));
    if (node.isMissingNode()) {
      return OptionalLong.empty();
    }
    if (node.isIntegralNumber() && node.canConvertToLong() && node.longValue() >= 1) {
      return OptionalLong.of(node.longValue());
    }
    fault(path, "a whole number of at least 1", kind(node));
    return OptionalLong.empty();
  }

  private boolean flag(JsonNode of, String path, boolean otherwise) {
    JsonNode node = of.path(name(path));
    if (node.isMissingNode()) {
      return otherwise;
    }
    if (!node.isBoolean()) {
      fault(path, "true or false", kind(node));
    }
    return node.booleanValue();
  }

  private boolean isObject(JsonNode node, String path) {
    return is(node.isObject(), node, path, "an object");
  }

  private boolean isArray(JsonNode node, String path) {
    return is(node.isArray(), node, path, "a list");
  }

  private boolean is(boolean right, JsonNode node, String path, String expected) {
    if (!right) {
      fault(path, expected, kind(node));
    }
    return right;
  }

  private void unknown(JsonNode node, String before, Set<String> known) {
    for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!known.contains(name)) {
        fault(
            before + printable(name),
            "one of " + String.join(", ", known.stream().sorted().toList()),
            "an unknown field");
      }
    }
  }

  private static String name(String path) {
    return path.substring(path.lastIndexOf('.') + 1);
  }

  /** What came, without quoting it: it may be a secret in the wrong place. */
  private static String kind(JsonNode node) {
    return switch (node.getNodeType()) {
      case MISSING -> "none";
      case STRING -> node.textValue().isEmpty() ? "an empty text" : "another text";
      case NUMBER -> "another number";
      case BOOLEAN -> "true or false";
      case ARRAY -> "a list";
      case OBJECT -> "an object";
      default -> "null";
    };
  }

  private static String printable(String name) {
    String shown = name.length() <= 40 ? name : name.substring(0, 40) + "…";
    return shown.replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]", "?");
  }

  private void fault(String path, String expected, String got) {
    if (faults.size() < MAX_FAULTS) {
      faults.add(path + ": expected " + expected + "; got " + got);
    } else {
      untold++;
    }
  }
}
