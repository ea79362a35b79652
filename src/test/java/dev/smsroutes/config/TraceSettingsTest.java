package dev.smsroutes.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.smsroutes.trace.TraceOptions;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TraceSettingsTest {
  private static final String ENDPOINT = "sms.traces.otlp.endpoint";
  private static final String AUTHORIZATION = "sms.traces.otlp.authorization";
  private static final String RATIO = "sms.traces.sampling-ratio";

  private static Optional<TraceOptions> read(Map<String, String> changes) {
    Properties values = Configuration.defaults();
    values.putAll(changes);
    Settings settings = new Settings(key -> Optional.ofNullable(values.getProperty(key)));
    Optional<TraceOptions> options = TraceSettings.read(settings);
    settings.check();
    return options;
  }

  @Test
  void traces_are_off() {
    assertThat(read(Map.of())).isEmpty();
    assertThat(read(Map.of(RATIO, "0.5", AUTHORIZATION, "Bearer x"))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "http://127.0.0.1:4318, http://127.0.0.1:4318/v1/traces",
    "https://collector.example.com/, https://collector.example.com/v1/traces",
    "http://collector:4318/otlp, http://collector:4318/otlp/v1/traces",
    "http://collector:4318/v1/traces, http://collector:4318/v1/traces",
  })
  void the_path_of_spans_is_added_to_the_base_url(String written, URI endpoint) {
    assertThat(read(Map.of(ENDPOINT, written)).orElseThrow().endpoint()).isEqualTo(endpoint);
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "1, 1", "0.001, 0.001", "'', 1"})
  void the_ratio_is_from_0_to_1(String written, double ratio) {
    Map<String, String> changes =
        written.isEmpty()
            ? Map.of(ENDPOINT, "http://c:4318")
            : Map.of(ENDPOINT, "http://c:4318", RATIO, written);

    assertThat(read(changes).orElseThrow().samplingRatio()).isEqualTo(ratio);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        ENDPOINT + " | collector:4318 | expected a URL such as https://host; got 'collector:4318'",
        ENDPOINT + " | ftp://c | expected a URL such as https://host; got 'ftp://c'",
        ENDPOINT + " | http://u:secret@c:4318 | expected a URL without user, query and fragment",
        ENDPOINT + " | http://c d | expected a URL such as https://host; got 'http://c d'",
        RATIO + " | 1.01 | expected a number from 0 to 1; got '1.01'",
        RATIO + " | -0.1 | expected a number of at least 0.0; got '-0.1'",
        RATIO + " | half | expected a number of at least 0.0; got 'half'",
      })
  void a_value_that_makes_no_sense_is_reported_with_its_key(String key, String value, String said) {
    assertThatThrownBy(() -> read(Map.of(key, value)))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessage(key + ": " + said);
  }

  @ParameterizedTest
  @CsvSource({
    "https://collector.example.com, true",
    "http://127.0.0.1:4318, true",
    "http://localhost:4318, true",
    "http://collector.example.com:4318, false",
  })
  void a_secret_needs_https_or_this_machine(String endpoint, boolean allowed) {
    Map<String, String> changes = Map.of(ENDPOINT, endpoint, AUTHORIZATION, "Bearer x");

    if (allowed) {
      assertThat(read(changes).orElseThrow().authorization().orElseThrow().get())
          .isEqualTo("Bearer x");
    } else {
      assertThatThrownBy(() -> read(changes))
          .hasMessage(ENDPOINT + ": expected https, because " + AUTHORIZATION + " goes there");
    }
  }
}
