package dev.smsroutes.definition;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import dev.smsroutes.definition.Definition.Status;
import dev.smsroutes.definition.InvalidDefinitionException.Problem;
import dev.smsroutes.template.Template;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/**
 * Reads one definition in the API's own shape, JSON or YAML, UTF-8 with or without a byte order
 * mark. It ignores unknown fields, because the API returns more fields than sms-routes uses. The
 * text may be in a file of its own. Thread-safe.
 */
final class DefinitionReader {
  /** The maximum size of a file, in bytes: the API's limit of a body. */
  static final int MAX_BYTES = 4 * 1024 * 1024;

  private static final ObjectMapper JSON =
      new ObjectMapper(
              JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private static final ObjectMapper YAML = new ObjectMapper(yamlFactory());

  /** The result of a file: a definition, or all its problems. */
  record DefinitionOrProblems(Optional<Definition> definition, List<Problem> problems) {}

  /**
   * A file that holds only the text of a definition.
   *
   * @param name for problems
   * @param bytes its content
   */
  record TextFile(String name, byte[] bytes) {}

  private final String file;
  private final Optional<TextFile> textFile;
  private final List<Problem> problems = new ArrayList<>();

  private DefinitionReader(String file, Optional<TextFile> textFile) {
    this.file = file;
    this.textFile = textFile;
  }

  /**
   * Reads a file.
   *
   * @param file its name, for problems
   * @param yaml whether it is YAML, else JSON
   * @param bytes its content
   * @param textFile the file with its text, if there is one next to it
   */
  static DefinitionOrProblems read(
      String file, boolean yaml, byte[] bytes, Optional<TextFile> textFile) {
    DefinitionReader reader = new DefinitionReader(file, textFile);
    Optional<Definition> definition =
        reader
            .decode(file, bytes)
            .flatMap(text -> yaml ? reader.parseYaml(text) : reader.parseJson(text))
            .flatMap(reader::definition);
    return new DefinitionOrProblems(
        reader.problems.isEmpty() ? definition : Optional.empty(), List.copyOf(reader.problems));
  }

  private static YAMLFactory yamlFactory() {
    LoaderOptions limits = new LoaderOptions();
    limits.setCodePointLimit(MAX_BYTES);
    return YAMLFactory.builder()
        .loaderOptions(limits)
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        // The country code of Norway is NO, which YAML 1.1 reads as false.
        .enable(YAMLParser.Feature.PARSE_BOOLEAN_LIKE_WORDS_AS_STRINGS)
        .build();
  }

  private Optional<String> decode(String name, byte[] bytes) {
    if (bytes.length > MAX_BYTES) {
      problems.add(new Problem(name, "", "expected at most " + MAX_BYTES + " bytes; got more"));
      return Optional.empty();
    }
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return Optional.of(text.startsWith("\uFEFF") ? text.substring(1) : text);
    } catch (CharacterCodingException e) {
      problems.add(new Problem(name, "", "expected UTF-8; got other bytes"));
      return Optional.empty();
    }
  }

  private Optional<JsonNode> parseJson(String text) {
    try {
      return Optional.of(JSON.readTree(text));
    } catch (JsonProcessingException e) {
      problem("", "expected one JSON object: " + reason(e));
      return Optional.empty();
    }
  }

  private Optional<JsonNode> parseYaml(String text) {
    try {
      // Jackson reads an alias as a text: *greeting would be sent as the word "greeting".
      try (JsonParser parser = YAML.createParser(text)) {
        while (parser.nextToken() != null) {
          if (((YAMLParser) parser).isCurrentAlias()) {
            problem("", "expected no aliases (*name); got one" + at(parser.currentLocation()));
            return Optional.empty();
          }
        }
      }
      JsonNode tree;
      try (JsonParser parser = YAML.createParser(text)) {
        tree = YAML.readTree(parser);
        if (parser.nextToken() != null) {
          problem("", "expected one document; got another" + at(parser.currentLocation()));
          return Optional.empty();
        }
      }
      return Optional.of(tree == null ? YAML.missingNode() : tree);
    } catch (IOException e) {
      problem("", "expected one YAML mapping: " + reason(e));
      return Optional.empty();
    }
  }

  private static String reason(IOException e) {
    if (e.getCause() instanceof MarkedYAMLException yaml && yaml.getProblemMark() != null) {
      Mark mark = yaml.getProblemMark();
      String problem = yaml.getProblem();
      // The usual cause is a text that begins with a placeholder.
      String hint =
          problem != null && (problem.contains("'%'") || problem.contains("%(37)"))
              ? "; put a text that begins with % in quotes"
              : "";
      return line(problem) + at(mark.getLine() + 1, mark.getColumn() + 1) + hint;
    }
    if (e instanceof JsonProcessingException json) {
      return line(json.getOriginalMessage()) + at(json.getLocation());
    }
    return line(e.getMessage());
  }

  private static String at(JsonLocation location) {
    return location == null ? "" : at(location.getLineNr(), location.getColumnNr());
  }

  private static String at(int line, int column) {
    return " (line " + line + ", column " + column + ")";
  }

  private static String line(String message) {
    String line = String.valueOf(message).replaceAll("\\s+", " ").strip();
    return line.length() <= 200 ? line : line.substring(0, 200) + "…";
  }

  private Optional<Definition> definition(JsonNode root) {
    if (!root.isObject()) {
      problem("", "expected an object with definitionKey and content.message; " + got(root));
      return Optional.empty();
    }
    Optional<String> key = required(root, "", "definitionKey");
    key.filter(text -> !text.equals(text.strip()) || text.chars().anyMatch(Character::isISOControl))
        .ifPresent(
            text ->
                problem(
                    "definitionKey",
                    "expected a key without control characters and without spaces at its ends"));
    Optional<String> name = text(root, "", "name");
    // Active by default: an export always has a status, and a hand-written definition is to be
    // used.
    Status status =
        text(root, "", "status")
            .flatMap(
                word -> {
                  Optional<Status> known = Status.of(word);
                  if (known.isEmpty()) {
                    problem(
                        "status", "expected Active, Inactive or Deleted; got '" + line(word) + "'");
                  }
                  return known;
                })
            .orElse(Status.ACTIVE);
    text(root, "", "description");
    Optional<String> message = message(root);
    Optional<JsonNode> subscriptions = object(root, "subscriptions");
    String within = "subscriptions.";
    Optional<String> shortCode = subscriptions.flatMap(node -> code(node, within, "shortCode"));
    Optional<String> keyword = subscriptions.flatMap(node -> text(node, within, "keyword"));
    Optional<String> region =
        subscriptions.flatMap(node -> code(node, within, "countryCode")).flatMap(this::region);
    subscriptions.ifPresent(node -> flag(node, within, "autoAddSubscriber"));
    subscriptions.ifPresent(node -> flag(node, within, "updateSubscriber"));
    if (key.isEmpty() || message.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Definition(
            key.get(),
            name.orElse(key.get()),
            status,
            Template.parse(message.get()),
            region,
            shortCode,
            keyword));
  }

  private Optional<String> message(JsonNode root) {
    Optional<JsonNode> content = object(root, "content");
    boolean inside = content.filter(node -> node.hasNonNull("message")).isPresent();
    if (textFile.isPresent() && !inside) {
      return fromFile(textFile.get());
    }
    if (textFile.isPresent()) {
      problem(
          "content.message",
          "expected the text in one place; got it here and in " + textFile.get().name());
    }
    if (!root.hasNonNull("content")) {
      problem(
          "content.message",
          "expected the text to send; got none, and there is no "
              + DefinitionDirectory.textFileOf(file)
              + " with it"
              + misspelt(root, "content"));
    }
    return content.flatMap(node -> required(node, "content.", "message"));
  }

  /**
   * The text of a file as the API has it: line ends that an editor added at the end are not part of
   * the message, and a carriage return would be a character of it.
   */
  private Optional<String> fromFile(TextFile textFile) {
    Optional<String> text =
        decode(textFile.name(), textFile.bytes())
            .map(all -> all.replace("\r\n", "\n").replaceAll("\n+\\z", ""));
    if (text.filter(String::isBlank).isPresent()) {
      problems.add(new Problem(textFile.name(), "", "expected a text; got an empty file"));
    }
    return text.filter(all -> !all.isBlank());
  }

  private Optional<String> region(String countryCode) {
    Optional<String> region = Region.of(countryCode);
    if (region.isEmpty()) {
      problem(
          "subscriptions.countryCode",
          "expected a country such as US or DE, or a calling code such as 49; got '"
              + line(countryCode)
              + "'");
    }
    return region;
  }

  private Optional<String> required(JsonNode parent, String path, String field) {
    JsonNode node = parent.path(field);
    if (node.isMissingNode() || node.isNull()) {
      problem(path + field, "expected a text; got none" + misspelt(parent, field));
      return Optional.empty();
    }
    if (node.isTextual() && node.textValue().isBlank()) {
      problem(path + field, "expected a text; got an empty one");
      return Optional.empty();
    }
    return text(parent, path, field);
  }

  /** A text; empty if the field is missing, null or blank. */
  private Optional<String> text(JsonNode parent, String path, String field) {
    JsonNode node = parent.path(field);
    if (node.isMissingNode() || node.isNull()) {
      return Optional.empty();
    }
    if (!node.isTextual()) {
      problem(
          path + field,
          "expected a text; " + got(node) + (node.isValueNode() ? "; put it in quotes" : ""));
      return Optional.empty();
    }
    return Optional.of(node.textValue()).filter(text -> !text.isBlank());
  }

  /** A text of digits or letters; a whole number is read as its digits. */
  private Optional<String> code(JsonNode parent, String path, String field) {
    JsonNode node = parent.path(field);
    return node.isIntegralNumber() ? Optional.of(node.asText()) : text(parent, path, field);
  }

  private void flag(JsonNode parent, String path, String field) {
    JsonNode node = parent.path(field);
    if (!node.isMissingNode() && !node.isNull() && !node.isBoolean()) {
      problem(path + field, "expected true or false; " + got(node));
    }
  }

  private Optional<JsonNode> object(JsonNode parent, String field) {
    JsonNode node = parent.path(field);
    if (node.isMissingNode() || node.isNull()) {
      return Optional.empty();
    }
    if (!node.isObject()) {
      problem(field, "expected an object; " + got(node));
      return Optional.empty();
    }
    return Optional.of(node);
  }

  private static String misspelt(JsonNode parent, String field) {
    for (Iterator<String> names = parent.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (name.equalsIgnoreCase(field) && !name.equals(field)) {
        return "; there is '" + line(name) + "', which is another field";
      }
    }
    return "";
  }

  private static String got(JsonNode node) {
    return switch (node.getNodeType()) {
      case ARRAY -> "got a list";
      case OBJECT -> "got an object";
      case BOOLEAN -> "got true or false";
      case NUMBER -> "got a number";
      case STRING -> "got a text";
      case NULL -> "got null";
      default -> "got nothing";
    };
  }

  private void problem(String field, String reason) {
    problems.add(new Problem(file, field, reason));
  }
}
