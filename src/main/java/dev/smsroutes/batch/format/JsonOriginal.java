package dev.smsroutes.batch.format;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.intake.request.RequestTree;
import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Fault;
import dev.smsroutes.model.InvalidRequestException;
import dev.smsroutes.model.SendRequest;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * One JSON request as it stood in the file, for the rejects.
 *
 * @param tree the object without the reasons of an earlier round; null when the text is no JSON
 *     object that can be repeated as one (malformed, an array, a key twice)
 * @param text what came instead of such an object; null with a tree, and for a row that is too long
 * @param item which of the {@code recipients}, from 0; -1 for the whole
 */
public record JsonOriginal(ObjectNode tree, String text, int item) {
  /** Holds, in a rejected row, the text of a line that is not JSON; it is read in its place. */
  static final String RAW = "_raw";

  static final String RECIPIENTS = "recipients";
  static final String MESSAGE_KEY = "messageKey";
  private static final List<String> REASONS = List.of(Rejects.CODE, Rejects.FIELD, Rejects.MESSAGE);

  /** Numbers keep every digit they were written with. */
  public static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                  .build())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
          .build();

  /** What became of one JSON text: its requests, or why there are none. */
  record Read(List<SendRequest> requests, List<Fault> faults, JsonOriginal original) {
    /** Whether each request is one of several recipients. */
    boolean bare() {
      return original.tree != null
          && original.tree.get(RECIPIENTS) instanceof ArrayNode items
          && items.size() == requests.size();
    }
  }

  static JsonOriginal tooLong() {
    return new JsonOriginal(null, null, -1);
  }

  JsonOriginal at(int index) {
    return new JsonOriginal(tree, text, index);
  }

  /**
   * Reads one text, without the names by which we said why it was rejected before. Never throws:
   * what is thrown while one text is read refuses that one, and nothing else.
   */
  static Read read(byte[] json, JsonRequests requests, String keyedDefault, String bareDefault) {
    try {
      return readText(json, requests, keyedDefault, bareDefault);
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
      JsonOriginal original = new JsonOriginal(null, new String(json, StandardCharsets.UTF_8), -1);
      return new Read(List.of(), List.of(Thrown.refusal(e)), original);
    }
  }

  private static Read readText(
      byte[] json, JsonRequests requests, String keyedDefault, String bareDefault) {
    byte[] bytes = json;
    JsonNode node = parse(bytes);
    boolean stripped = strip(node);
    if (node instanceof ObjectNode object && object.size() == 1 && object.path(RAW).isTextual()) {
      bytes = object.path(RAW).textValue().getBytes(StandardCharsets.UTF_8);
      node = parse(bytes);
      stripped = strip(node);
    }
    ObjectNode tree = node instanceof ObjectNode object ? object : null;
    if (stripped) {
      bytes = write(node);
    }
    JsonOriginal original =
        new JsonOriginal(tree, tree == null ? new String(bytes, StandardCharsets.UTF_8) : null, -1);
    boolean bare = tree != null && tree.hasNonNull(RECIPIENTS);
    try {
      List<SendRequest> read = requests.read(bytes, bare ? bareDefault : keyedDefault);
      if (read.isEmpty()) {
        return new Read(
            List.of(),
            List.of(
                new Fault(RECIPIENTS, ErrorCode.NO_RECIPIENTS, "Expected a recipient; got none")),
            original);
      }
      List<SendRequest> keyed = new ArrayList<>(read.size());
      for (int i = 0; i < read.size(); i++) {
        SendRequest request = read.get(i);
        keyed.add(
            request.messageKey() != null
                ? request
                : request.withMessageKey(bare ? bareDefault + "-" + (i + 1) : keyedDefault));
      }
      return new Read(keyed, List.of(), original);
    } catch (InvalidRequestException e) {
      return new Read(List.of(), e.faults(), original);
    }
  }

  private static JsonNode parse(byte[] bytes) {
    try {
      return RequestTree.read(bytes);
    } catch (IOException | RuntimeException | StackOverflowError e) {
      // Not ours to explain: the reader of requests says what is wrong, with line and column.
      return null;
    }
  }

  private static boolean strip(JsonNode node) {
    if (!(node instanceof ObjectNode object)) {
      return false;
    }
    int before = object.size();
    object.remove(REASONS);
    boolean changed = object.size() != before;
    if (object.get(RECIPIENTS) instanceof ArrayNode items) {
      for (JsonNode item : items) {
        if (item instanceof ObjectNode recipient) {
          int had = recipient.size();
          recipient.remove(REASONS);
          changed |= recipient.size() != had;
        }
      }
    }
    return changed;
  }

  static void writeMark(boolean byteOrderMark, OutputStream out) throws IOException {
    if (byteOrderMark) {
      out.write("\uFEFF".getBytes(StandardCharsets.UTF_8));
    }
  }

  public static byte[] write(JsonNode node) {
    try {
      return MAPPER.writeValueAsBytes(node);
    } catch (IOException e) {
      throw new IllegalStateException("A tree can be written to memory", e);
    }
  }

  /** The messageKey of the whole request, if it can be seen. */
  public String messageKey() {
    JsonNode key = tree == null ? null : tree.get(MESSAGE_KEY);
    return key != null && key.isTextual() ? key.textValue() : null;
  }

  /** The row again, as one request of its own, with the reasons in front. */
  ObjectNode rejected(Rejects.RejectReason reason) {
    ObjectNode row = reasons(reason);
    if (tree == null) {
      if (text != null) {
        row.put(RAW, text);
      }
      return row;
    }
    row.setAll(tree);
    if (item >= 0) {
      row.set(RECIPIENTS, MAPPER.createArrayNode().add(recipient(reason.messageKey())));
    } else {
      putKey(row, reason.messageKey());
    }
    return row;
  }

  /** One recipient of the request, with the reasons in front. */
  JsonNode rejectedItem(Rejects.RejectReason reason) {
    JsonNode recipient = recipient(reason.messageKey());
    if (!(recipient instanceof ObjectNode fields)) {
      return recipient;
    }
    ObjectNode row = reasons(reason);
    row.setAll(fields);
    return row;
  }

  private JsonNode recipient(String messageKey) {
    JsonNode recipient = tree.get(RECIPIENTS).get(item);
    if (messageKey == null || !(recipient instanceof ObjectNode fields)) {
      return recipient;
    }
    ObjectNode copy = MAPPER.createObjectNode();
    copy.setAll(fields);
    putKey(copy, messageKey);
    return copy;
  }

  private static void putKey(ObjectNode row, String messageKey) {
    if (messageKey != null && row.path(MESSAGE_KEY).asText("").isEmpty()) {
      row.put(MESSAGE_KEY, messageKey);
    }
  }

  private static ObjectNode reasons(Rejects.RejectReason reason) {
    return MAPPER
        .createObjectNode()
        .put(Rejects.CODE, reason.code())
        .put(Rejects.FIELD, reason.field())
        .put(Rejects.MESSAGE, reason.message());
  }

  @Override
  public String toString() {
    return "JsonOriginal[item=" + item + "]";
  }
}
