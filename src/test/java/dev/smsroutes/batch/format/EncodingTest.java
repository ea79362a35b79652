package dev.smsroutes.batch.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.smsroutes.batch.run.BatchFile;
import dev.smsroutes.batch.run.BatchFile.Result;
import dev.smsroutes.testing.TestLimits;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files in an encoding that the operator named, and what is refused rather than guessed. */
class EncodingTest {
  private static final Charset WINDOWS_1252 = Charset.forName("windows-1252");
  private static final String HEADER = "definitionKey;contactKey;to;FirstName\n";

  @TempDir Path home;
  private BatchFile file;

  @BeforeEach
  void folders() throws IOException {
    if (home != null) {
      file = new BatchFile(home);
    }
  }

  private void encoding(InputEncoding encoding) {
    InputRules rules = TestLimits.RULES;
    file.limits =
        new BatchLimits(
            65_536,
            4_000_000,
            1_000,
            4_194_304,
            new InputRules(
                rules.maxBytes(),
                rules.maxRows(),
                rules.maxExpandedBytes(),
                rules.maxExpansionRatio(),
                encoding));
  }

  private static List<String> names(Result result) {
    return result.requests().stream()
        .map(request -> request.recipient().attributes().get("FirstName"))
        .toList();
  }

  private String reason(String name) throws IOException {
    return Files.readString(file.folders.failed().resolve(name + ".reason.json"));
  }

  @Test
  void reads_windows_1252_and_its_rejects_when_the_operator_says_so() throws IOException {
    encoding(InputEncoding.WINDOWS_1252);
    byte[] content = (HEADER + "d;c;1;J\u00f6rg \u20ac \u201eA\u201c\n").getBytes(WINDOWS_1252);

    Result first = file.run("a.csv", content, BatchFile::refuse);
    assertThat(names(first)).containsExactly("J\u00f6rg \u20ac \u201eA\u201c");
    assertThat(first.rejects()).startsWith("\uFEFF_code;");
    Result again = file.run("b.csv", first.rejects(), BatchFile::refuse);
    assertThat(names(again)).isEqualTo(names(first));
    assertThat(again.rejects()).isEqualTo(first.rejects());
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.ndjson", "a.json"})
  void so_can_those_of_json(String name) throws IOException {
    encoding(InputEncoding.WINDOWS_1252);
    byte[] content =
        "{\"definitionKey\":\"d\",\"recipient\":{\"attributes\":{\"FirstName\":\"J\u00f6rg\"}}}"
            .getBytes(WINDOWS_1252);

    Result first = file.run(name, content, BatchFile::refuse);
    Result again = file.run("b" + name, first.rejects(), BatchFile::refuse);
    assertThat(names(again)).containsExactly("J\u00f6rg").isEqualTo(names(first));
    assertThat(again.rejects().strip()).isEqualTo(first.rejects().replace("\uFEFF", "").strip());
  }

  @Test
  void refuses_utf_8_lookalikes_without_a_byte_order_mark() throws IOException {
    encoding(InputEncoding.WINDOWS_1252);
    String content = HEADER + "d;c;1;J\u00f6rg\n";

    assertThat(file.run("a.csv", content, BatchFile::accept).requests()).isEmpty();
    assertThat(reason("a.csv")).contains("unknown encoding", "all of it is UTF-8");
    assertThat(names(file.run("b.csv", "\uFEFF" + content, BatchFile::accept)))
        .containsExactly("J\u00f6rg");
    assertThat(names(file.run("c.csv", HEADER + "d;c;1;Joe\n", BatchFile::accept)))
        .containsExactly("Joe");
  }

  @Test
  void refuses_bytes_unknown_to_windows_1252_with_their_place() throws IOException {
    encoding(InputEncoding.WINDOWS_1252);
    byte[] content = (HEADER + "d;c;1;J\u00f6?\n").getBytes(WINDOWS_1252);
    content[content.length - 2] = (byte) 0x81;

    file.run("a.csv", content, BatchFile::accept);
    assertThat(reason("a.csv"))
        .contains("got other bytes at byte %,d.".formatted(content.length - 1));
    content[content.length - 2] = 0;
    file.run("b.csv", content, BatchFile::accept);
    assertThat(reason("b.csv")).contains("NUL", "byte %,d.".formatted(content.length - 1));
  }

  @ParameterizedTest
  @CsvSource({"UTF_16LE, UTF-16LE", "UTF_16BE, UTF-16BE"})
  void reads_unmarked_utf_16_when_the_operator_says_so(InputEncoding encoding, String charset)
      throws IOException {
    encoding(encoding);
    byte[] content = (HEADER + "d;c;1;\uD83D\uDE00\n").getBytes(Charset.forName(charset));

    Result result = file.run("a.csv", content, BatchFile::accept);
    assertThat(names(result)).containsExactly("\uD83D\uDE00");
  }

  @ParameterizedTest(name = "{0} behind {1} bytes: {2}")
  @CsvSource({
    "E4 20, 100, true",
    "E4 20, 16383, true",
    "E4, 100, true",
    "80 20, 100, true",
    "81 20, 100, false",
    "E2 82 20, 100, false",
    "E2 82 20, 16383, false",
    "C0 AF, 100, false",
  })
  void a_lone_high_byte_looks_like_windows_1252(String hex, int before, boolean looksSo)
      throws IOException {
    byte[] tail = HexFormat.ofDelimiter(" ").parseHex(hex);
    byte[] content = Arrays.copyOf("x".repeat(before).getBytes(), before + tail.length);
    System.arraycopy(tail, 0, content, before, tail.length);

    file.run("a.csv", content, BatchFile::accept);
    assertThat(reason("a.csv")).contains("got other bytes at byte %,d".formatted(before + 1));
    assertThat(reason("a.csv").contains("It looks like Windows-1252")).isEqualTo(looksSo);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65_535, 65_536, 65_537, 200_000})
  void white_space_of_any_length_before_the_header_is_no_row(int lines) throws IOException {
    Result result =
        file.run("a.csv", "\n".repeat(lines) + HEADER + "d;c;1;A\r\nd;c;1;B\r", BatchFile::accept);
    assertThat(names(result)).containsExactly("A", "B");
  }

  @Test
  void reads_only_utf_8_when_the_operator_says_so() throws IOException {
    encoding(InputEncoding.UTF_8);
    byte[] content = ("\uFEFF" + HEADER + "d;c;1;A\n").getBytes(StandardCharsets.UTF_16LE);

    assertThat(file.run("a.csv", content, BatchFile::accept).requests()).isEmpty();
    assertThat(reason("a.csv")).contains("byte order mark of UTF-16LE");
    assertThat(names(file.run("b.csv", HEADER + "d;c;1;\u00f6\n", BatchFile::accept)))
        .containsExactly("\u00f6");
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.of("a", "\u00e9", "\u20ac", "\uD83D\uDE00", "\r\n")
        .list()
        .ofMaxSize(40)
        .map(pieces -> String.join("", pieces));
  }

  @Property(tries = 100)
  void utf_16_comes_out_as_utf_8_across_all_buffers(@ForAll("texts") String text)
      throws IOException {
    // Moves the text over the end of a buffer, at odd places as well.
    String all = "x".repeat(8_180) + text + "y".repeat(8_180) + text;
    for (Charset charset : List.of(StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE)) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      try (Transcoded in =
          new Transcoded(new ByteArrayInputStream(all.getBytes(charset)), charset, 2)) {
        byte[] piece = new byte[777];
        for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
          out.write(piece, 0, n);
        }
      }
      assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(all);
    }
  }

  @Property(tries = 500)
  void utf_8_is_found_out_as_the_jdk_does(@ForAll byte[] bytes) {
    String decoded = new String(bytes, StandardCharsets.UTF_8);
    // A text that comes back byte by byte had no byte that had to be replaced.
    boolean good =
        Arrays.equals(decoded.getBytes(StandardCharsets.UTF_8), bytes) && decoded.indexOf(0) < 0;
    Transcoded text = new Transcoded(new ByteArrayInputStream(bytes), StandardCharsets.UTF_8, 0);
    if (good) {
      assertThat(text).hasBinaryContent(bytes);
    } else {
      assertThatThrownBy(text::readAllBytes).isInstanceOf(BadContentException.class);
    }
  }

  @Test
  void counts_the_place_of_a_bad_byte_from_the_file_start() {
    byte[] content = "ab\0".getBytes(StandardCharsets.UTF_16BE);
    assertThatThrownBy(
            () ->
                new Transcoded(new ByteArrayInputStream(content), StandardCharsets.UTF_16BE, 2)
                    .readAllBytes())
        .isInstanceOf(BadContentException.class)
        .hasMessageContaining("byte 7");
  }
}
