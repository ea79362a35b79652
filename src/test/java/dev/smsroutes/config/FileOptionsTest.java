package dev.smsroutes.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.smsroutes.batch.format.InputEncoding;
import dev.smsroutes.testing.TestLimits;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileOptionsTest {
  @Test
  void what_a_file_may_be_has_defaults() {
    assertThat(TestOptions.files(Map.of()).input()).isEqualTo(TestLimits.RULES);
  }

  @Test
  void an_encoding_is_named_in_any_case() {
    Map<String, String> values = Map.of("sms.file.encoding", " Windows-1252 ");

    assertThat(TestOptions.files(values).limits(false).input().encoding())
        .isEqualTo(InputEncoding.WINDOWS_1252);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "sms.file.encoding            | latin1 | one of auto, utf-8, windows-1252, utf-16le, utf-16be",
        "sms.file.encoding            | ''     | one of auto, utf-8, windows-1252, utf-16le, utf-16be",
        "sms.file.max-rows            | 0      | a whole number from 1 to 1000000000000",
        "sms.file.max-bytes           | 4GiB   | a whole number from 1 to 1125899906842624",
        "sms.file.max-expanded-bytes  | -1     | a whole number from 1 to 1125899906842624",
        "sms.file.max-expansion-ratio | 1033   | a whole number from 1 to 1032",
      })
  void a_value_that_makes_no_sense_is_reported_with_its_key(
      String key, String value, String expected) {
    assertThatThrownBy(() -> TestOptions.files(Map.of(key, value)))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessage(key + ": expected " + expected + "; got '" + value + "'");
  }
}
