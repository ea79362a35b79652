package dev.smsroutes.batch.format;

import dev.smsroutes.batch.format.JsonOriginal.Read;
import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Fault;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * A JSON lines file: one request a line. A line in the bare shape is as many messages as it has
 * recipients; they share the row's number and are told apart by their item.
 */
final class JsonLineRows implements RowSource {
  private final RecordCutter records;
  private final JsonRequests requests;
  private final KeyMaker keys;
  private final int limit;
  private final boolean byteOrderMark;
  private final Deque<RawRow> ahead = new ArrayDeque<>();
  private long number;

  JsonLineRows(
      InputStream in, int limit, boolean byteOrderMark, JsonRequests requests, KeyMaker keys) {
    this.records = RecordCutter.lines(in, limit);
    this.limit = limit;
    this.byteOrderMark = byteOrderMark;
    this.requests = requests;
    this.keys = keys;
  }

  @Override
  public RawRow next() throws IOException {
    if (ahead.isEmpty()) {
      RawRecord raw = records.next();
      if (raw == null) {
        return null;
      }
      number++;
      read(raw);
    }
    return ahead.poll();
  }

  private void read(RawRecord raw) {
    if (raw.tooLong()) {
      Fault fault =
          new Fault(
              "",
              ErrorCode.VALIDATION,
              ("Expected a line of up to %,d bytes; %s of the file has %,d. It is not repeated here:"
                      + " take it from the original file.")
                  .formatted(limit, raw.place(), raw.length()));
      ahead.add(new RawRow(number, 0, null, List.of(fault), JsonOriginal.tooLong(), limit));
      return;
    }
    String key = keys.of(number);
    Read read = JsonOriginal.read(raw.bytes(), requests, key, key);
    JsonOriginal original = read.original();
    if (read.requests().isEmpty()) {
      ahead.add(new RawRow(number, 0, null, read.faults(), original, raw.length()));
    } else if (read.bare()) {
      long share = raw.length() / read.requests().size();
      for (int i = 0; i < read.requests().size(); i++) {
        ahead.add(
            new RawRow(number, i + 1, read.requests().get(i), List.of(), original.at(i), share));
      }
    } else {
      ahead.add(new RawRow(number, 0, read.requests().get(0), List.of(), original, raw.length()));
    }
  }

  @Override
  public Rejects rejects(OutputStream out) throws IOException {
    JsonOriginal.writeMark(byteOrderMark, out);
    return new Lines(out);
  }

  private record Lines(OutputStream out) implements Rejects {
    @Override
    public void write(RawRow row, RejectReason reason) throws IOException {
      out.write(JsonOriginal.write(((JsonOriginal) row.original()).rejected(reason)));
      out.write('\n');
    }

    @Override
    public void finish() throws IOException {
      out.flush();
    }
  }
}
