package dev.smsroutes.batch;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.batch.JsonOriginal.Read;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;

/** A JSON file: one request, read whole; in the bare shape every recipient is a row. */
final class JsonFileRows implements RowSource {
  private final Read read;
  private final long bytes;
  private int next;

  JsonFileRows(InputStream in, JsonRequests requests, KeyMaker keys) throws IOException {
    byte[] json = in.readAllBytes();
    this.bytes = json.length;
    this.read = JsonOriginal.read(json, requests, keys.of(1), keys.prefix());
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
  public Rejects rejects(OutputStream out) {
    return new OneRequest(out);
  }

  @Override
  public String field(String path) {
    return path;
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
    public void write(RawRow row, Reason reason) {
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
