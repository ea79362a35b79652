package dev.smsroutes.batch.format;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafeCellTest {
  /** What came | what is written; in both, \t \r \n and ~ (no-break space) stand for characters. */
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "=1+1|'=1+1",
        "+1+1|'+1+1",
        "-1+1|'-1+1",
        "@SUM(A1)|'@SUM(A1)",
        "=|'=",
        "+|'+",
        "＝1|'＝1",
        "＋49a|'＋49a",
        "  =1|'  =1",
        "~=1|'~=1",
        "\\t=1|'\\t'=1",
        "\\tx|'\\tx",
        "\\rx|'\\rx",
        "\\nx|'\\nx",
        "  \\tx|'  \\tx",
        "+49 170 1|'+49 170 1",
        "+49+1|'+49+1",
        "-1.5.1|'-1.5.1",
        "+٤٩|'+٤٩",
        "a;=1|a;'=1",
        "a,+x|a,'+x",
        "a\\n=1|a\\n'=1",
        "a; =1; b; @x|a;' =1; b;' @x",
      })
  void what_could_be_a_formula_gets_an_apostrophe(String came, String written) {
    assertThat(SafeCell.of(shown(came))).isEqualTo(shown(written));
  }

  private static String shown(String text) {
    return text.replace("\\t", "\t")
        .replace("\\r", "\r")
        .replace("\\n", "\n")
        .replace("~", "\u00A0");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        ";",
        "x",
        "+4917012345678",
        "  +4917012345678 ",
        "-5",
        "+1.5",
        "to; +49170",
        "a=1",
        "a - b",
        "Expected a number; got 'x'",
        "f-0123456789abcdef0123456789abcdef-1",
        "'=1",
        "1-1",
        "ada@example.com",
        "😀=1"
      })
  void all_else_stays_as_it_is(String text) {
    assertThat(SafeCell.of(text)).isEqualTo(text);
  }

  @Property(tries = 2_000)
  void adds_only_apostrophes_and_leaves_no_formula(
      @ForAll
          @StringLength(max = 12)
          @Chars({'=', '+', '-', '@', '\t', '\r', '\n', ' ', ';', ',', '\'', '1', '\u00A0', '＝'})
          @CharRange(from = 'a', to = 'c')
          String text) {
    String safe = SafeCell.of(text);

    assertThat(safe.replace("'", "")).isEqualTo(text.replace("'", ""));
    assertThat(safe.length() - text.length()).isBetween(0, text.length() + 1);
    for (String cell : safe.split("[,;|\t\r\n]", -1)) {
      String seen = cell.strip().replace("\u00A0", "").strip();
      assertThat(seen.matches("[=+@＝-].*") && !seen.matches("[+-]1+")).as(cell).isFalse();
    }
    assertThat(SafeCell.of(safe)).as("once is enough").isEqualTo(safe);
  }
}
