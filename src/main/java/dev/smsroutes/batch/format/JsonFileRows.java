package dev.smsroutes.batch.format;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.batch.format.JsonOriginal.Read;
import dev.smsroutes.intake.request.RequestTree;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;

/** A JSON file: one request, read whole; in the bare shape every recipient is a row. */
final class JsonFileRows implements RowSource {
  /**
   * The most values in one request, objects and arrays included. A hundred thousand recipients with
   * a number and a key have fewer; 4,000,000 bytes of empty objects would take half a gigabyte.
   */
  static final int MAX_VALUES = 400_000;

  private final Read read;
  private final long bytes;
  private final boolean byteOrderMark;
  private int next;

  /**
   * @param byteOrderMark whether rejects get one
   * @throws UnreadableFileException when it has so many values that it cannot be held in memory
   */
  JsonFileRows(InputStream in, boolean byteOrderMark, JsonRequests requests, KeyMaker keys)
      throws IOException, UnreadableFileException {
    this.byteOrderMark = byteOrderMark;
    byte[] json = in.readAllBytes();
    this.bytes = json.length;
    refuseTooManyValues(json);
    this.read = JsonOriginal.read(json, requests, keys.of(1), keys.prefix());
  }

  private static void refuseTooManyValues(byte[] json) throws UnreadableFileException {
    long values = 0;
    try (JsonParser parser = RequestTree.parser(json)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        values += token.isScalarValue() || token.isStructStart() ? 1 : 0;
        if (values > MAX_VALUES) {
          throw new UnreadableFileException(
              "too large",
              ("Expected a .json file, which is one request, of up to %,d values; got more. Many"
                      + " requests go into a .ndjson or .csv file.")
                  .formatted(MAX_VALUES));
        }
      }
    } catch (IOException | RuntimeException e) {
      // Not JSON, or not up to its end: the reader of requests says what is wrong.
    }
  }

  @Override
  public RawRow next() {
    JsonOriginal original = read.original();
    if (read.requests().isEmpty()) {
      return next++ == 0 ? new RawRow(1, 0, null, read.faults(), original, bytes) : null;
    }
    if (next == read.requests().size()) {
      return null;
    }
    int i = next++;
    return new RawRow(
        i + 1,
        0,
        read.requests().get(i),
        List.of(),
        read.bare() ? original.at(i) : original,
        bytes / read.requests().size());
  }

  @Override
  public Rejects rejects(OutputStream out) throws IOException {
    JsonOriginal.writeMark(byteOrderMark, out);
    return new OneRequest(out);
  }

  /** The request again, with only those recipients that were rejected. */
  private static final class OneRequest implements Rejects {
    private final OutputStream out;
    private ObjectNode whole;
    private ArrayNode items;

    OneRequest(OutputStream out) {
      this.out = out;
    }

    @Override
    public void write(RawRow row, RejectReason reason) {
      JsonOriginal original = (JsonOriginal) row.original();
      if (original.item() < 0) {
        whole = original.rejected(reason);
        return;
      }
      if (whole == null) {
        whole = JsonOriginal.MAPPER.createObjectNode();
        whole.setAll(original.tree());
        items = whole.putArray(JsonOriginal.RECIPIENTS);
      }
      items.add(original.rejectedItem(reason));
    }

    @Override
    public void finish() throws IOException {
      out.write(JsonOriginal.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(whole));
      out.write('\n');
      out.flush();
    }
  }
}
