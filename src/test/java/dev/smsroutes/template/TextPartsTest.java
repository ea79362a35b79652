package dev.smsroutes.template;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextPartsTest {
  private static final String EMOJI = "😀";

  @ParameterizedTest
  @CsvSource({
    // repeated, times, encoding, units, parts
    "a, 0, GSM, 0, 1",
    "a, 1, GSM, 1, 1",
    "a, 160, GSM, 160, 1",
    "a, 161, GSM, 161, 2",
    "a, 306, GSM, 306, 2",
    "a, 307, GSM, 307, 3",
    "a, 1530, GSM, 1530, 10",
    "a, 1531, GSM, 1531, 11",
    "€, 80, GSM, 160, 1",
    // 76 pairs fill 152 of 153 septets, the next one does not fit
    "€, 81, GSM, 162, 2",
    "€, 152, GSM, 304, 2",
    "€, 153, GSM, 306, 3",
    "ç, 70, UCS2, 70, 1",
    "ç, 71, UCS2, 71, 2",
    "ç, 134, UCS2, 134, 2",
    "ç, 135, UCS2, 135, 3",
    "😀, 35, UCS2, 70, 1",
    // 33 pairs fill 66 of 67 units
    "😀, 36, UCS2, 72, 2",
    "😀, 66, UCS2, 132, 2",
    "😀, 67, UCS2, 134, 3",
  })
  void counts_units_and_parts(String piece, int times, Encoding encoding, int units, int parts) {
    TextParts counted = TextParts.count(piece.repeat(times));

    assertThat(counted.encoding()).isEqualTo(encoding);
    assertThat(counted.units()).isEqualTo(units);
    assertThat(counted.parts()).isEqualTo(parts);
  }

  @Test
  void never_splits_an_extension_character() {
    // 152 + the escape would fill the first part with half a character.
    assertThat(TextParts.count("a".repeat(152) + "€" + "a".repeat(151)).parts()).isEqualTo(2);
    assertThat(TextParts.count("a".repeat(152) + "€" + "a".repeat(152)).parts()).isEqualTo(3);
    assertThat(TextParts.count("a".repeat(151) + "€" + "a".repeat(153)).parts()).isEqualTo(2);
  }

  @Test
  void never_splits_a_surrogate_pair() {
    assertThat(TextParts.count("ç".repeat(66) + EMOJI + "ç".repeat(65)).parts()).isEqualTo(2);
    assertThat(TextParts.count("ç".repeat(66) + EMOJI + "ç".repeat(66)).parts()).isEqualTo(3);
  }

  @Test
  void knows_the_default_alphabet_of_ts_23_038() {
    assertThat(Gsm0338.DEFAULT).hasSize(128).doesNotHaveDuplicates();
    for (int septet = 0; septet < 128; septet++) {
      if (septet != Gsm0338.ESCAPE) {
        int codePoint = Gsm0338.DEFAULT.get(septet);
        assertThat(TextParts.count(Character.toString(codePoint)))
            .as("U+%04X", codePoint)
            .isEqualTo(new TextParts(Encoding.GSM, 1, 1, Optional.empty()));
      }
    }
  }

  @Test
  void knows_the_extension_table_of_ts_23_038() {
    assertThat(Gsm0338.EXTENSION).hasSize(10);
    for (int codePoint : Gsm0338.EXTENSION) {
      assertThat(TextParts.count(Character.toString(codePoint)))
          .as("U+%04X", codePoint)
          .isEqualTo(new TextParts(Encoding.GSM, 2, 1, Optional.empty()));
    }
  }

  @Test
  void takes_no_other_character_for_gsm() {
    for (int codePoint = 0; codePoint <= Character.MAX_CODE_POINT; codePoint++) {
      boolean gsm =
          (Gsm0338.DEFAULT.contains(codePoint) && codePoint != Gsm0338.NOT_A_CHARACTER)
              || Gsm0338.EXTENSION.contains(codePoint);
      Encoding encoding = TextParts.count(Character.toString(codePoint)).encoding();
      if (encoding != (gsm ? Encoding.GSM : Encoding.UCS2)) {
        assertThat(encoding).as("U+%04X", codePoint).isEqualTo(gsm ? Encoding.GSM : Encoding.UCS2);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"é, GSM", "ñ, GSM", "ü, GSM", "à, GSM", "Ç, GSM"})
  void takes_the_gsm_letters_of_the_contract(String letter, Encoding encoding) {
    assertThat(TextParts.count(letter).encoding()).isEqualTo(encoding);
  }

  @ParameterizedTest
  @CsvSource({"ç, UCS2", "á, UCS2", "í, UCS2", "ó, UCS2", "ú, UCS2"})
  void takes_no_other_letters_of_the_contract(String letter, Encoding encoding) {
    assertThat(TextParts.count(letter).encoding()).isEqualTo(encoding);
  }

  @Test
  void names_the_first_character_that_forced_ucs2() {
    TextParts parts = TextParts.count(" garçon…");

    assertThat(parts.firstNonGsm()).contains(new NonGsm('ç', 5));
    assertThat(parts.firstNonGsm().orElseThrow()).hasToString("'ç' (U+00E7) at character 5");
    assertThat(TextParts.count("a😀ç").firstNonGsm().orElseThrow())
        .hasToString("'😀' (U+1F600) at character 2");
  }

  @ParameterizedTest
  @CsvSource({
    "'a\t', U+0009 at character 2",
    "'\u202Eabc', U+202E at character 1",
    "'a\u0301', U+0301 at character 2",
    "'a\u00A0b', U+00A0 at character 2",
    "'\uFEFFa', U+FEFF at character 1",
  })
  void does_not_print_invisible_or_disturbing_characters(String text, String shown) {
    assertThat(TextParts.count(text).firstNonGsm().orElseThrow()).hasToString(shown);
  }

  @Test
  void counts_lone_surrogates_as_ucs2_units() {
    TextParts high = TextParts.count("ab\uD83D");
    TextParts swapped = TextParts.count("\uDE00\uD83D");

    assertThat(high.encoding()).isEqualTo(Encoding.UCS2);
    assertThat(high.units()).isEqualTo(3);
    assertThat(high.firstNonGsm().orElseThrow()).hasToString("U+D83D at character 3");
    assertThat(swapped.units()).isEqualTo(2);
  }
}
