package dev.smsroutes.supply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Files of {@code deploy} in YAML. */
final class Yaml {
  private static final YAMLMapper YAML = new YAMLMapper();

  private Yaml() {}

  static JsonNode read(Path file) throws IOException {
    return YAML.readTree(Files.readString(file));
  }

  /** All documents of a stream, but for empty ones. */
  static List<JsonNode> documents(String text) throws IOException {
    List<JsonNode> documents = new ArrayList<>();
    try (MappingIterator<JsonNode> all = YAML.readerFor(JsonNode.class).readValues(text)) {
      while (all.hasNext()) {
        JsonNode document = all.next();
        if (document.isObject()) {
          documents.add(document);
        }
      }
    }
    return documents;
  }

  static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(each -> texts.add(each.asText()));
    return texts;
  }
}
