package dev.smsroutes.access;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.watch.BrokenFileException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;

/** The keys file as JSON. It is read strictly: a slip of the pen must not widen a right. */
public final class KeysJson {
  /** Some 40,000 callers. */
  static final int MAX_BYTES = 16 * 1024 * 1024;

  private static final ObjectMapper JSON =
      new ObjectMapper(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(SerializationFeature.INDENT_OUTPUT);

  private KeysJson() {}

  /**
   * Reads a file.
   *
   * @return the callers by id, in the order of the file; unmodifiable
   * @throws BrokenFileException if the content is wrong: a line for each fault, with its path
   */
  public static Map<String, Key> read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new BrokenFileException("expected at most " + MAX_BYTES + " bytes; got more");
      }
      return read(bytes);
    }
  }

  /**
   * Reads the content of a file.
   *
   * @throws BrokenFileException as {@link #read(Path)}
   */
  static Map<String, Key> read(byte[] bytes) throws BrokenFileException {
    JsonNode root;
    try {
      root = JSON.readTree(bytes);
    } catch (JsonProcessingException e) {
      JsonLocation place = e.getLocation();
      // Jackson's own words may quote the file.
      throw new BrokenFileException(
          "expected JSON without a name twice in one object; "
              + (place == null
                  ? "got other text"
                  : "line " + place.getLineNr() + ", column " + place.getColumnNr() + " is not"));
    } catch (IOException e) {
      throw new BrokenFileException("expected JSON in UTF-8; got other bytes");
    }
    return new KeysReader().read(root);
  }

  /** Writes a whole file; UTF-8. */
  public static byte[] write(Collection<Key> keys) {
    ObjectNode root = JSON.createObjectNode();
    ArrayNode all = root.putArray("keys");
    keys.forEach(key -> write(all.addObject(), key));
    try {
      return (JSON.writeValueAsString(root) + "\n").getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A tree can always be written", e);
    }
  }

  /** A new object, for those who write callers in another form. */
  public static ObjectNode object() {
    return JSON.createObjectNode();
  }

  private static void write(ObjectNode to, Key key) {
    to.put("id", key.id());
    ArrayNode hashes = to.putArray("hashes");
    key.hashes().forEach(hashes::add);
    ArrayNode roles = to.putArray("roles");
    key.roles().stream().sorted().forEach(role -> roles.add(role.word()));
    to.set("rights", rights(key.rights()));
    to.put("created", key.created().toString());
    key.expires().ifPresent(when -> to.put("expires", when.toString()));
    key.revoked().ifPresent(when -> to.put("revoked", when.toString()));
  }

  /** The rights as the file has them: what is not limited is left out. */
  public static ObjectNode rights(Rights rights) {
    ObjectNode to = JSON.createObjectNode();
    if (!rights.definitions().isEmpty()) {
      ArrayNode definitions = to.putArray("definitions");
      rights.definitions().forEach(definitions::add);
    }
    if (!rights.countries().isEmpty()) {
      ArrayNode countries = to.putArray("countries");
      rights.countries().stream().sorted().forEach(countries::add);
    }
    rights.rate().ifPresent(rate -> to.put("ratePerSecond", rate));
    rights.daily().ifPresent(most -> to.put("daily", most));
    to.put("text", rights.text());
    to.put("premium", rights.premium());
    return to;
  }
}
