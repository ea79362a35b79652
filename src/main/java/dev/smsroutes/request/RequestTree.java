package dev.smsroutes.request;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;

/**
 * Reads the JSON of a request into a tree: one document, no name twice, at most 50 levels. Numbers
 * stay as they were written. All that read requests read them here, so that they read the same.
 * UTF-8, UTF-16 and UTF-32 are read, as JSON allows. Stateless.
 */
public final class RequestTree {
  private static final ObjectReader JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(50)
                          // They are not calculated, so their length costs nothing.
                          .maxNumberLength(Integer.MAX_VALUE)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build()
          .readerFor(JsonNode.class);

  private RequestTree() {}

  /**
   * @return missing for an empty text
   * @throws IOException if it is not JSON; the message may hold what came, so it is not for a log
   */
  public static JsonNode read(byte[] json) throws IOException {
    try (JsonParser parser = parser(json)) {
      JsonNode tree = JSON.readTree(parser);
      return tree == null ? MissingNode.getInstance() : tree;
    }
  }

  /** The tokens that {@link #read} makes its tree of; a number is an embedded object. */
  public static JsonParser parser(byte[] json) throws IOException {
    return new WrittenNumber.Parser(JSON.getFactory().createParser(json));
  }
}
