package dev.smsroutes.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.smsroutes.broker.Protocol;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may connect to the embedded broker has to be said where it matters. */
class JmsChoiceTest {
  private static final String REAL = "https://api.example.com";
  private static final String STUB = "http://127.0.0.1:9999";

  private static Map<String, String> settings(String url, String changes) {
    Map<String, String> all = new HashMap<>();
    all.put("sms.api.url", url);
    all.put("sms.api.client-id", "x");
    all.put("sms.api.client-secret", "x");
    all.put("sms.http.port", "0");
    all.put("sms.http.authentication", "none");
    all.put("sms.sandbox.enabled", "true");
    all.put("sms.management.port", "0");
    for (String change : changes.isEmpty() ? new String[0] : changes.split(" ")) {
      String[] parts = change.split("=", 2);
      all.put("sms.jms." + parts[0], parts[1]);
    }
    return all;
  }

  private static void start(Map<String, String> settings) {
    Configuration.readToServe(settings, policy -> policy);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ''                                          | sms.jms.authentication: expected users, or none
          authentication=password                     | sms.jms.authentication: expected users or none
          authentication=none protocols=CORE          | sms.jms.protocols: expected CORE only with a login
          protocols=HTTP                              | sms.jms.protocols: expected AMQP, STOMP, CORE
          authentication=users host=0.0.0.0           | sms.jms.host: expected 127.0.0.1, or both TLS
          authentication=users tls.key-file=k         | sms.jms.tls.certificate-file: expected a file
          authentication=users tls.certificate-file=c | sms.jms.tls.key-file: expected a file
          authentication=none host=0.0.0.0 tls.key-file=k tls.certificate-file=c | sms.jms.host: expected
          """)
  void a_start_against_a_real_api_is_refused_with(String changes, String said) {
    assertThatThrownBy(() -> start(settings(REAL, changes)))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining(said);
  }

  @ParameterizedTest
  @CsvSource({
    "authentication=users",
    "authentication=none",
    "user=shop password=secret",
    "user=shop password=secret protocols=core",
    "authentication=users host=0.0.0.0 tls.key-file=k tls.certificate-file=c",
    "enabled=false",
    "broker-url=tcp://broker:61616"
  })
  void a_start_against_a_real_api_goes_on_with(String changes) {
    assertThatCode(() -> start(settings(REAL, changes))).doesNotThrowAnyException();
  }

  @Test
  void nothing_has_to_be_said_for_this_machine() {
    assertThatCode(() -> start(settings("", ""))).doesNotThrowAnyException();
    assertThatCode(() -> start(settings(STUB, ""))).doesNotThrowAnyException();
    assertThatThrownBy(() -> start(settings("", "host=0.0.0.0")))
        .hasMessageContaining("sms.jms.host: expected 127.0.0.1");
  }

  @Test
  void core_is_spoken_to_this_machine_only_unless_it_is_asked_for() {
    assertThat(Configuration.read(settings(REAL, "")).jms().port().protocols())
        .containsExactly(Protocol.AMQP, Protocol.STOMP);
    assertThat(Configuration.read(settings(STUB, "")).jms().port().protocols())
        .contains(Protocol.CORE);
  }
}
