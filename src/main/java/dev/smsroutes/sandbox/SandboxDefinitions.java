package dev.smsroutes.sandbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The send definitions, in the API's own shape. Thread-safe: nodes in the map are replaced, never
 * changed.
 */
final class SandboxDefinitions {
  private final Clock clock;
  private final Map<String, ObjectNode> byKey = new ConcurrentSkipListMap<>();

  SandboxDefinitions(Clock clock) {
    this.clock = clock;
  }

  /**
   * Reads the definitions that the options name.
   *
   * @throws IllegalArgumentException if one is faulty; names the file and the fault
   */
  static SandboxDefinitions load(SandboxOptions options) {
    SandboxDefinitions definitions = new SandboxDefinitions(options.clock);
    int number = 0;
    for (JsonNode definition : options.definitions) {
      definitions.addAtStart("Definition " + ++number, definition);
    }
    options.definitionsDirectory.ifPresent(definitions::addDirectory);
    return definitions;
  }

  private void addDirectory(Path directory) {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, "*.{json,yaml,yml}")) {
      found.forEach(files::add);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "Expected a directory with send definitions at " + directory + "; it cannot be read", e);
    }
    Collections.sort(files);
    for (Path file : files) {
      ObjectMapper mapper = file.toString().endsWith(".json") ? Json.MAPPER : new YAMLMapper();
      try {
        JsonNode definition = mapper.readTree(file.toFile());
        takeTextOf(file, definition);
        addAtStart("Definition file " + file, definition);
      } catch (JsonProcessingException e) {
        throw new IllegalArgumentException(
            "Definition file "
                + file
                + ": not well-formed at line "
                + (e.getLocation() == null ? "?" : e.getLocation().getLineNr()),
            e);
      } catch (IOException e) {
        throw new IllegalArgumentException("Definition file " + file + ": cannot be read", e);
      }
    }
  }

  /** The tool mcdev keeps the text in a separate file next to the definition. */
  private static void takeTextOf(Path file, JsonNode definition) throws IOException {
    Path text = Path.of(file.toString().replaceAll("[.][^.]+$", ".amp"));
    if (definition instanceof ObjectNode object
        && !definition.path("content").hasNonNull("message")
        && Files.isRegularFile(text)) {
      object
          .putObject("content")
          .put(
              "message",
              Files.readString(text)
                  .replace("\uFEFF", "")
                  .replace("\r\n", "\n")
                  .replaceAll("\n+\\z", ""));
    }
  }

  private void addAtStart(String where, JsonNode definition) {
    Optional<String> fault = fault(definition);
    if (fault.isPresent()) {
      throw new IllegalArgumentException(where + ": " + fault.get());
    }
    if (!create((ObjectNode) definition)) {
      throw new IllegalArgumentException(
          where
              + ": definitionKey '"
              + definition.get("definitionKey").textValue()
              + "' is defined twice");
    }
  }

  /** The fault of a definition, if any. */
  static Optional<String> fault(JsonNode definition) {
    if (definition == null || !definition.isObject()) {
      return Optional.of("expected an object with definitionKey and content.message");
    }
    if (definition.path("definitionKey").asText("").isBlank()
        || !definition.path("definitionKey").isTextual()) {
      return Optional.of("definitionKey: expected a text that is not blank");
    }
    if (!definition.path("content").path("message").isTextual()) {
      return Optional.of("content.message: expected a text");
    }
    return Optional.empty();
  }

  Optional<ObjectNode> find(String definitionKey) {
    return Optional.ofNullable(byKey.get(definitionKey));
  }

  /** All definitions, by key. */
  Collection<ObjectNode> all() {
    return byKey.values();
  }

  /**
   * @return false if the key exists already
   */
  boolean create(ObjectNode definition) {
    ObjectNode copy = definition.deepCopy();
    String now = Instant.ofEpochMilli(clock.millis()).toString();
    if (!copy.hasNonNull("status")) {
      copy.put("status", "Active");
    }
    if (!copy.hasNonNull("createdDate")) {
      copy.put("createdDate", now);
    }
    if (!copy.hasNonNull("modifiedDate")) {
      copy.put("modifiedDate", now);
    }
    return byKey.putIfAbsent(copy.get("definitionKey").textValue(), copy) == null;
  }

  /** Changes the given fields; the key never changes. */
  Optional<ObjectNode> change(String definitionKey, ObjectNode changes) {
    return Optional.ofNullable(
        byKey.computeIfPresent(
            definitionKey,
            (key, definition) -> {
              ObjectNode changed = definition.deepCopy();
              merge(changed, changes);
              changed.put("definitionKey", key);
              changed.put("modifiedDate", Instant.ofEpochMilli(clock.millis()).toString());
              return changed;
            }));
  }

  boolean delete(String definitionKey) {
    return byKey.remove(definitionKey) != null;
  }

  private static void merge(ObjectNode into, ObjectNode changes) {
    for (Map.Entry<String, JsonNode> field : changes.properties()) {
      if (field.getValue() instanceof ObjectNode object
          && into.get(field.getKey()) instanceof ObjectNode existing) {
        merge(existing, object);
      } else {
        into.set(field.getKey(), field.getValue());
      }
    }
  }

  static boolean isActive(ObjectNode definition) {
    return definition.path("status").asText("Active").equalsIgnoreCase("Active");
  }
}
