package dev.smsroutes.batch.format;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileNamesTest {
  @ParameterizedTest
  @CsvSource({
    "Linux,      UTF-8,           false",
    "Linux,      ANSI_X3.4-1968,  true",
    "Linux,      ISO-8859-1,      true",
    "Linux,      ISO8859_15,      true",
    "Mac OS X,   UTF-8,           false",
    "Mac OS X,   US-ASCII,        true",
    "Windows 11, Cp1252,          false",
    "Linux,      '',              false",
  })
  void warns_where_names_are_not_in_utf_8(String system, String encoding, boolean warns) {
    assertThat(FileNames.trouble(system, encoding).isPresent()).isEqualTo(warns);
    assertThat(FileNames.trouble(system, encoding).orElse(encoding)).contains(encoding);
  }

  @Test
  void a_name_stays_within_one_line_of_the_log() {
    assertThat(FileNames.shown("a\nb\u0085c\u2028d\u202Ee\u001b[0m\"f.csv"))
        .isEqualTo("\"a?b?c?d?e?[0m?f.csv\"");
    assertThat(FileNames.shown("März 発注.csv")).isEqualTo("\"März 発注.csv\"");
  }
}
