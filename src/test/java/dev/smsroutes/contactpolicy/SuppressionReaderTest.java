package dev.smsroutes.contactpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.smsroutes.watch.BrokenFileException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SuppressionReaderTest {
  private static final String NUMBER = "4915112345678";

  private static SuppressionReader.SuppressionReading read(byte[] bytes) throws IOException {
    return SuppressionReader.read(new ByteArrayInputStream(bytes));
  }

  private static SuppressionReader.SuppressionReading read(String text) throws IOException {
    return read(text.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "4915112345678",
        "+4915112345678",
        "+49 151 12345678",
        "+49 (0) 151 / 123-456.78",
        "  +49 151 12345678\t",
        "+49\u00a0151\u00a012345678",
        "to:+49 151 12345678",
        "TO: 4915112345678",
        "+49 151 12345678 # asked on 3 May",
        "to: +49 151 12345678\t# asked on 3 May",
        "\uFEFF4915112345678",
        "first\n\uFEFF4915112345678",
        "\u202a+49 151 12345678\u202c",
        "# a remark\n\n   \n4915112345678",
        "4915112345678\r\n",
        "other\r4915112345678\r",
        "other\n4915112345678\nthird",
        "\"+4915112345678\"",
        "\"4915112345678\" # asked on 3 May",
        "'+4915112345678",
        "'+49 151 12345678'",
        "=\"4915112345678\"",
        "=\"+49 151 12345678\"",
        "\u201c+4915112345678\u201d",
        "\u00ab 4915112345678 \u00bb",
        "tel:+4915112345678",
        "TEL:+49-151-12345678",
        "\"tel:+4915112345678\"",
        "sms:+4915112345678",
        "to: tel:+4915112345678",
        "to:\"+4915112345678\"",
        "(+49) 151 12345678",
        "0049 151 12345678",
        "4915112345678.0",
        "49 151\u201312345678",
        "49\u2009151\u200912345678",
      })
  void knows_a_number_in_whatever_notation(String text) throws IOException {
    assertThat(read(text).list().hasNumber(NUMBER)).isTrue();
    assertThat(read(text).doubtful()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"contactKey:4915112345678", "CONTACTKEY: 4915112345678"})
  void reads_a_number_as_only_a_contact_key_if_marked(String text) throws IOException {
    SuppressionList list = read(text).list();

    assertThat(list.hasNumber(NUMBER)).isFalse();
    assertThat(list.hasContactKey(NUMBER)).isTrue();
  }

  @Test
  void reads_a_number_as_only_a_number_if_marked() throws IOException {
    SuppressionList list = read("to:4915112345678").list();

    assertThat(list.hasNumber(NUMBER)).isTrue();
    assertThat(list.hasContactKey(NUMBER)).isFalse();
    assertThat(list.contactKeys()).isZero();
  }

  @Test
  void reads_an_unmarked_number_as_a_contact_key_too() throws IOException {
    SuppressionList list = read("4915112345678").list();

    assertThat(list.hasNumber(NUMBER)).isTrue();
    assertThat(list.hasContactKey(NUMBER)).isTrue();
  }

  @Test
  void keeps_a_contact_key_exactly_as_it_is_written() throws IOException {
    SuppressionList list =
        read(" Ada@example.org \nzoë 😀\nkey # 2\ncontactKey: to:x\nA#B\ncontactKey:#5\n").list();

    assertThat(list.hasContactKey("Ada@example.org")).isTrue();
    assertThat(list.hasContactKey("ada@example.org")).isFalse();
    assertThat(list.hasContactKey("zoë 😀")).isTrue();
    assertThat(list.hasContactKey("key # 2")).isTrue();
    assertThat(list.hasContactKey("key")).isFalse();
    assertThat(list.hasContactKey("to:x")).isTrue();
    assertThat(list.hasContactKey("A#B")).isTrue();
    assertThat(list.hasContactKey("#5")).isTrue();
    assertThat(list.numbers()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "c1",
        " c1 ",
        "\u00a0c1\u00a0",
        "c1\u200b",
        "\u200bc1",
        "\ufeff\u00a0c1",
        "c\u00ad1",
        "\u202ac1\u202c",
        "contactKey:c1",
        "\u200bcontactKey:c1",
        "contact\u200bKey: c1",
        "\u00a0contactKey:\u00a0c1\u00a0",
        "contactKey:\u3000c1",
        "\"c1\"",
        "'c1'",
        "\" c1 \"",
        "\u00a0\"c1\"\u200b",
        "contactKey:\"c1\"",
        "\"contactKey: c1\"",
        "\u200b# a remark that nobody sees begin\nc1",
      })
  void knows_a_contact_key_in_whatever_wrapping(String text) throws IOException {
    SuppressionReader.SuppressionReading result = read(text);

    assertThat(result.list().hasContactKey("c1")).isTrue();
    assertThat(result.list().hasContactKey("C1")).isFalse();
    assertThat(result.doubtful()).isZero();
  }

  @Test
  void takes_a_line_in_quotes_as_it_is_written_too() throws IOException {
    SuppressionList list = read("\"c1\"\n\"Ada \"\"the first\"\"\"\n\"\n").list();

    assertThat(list.hasContactKey("\"c1\"")).isTrue();
    assertThat(list.hasContactKey("Ada \"the first\"")).isTrue();
    assertThat(list.hasContactKey("\"")).isTrue();
    assertThat(list.hasContactKey("'c1'")).isFalse();
    assertThat(list.hasContactKey("")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"contactKey:", "contactKey:\u00a0", "contactKey:\u200b", "contactKey:\"\""})
  void reports_a_line_without_a_contact_key(String line) throws IOException {
    SuppressionReader.SuppressionReading result = read(line + "\nBob");

    assertThat(result.doubtful()).isEqualTo(1);
    assertThat(result.list().hasContactKey("")).isFalse();
    assertThat(result.list().contactKeys()).isEqualTo(1);
  }

  /** Lines that a person takes for a number, but that suppress none. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "0151 12345678",
        "+49 151",
        "+49 151 12345678; opted out",
        "4915112345678,2026-05-03",
        "4.91511E+12",
        "+49 151 1234567/8",
        "0151 12345678 (2)",
        "4915112345678.5",
        "\"0151 12345678\"",
        "tel:0151-12345678",
        "+49 151 12345678 and +49 151 12345679",
        "tel +49 151 12345678",
        "customer 1234567",
        "\u202a0151 12345678\u202c",
        "٤٩١٥١١٢٣٤٥٦٧٨",
        "to:0151 12345678",
        "to: Ada",
        "to:",
        "contactKey:"
      })
  void reports_a_line_that_only_looks_like_a_number(String line) throws IOException {
    SuppressionReader.SuppressionReading result = read("Ada\n" + line + "\n" + line + "\nBob\n");

    assertThat(result.doubtful()).isEqualTo(2);
    assertThat(result.firstDoubtful()).isEqualTo(2);
    assertThat(result.list().numbers()).isZero();
    assertThat(result.list().hasContactKey("Bob")).isTrue();
  }

  @Test
  void an_empty_list_needs_a_comment() throws IOException {
    SuppressionReader.SuppressionReading result = read("# nobody");

    assertThat(result.lines()).isEqualTo(1);
    assertThat(result.list().hasNumber(NUMBER)).isFalse();
  }

  @Test
  void an_empty_file_is_no_list() {
    assertThatThrownBy(() -> read("")).hasMessageContaining("got an empty file");
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16", "UTF-16LE", "windows-1252"})
  void another_encoding_is_no_list(String charset) {
    byte[] bytes = "4915112345678\nZoë\n".getBytes(Charset.forName(charset));

    assertThatThrownBy(() -> read(bytes)).isInstanceOf(BrokenFileException.class);
  }

  @Test
  void refuses_an_endless_line_without_holding_it() {
    String longest = "k".repeat(SuppressionReader.MAX_LINE);

    assertThatThrownBy(() -> read("a\n" + longest + "k"))
        .isInstanceOf(BrokenFileException.class)
        .hasMessageContaining("got a longer one in line 2");
  }

  @Test
  void the_longest_line_is_one() throws IOException {
    String longest = "k".repeat(SuppressionReader.MAX_LINE);

    assertThat(read(longest + "\n").list().hasContactKey(longest)).isTrue();
  }

  @Test
  void says_nothing_of_what_is_in_a_broken_list() {
    assertThatThrownBy(() -> read("Ada\n4915112345678\u0000\n"))
        .hasMessageContaining("line 2")
        .hasMessageNotContaining("4915112345678");
  }
}
