package dev.smsroutes.batch.result;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.batch.format.JsonOriginal;
import java.io.IOException;
import java.io.OutputStream;

/** One JSON object on each line. */
record JsonResults(OutputStream out) implements ResultLines {
  @Override
  public void write(Line line) throws IOException {
    ObjectNode json = JsonOriginal.MAPPER.createObjectNode();
    json.put("row", line.row());
    if (line.item() > 0) {
      json.put("item", line.item());
    }
    json.put("messageKey", line.messageKey());
    json.put("outcome", line.outcome().name());
    json.put("code", line.code());
    json.put("message", line.message());
    json.put("requestId", line.requestId());
    out.write(JsonOriginal.write(json));
    out.write('\n');
  }

  @Override
  public void finish() throws IOException {
    out.flush();
  }
}
