package dev.smsroutes.batch.format;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.writer.CsvWriter;
import dev.smsroutes.model.Person;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/**
 * Copies a batch file, rejects or results without the data of one person. A row of that person
 * keeps its place, its keys and its reasons; all else in it is empty. In other rows only a value
 * that names the person is.
 *
 * <p>Rows that have no message key get the one under which they were sent: the copy has another
 * content, and with new keys it would send all of them a second time if a person drops it again.
 * Memory is bounded by the longest row. One thread at a time uses it.
 */
public final class RowEraser {
  /** A longer row cannot be copied. */
  private static final int MAX_ROW_BYTES = 4 * 1024 * 1024;

  private static final int CHUNK = 65_536;
  private static final int OVERLAP = 256;

  private static final Pattern RESULTS =
      Pattern.compile(".+[.]results[.](csv|ndjson)", Pattern.DOTALL);

  /** What a row of the person keeps, as far as it does not name the person by mistake. */
  private static final Set<String> KEPT =
      Set.of(CsvHeader.DEFINITION_KEY, CsvHeader.MESSAGE_KEY, Rejects.CODE, Rejects.FIELD);

  /** By these a row is found again; they stay, whatever they hold. */
  private static final Set<String> ALWAYS_KEPT = Set.of(CsvHeader.MESSAGE_KEY, Rejects.CODE);

  private final Person person;
  private final Function<String, Optional<String>> regions;
  private final BatchLimits limits;
  private final Runnable searched;

  // Of one copy.
  private OutputStream out;
  private long erased;

  /**
   * @param regions the country of a send definition by its key
   * @param input what a file may be
   * @param searched called for each row
   */
  public RowEraser(
      Person person,
      Function<String, Optional<String>> regions,
      InputRules input,
      Runnable searched) {
    this.person = person;
    this.regions = regions;
    this.limits = new BatchLimits(MAX_ROW_BYTES, input);
    this.searched = searched;
  }

  /**
   * @param to gets the copy; stays open
   * @return how many rows hold data of the person, which the copy lacks
   * @throws UnreadableFileException if the file cannot be read row by row; see {@link #mentions}
   */
  public long copy(Path file, OutputStream to) throws IOException, UnreadableFileException {
    erased = 0;
    try (BatchReading reading = BatchReading.scan(file, limits)) {
      GZIPOutputStream packed = reading.isGzip() ? new GZIPOutputStream(to, CHUNK) : null;
      out = packed == null ? to : packed;
      JsonOriginal.writeMark(reading.isMarked(), out);
      boolean results = RESULTS.matcher(file.getFileName().toString()).matches();
      switch (reading.format()) {
        case CSV -> {
          if (results) {
            csvResults(reading);
          } else {
            csv(reading);
          }
        }
        case JSON_LINES -> jsonLines(reading, results);
        case JSON -> json(reading);
      }
      if (packed != null) {
        packed.finish();
      }
      out.flush();
      return erased;
    } catch (BadContentException e) {
      throw e.unreadable();
    } catch (CsvParseException | StackOverflowError e) {
      throw Thrown.unreadable(e);
    }
  }

  /** Whether a file that is no text of rows names the person, in any 8-bit or 16-bit encoding. */
  public boolean mentions(Path file) throws IOException {
    try (InputStream in =
        new BufferedInputStream(Channels.newInputStream(SourceFile.open(file, false)))) {
      byte[] chunk = new byte[CHUNK];
      String before = "";
      for (int n = in.readNBytes(chunk, 0, CHUNK); n > 0; n = in.readNBytes(chunk, 0, CHUNK)) {
        String text =
            before + new String(chunk, 0, n, StandardCharsets.ISO_8859_1).replace("\0", "");
        if (person.isMentionedIn(text)) {
          return true;
        }
        before = text.substring(Math.max(0, text.length() - OVERLAP));
      }
      return false;
    }
  }

  private void csv(BatchReading reading) throws IOException, UnreadableFileException {
    char separator = reading.dialect().separator();
    RecordCutter records = RecordCutter.csv(reading.text(), MAX_ROW_BYTES, separator);
    if (reading.dialect().declared()) {
      line(records.nextFilled().text(), "\r\n");
    }
    RawRecord first = records.nextFilled();
    if (first == null || first.tooLong()) {
      throw new UnreadableFileException("no header", "Expected a header row; got none");
    }
    CsvHeader header = CsvHeader.of(CsvRows.cells(first, separator));
    boolean addsKey = header.column(CsvHeader.MESSAGE_KEY) < 0;
    line((addsKey ? CsvHeader.MESSAGE_KEY + separator : "") + first.text(), "\r\n");
    long number = 0;
    while (true) {
      RawRecord raw = number < reading.dataRows() ? records.next() : records.nextFilled();
      if (raw == null) {
        return;
      }
      number++;
      requireWhole(raw);
      line(csvRow(raw, header, separator, addsKey, reading.keyMaker().of(number)), "\r\n");
    }
  }

  private String csvRow(
      RawRecord raw, CsvHeader header, char separator, boolean addsKey, String key) {
    List<String> cells = cells(raw, separator);
    if (cells.size() != header.size()) {
      // Was never sent, and nobody can say what its cells are.
      boolean theirs = person.isMentionedIn(raw.text());
      erased += theirs ? 1 : 0;
      return (addsKey ? String.valueOf(separator) : "")
          + (theirs ? String.valueOf(separator).repeat(header.size() - 1) : raw.text());
    }
    boolean changed = erase(cells, header);
    erased += changed ? 1 : 0;
    int column = header.column(CsvHeader.MESSAGE_KEY);
    if (addsKey) {
      return key + separator + (changed ? record(cells, separator) : raw.text());
    }
    if (cells.get(column).isEmpty()) {
      cells.set(column, key);
      changed = true;
    }
    return changed ? record(cells, separator) : raw.text();
  }

  /** Whether anything of the row was the person's. */
  private boolean erase(List<String> cells, CsvHeader header) {
    String definition = cells.get(header.column(CsvHeader.DEFINITION_KEY));
    boolean theirs =
        person.isRecipient(
            cells.get(header.column(CsvHeader.TO)),
            cells.get(header.column(CsvHeader.CONTACT_KEY)),
            regions.apply(definition));
    boolean changed = theirs;
    for (int i = 0; i < cells.size(); i++) {
      String name = header.name(i);
      boolean erases =
          theirs && !KEPT.contains(name)
              || !ALWAYS_KEPT.contains(name) && person.isMentionedIn(cells.get(i));
      if (erases) {
        changed |= !cells.get(i).isEmpty();
        cells.set(i, "");
      }
    }
    return changed;
  }

  /** Results have no recipient; a message of the API may quote one. */
  private void csvResults(BatchReading reading) throws IOException, UnreadableFileException {
    RecordCutter lines = RecordCutter.csv(reading.text(), MAX_ROW_BYTES, ',');
    RawRecord header = lines.next();
    if (header == null) {
      return;
    }
    line(header.text(), "\r\n");
    // The header is row, item, messageKey and so on.
    char separator = header.text().length() > "row".length() ? header.text().charAt(3) : ',';
    int key = cells(header, separator).indexOf(CsvHeader.MESSAGE_KEY);
    for (RawRecord raw = lines.next(); raw != null; raw = lines.next()) {
      requireWhole(raw);
      List<String> cells = cells(raw, separator);
      boolean changed = false;
      for (int i = 0; i < cells.size(); i++) {
        if (i != key && person.isMentionedIn(cells.get(i))) {
          cells.set(i, "");
          changed = true;
        }
      }
      erased += changed ? 1 : 0;
      line(changed ? record(cells, separator) : raw.text(), "\r\n");
    }
  }

  /** Empty if the row is not CSV. */
  private static List<String> cells(RawRecord raw, char separator) {
    try {
      return CsvRows.cells(raw, separator);
    } catch (CsvParseException e) {
      return List.of();
    }
  }

  private static String record(List<String> cells, char separator) {
    StringWriter line = new StringWriter();
    try (CsvWriter csv = CsvWriter.builder().fieldSeparator(separator).build(line)) {
      csv.writeRecord(cells);
    } catch (IOException e) {
      throw new IllegalStateException("A record can be written to memory", e);
    }
    return line.toString().substring(0, line.toString().length() - "\r\n".length());
  }

  private void jsonLines(BatchReading reading, boolean results)
      throws IOException, UnreadableFileException {
    RecordCutter lines = RecordCutter.lines(reading.text(), MAX_ROW_BYTES);
    long number = 0;
    for (RawRecord raw = lines.next(); raw != null; raw = lines.next()) {
      number++;
      requireWhole(raw);
      String key = reading.keyMaker().of(number);
      line(results ? jsonResult(raw) : jsonText(raw.bytes(), key, key), "\n");
    }
  }

  private void json(BatchReading reading) throws IOException {
    byte[] all = reading.text().readAllBytes();
    line(jsonText(all, reading.keyMaker().of(1), reading.keyMaker().prefix()), "\n");
  }

  private String jsonResult(RawRecord raw) {
    ObjectNode line = object(raw.bytes());
    if (line == null || !blank(line)) {
      return raw.text();
    }
    erased++;
    return text(line);
  }

  private String jsonText(byte[] json, String keyed, String bare) {
    ObjectNode request = object(json);
    String text = new String(json, StandardCharsets.UTF_8);
    if (request == null) {
      boolean theirs = person.isMentionedIn(text);
      erased += theirs ? 1 : 0;
      return theirs ? "{}" : text.stripTrailing();
    }
    boolean keyAdded = addKeys(request, keyed, bare);
    boolean changed = erase(request);
    erased += changed ? 1 : 0;
    return keyAdded || changed ? text(request) : text.stripTrailing();
  }

  private static boolean addKeys(ObjectNode request, String keyed, String bare) {
    if (!(request.get(JsonOriginal.RECIPIENTS) instanceof ArrayNode items)) {
      return addKey(request, keyed);
    }
    boolean added = false;
    for (int i = 0; i < items.size(); i++) {
      added |= items.get(i) instanceof ObjectNode item && addKey(item, bare + "-" + (i + 1));
    }
    return added;
  }

  private static boolean addKey(ObjectNode object, String key) {
    boolean lacks = object.path(JsonOriginal.MESSAGE_KEY).asText("").isEmpty();
    if (lacks) {
      object.put(JsonOriginal.MESSAGE_KEY, key);
    }
    return lacks;
  }

  /** Whether anything in the request was the person's. */
  private boolean erase(ObjectNode request) {
    Optional<String> region = regions.apply(request.path(CsvHeader.DEFINITION_KEY).asText(""));
    boolean changed = false;
    if (request.get(JsonOriginal.RECIPIENTS) instanceof ArrayNode items) {
      for (JsonNode item : items) {
        if (isTheirs(item, region)) {
          ((ObjectNode) item).retain(KEPT);
          changed = true;
        }
      }
    } else if (isTheirs(request.path("recipient"), region)) {
      request.retain(KEPT);
      changed = true;
    }
    return blank(request) || changed;
  }

  private boolean isTheirs(JsonNode recipient, Optional<String> region) {
    return recipient instanceof ObjectNode
        && person.isRecipient(
            recipient.path(CsvHeader.TO).asText(null),
            recipient.path(CsvHeader.CONTACT_KEY).asText(null),
            region);
  }

  /** Empties values, and removes fields, that name the person; keys of messages stay. */
  private boolean blank(JsonNode node) {
    boolean changed = false;
    if (node instanceof ObjectNode object) {
      List<String> names = new ArrayList<>();
      object.fieldNames().forEachRemaining(names::add);
      for (String name : names) {
        JsonNode value = object.get(name);
        if (person.isMentionedIn(name)) {
          object.remove(name);
          changed = true;
        } else if (value.isContainerNode()) {
          changed |= blank(value);
        } else if (!ALWAYS_KEPT.contains(name) && person.isMentionedIn(value.asText())) {
          object.put(name, "");
          changed = true;
        }
      }
    } else if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        JsonNode value = array.get(i);
        if (value.isContainerNode()) {
          changed |= blank(value);
        } else if (person.isMentionedIn(value.asText())) {
          array.set(i, TextNode.valueOf(""));
          changed = true;
        }
      }
    }
    return changed;
  }

  private static ObjectNode object(byte[] json) {
    try {
      return JsonOriginal.MAPPER.readTree(json) instanceof ObjectNode object ? object : null;
    } catch (JsonProcessingException e) {
      return null;
    } catch (IOException e) {
      throw new IllegalStateException("Bytes in memory can be read", e);
    }
  }

  private static String text(ObjectNode json) {
    return new String(JsonOriginal.write(json), StandardCharsets.UTF_8);
  }

  private void requireWhole(RawRecord raw) throws UnreadableFileException {
    searched.run();
    if (raw.tooLong()) {
      throw new UnreadableFileException(
          "row too long",
          "Expected rows of up to %,d bytes; got a longer one".formatted(MAX_ROW_BYTES));
    }
  }

  private void line(String text, String end) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.write(end.getBytes(StandardCharsets.UTF_8));
  }
}
