package dev.smsroutes.app;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/**
 * The files that people really drop: those of the folder, and some that are too big to lie there.
 */
final class NastyFiles {
  static final Path FOLDER = Path.of("src/test/resources/nasty-files");

  /** What is to become of each, for people and for the test. */
  static final Path TABLE = FOLDER.resolve("expected.md");

  /** The limits that the big ones are over. */
  static final int MAX_ROWS = 2_000;

  static final int MAX_BYTES = 4_000_000;
  static final int MAX_EXPANDED_BYTES = 6_000_000;

  private static final String HEADER = "definitionKey,contactKey,to,FirstName,password\n";
  private static final Pattern LINE = Pattern.compile("\\| `([^`]+)` \\|[^|]*\\| (.+) \\|");

  /** Not every system can have these names, so they are made here; each has one good row. */
  private static final List<String> ODDLY_NAMED =
      List.of(
          "uploading.csv.partial",
          "uploading.csv.part",
          "uploading.csv.filepart",
          "uploading.csv.crdownload",
          "Unconfirmed 4711.crdownload",
          "uploading.ndjson.opdownload",
          "uploading.csv.writing",
          "uploading.json.gz.tmp",
          "uploading.csv.5f3a",
          "~$table.csv",
          "table.csv~",
          "#table.csv#",
          ".~lock.table.csv#",
          ".table.csv.swp",
          ".table.csv.Xq31",
          "table.csv.zip",
          "table (1).csv",
          "back\\slash.csv",
          "-rf.csv",
          "100%.csv",
          "${body}.csv",
          "$simple{body}.csv",
          "{{sms.file.inbox}}.csv",
          "#hash.csv",
          "M\u00E4rz.csv",
          "\u767A\u6CE8.csv");

  private NastyFiles() {}

  /** All files by their names. */
  static Map<String, byte[]> all() throws IOException {
    Map<String, byte[]> all = new TreeMap<>(big());
    ODDLY_NAMED.forEach(name -> all.put(name, bytes(HEADER + row("odd" + name.hashCode(), "Odd"))));
    try (Stream<Path> files = Files.list(FOLDER)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (!file.equals(TABLE) && !name.startsWith(".")) {
          all.put(name, Files.readAllBytes(file));
        }
      }
    }
    return all;
  }

  /** The table: what is to become of a file by its name. */
  static Map<String, String> expected() throws IOException {
    Map<String, String> expected = new LinkedHashMap<>();
    for (String line : Files.readAllLines(TABLE)) {
      Matcher matcher = LINE.matcher(line);
      if (matcher.matches() && expected.put(matcher.group(1), matcher.group(2)) != null) {
        throw new IllegalStateException(matcher.group(1) + " stands in the table twice");
      }
    }
    return expected;
  }

  private static Map<String, byte[]> big() {
    return Map.ofEntries(
        Map.entry("big-ten-thousand-columns.csv", bytes(columns(10_000))),
        Map.entry("big-header-over-the-limit.csv", bytes(columns(20_000))),
        Map.entry(
            "big-row-over-the-limit.csv",
            bytes(HEADER + row("big1", "Ada") + row("big2", "x".repeat(70_000)) + row("b3", "Cy"))),
        Map.entry(
            "big-line-over-the-limit.ndjson",
            bytes(
                "{\"definitionKey\":\"" + "x".repeat(70_000) + "\"}\n{\"definitionKey\":\"d\"}\n")),
        Map.entry(
            "big-deep.ndjson",
            bytes("[".repeat(30_000) + "\n" + "{\"a\":".repeat(5_000) + "1" + "}".repeat(5_000))),
        Map.entry(
            "big-many-recipients.json",
            bytes("{\"recipients\":[" + "{},".repeat(1_300_000) + "{}]}")),
        Map.entry("big-number.ndjson", bytes("{\"definitionKey\":" + "9".repeat(60_000) + "}\n")),
        Map.entry("big-too-many-rows.csv", bytes(HEADER + row("c", "Ada").repeat(MAX_ROWS + 1))),
        Map.entry("big-too-many-rows.ndjson", bytes("{}\n".repeat(MAX_ROWS + 1))),
        Map.entry("big-too-many-bytes.csv", new byte[MAX_BYTES + 1]),
        Map.entry(
            "big-separators-below.csv",
            bytes(HEADER + row("below", "Ada") + ",,,,\n".repeat(MAX_ROWS * 2))),
        Map.entry("big-bomb.csv.gz", packed(HEADER, "a", 5_000_000)),
        Map.entry("big-bomb-of-newlines.ndjson.gz", packed("{}\n", "\n", 5_000_000)),
        Map.entry("big-too-much-in-it.json.gz", packed("{\"a\":\"" + noise(4_000_000), "", 0)),
        Map.entry(
            "big-too-many-bytes-in-it.csv.gz", packed(HEADER + noise(MAX_EXPANDED_BYTES), "", 0)),
        Map.entry("big-blank.csv", bytes(" \n\t\r\n".repeat(50_000))),
        Map.entry(
            "big-late-byte.csv", late(bytes(HEADER + row("l", "x".repeat(1_000)).repeat(1_000)))));
  }

  private static String columns(int count) {
    String extra = IntStream.range(0, count).mapToObj(i -> ",x" + i).collect(Collectors.joining());
    return HEADER.strip() + extra + "\n" + row("wide", "Ada").strip() + ",".repeat(count) + "\n";
  }

  private static String row(String contact, String firstName) {
    return "account-reset," + contact + ",+1 425 555 0100," + firstName + ",1\n";
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** The last byte is one that no text has. */
  private static byte[] late(byte[] content) {
    content[content.length - 2] = (byte) 0xFF;
    return content;
  }

  private static byte[] packed(String first, String then, int times) {
    byte[] unit = bytes(then.repeat(1_000));
    try (ByteArrayOutputStream bytes = new ByteArrayOutputStream()) {
      try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
        gzip.write(bytes(first));
        for (int i = 0; i < times / 1_000; i++) {
          gzip.write(unit);
        }
      }
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Text that hardly shrinks, in long lines. */
  private static String noise(int length) {
    StringBuilder text = new StringBuilder();
    long seed = 42;
    for (int i = 1; text.length() < length; i++) {
      seed = seed * 6_364_136_223_846_793_005L + 1_442_695_040_888_963_407L;
      text.append(Long.toHexString(seed)).append(i % 1_000 == 0 ? "\n" : "");
    }
    return text.toString();
  }
}
