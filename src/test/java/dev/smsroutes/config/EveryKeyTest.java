package dev.smsroutes.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.main.MainConfigurationProperties;
import org.junit.jupiter.api.Test;

/** The keys of application.properties, one by one. */
class EveryKeyTest {
  private static final Pattern IN_ROUTES = Pattern.compile("(?:\\{\\{|#property:)(sms[.][a-z.-]+)");
  private static final String OF_CAMEL = "camel.main.";

  /** Any text will do for these, also none. */
  private static final Set<String> FREE_TEXTS =
      Set.of(
          "sms.http.host",
          "sms.http.jwt.scope",
          "sms.management.host",
          "sms.jms.host",
          "sms.jms.invalid-queue",
          "sms.jms.dead-letter-queue",
          "sms.jms.reply-queues");

  /** A value for each key that can be wrong, and the beginning of what is said of it. */
  private static final Map<String, String> WRONG =
      Map.ofEntries(
          Map.entry("sms.health.queue-stuck-after", "soon"),
          Map.entry("sms.health.inbox-untouched-after", "a while"),
          Map.entry("sms.health.oldest-open-after", "-1h"),
          Map.entry("sms.health.min-disk-free-bytes", "1 GB"),
          Map.entry("sms.health.look-interval", "0"),
          Map.entry("sms.policy.countries", "DE,Austria"),
          Map.entry("sms.policy.premium-numbers", "no"),
          Map.entry("sms.policy.number-rate", "101/1h"),
          Map.entry("sms.policy.number-rate-action", "maybe"),
          Map.entry("sms.policy.same-text-window", "0s"),
          Map.entry("sms.policy.same-text-action", "maybe"),
          Map.entry("sms.file.caller", "sh$op"),
          Map.entry("sms.log.format", "xml"),
          Map.entry("sms.traces.otlp.endpoint", "collector:4318"),
          Map.entry("sms.traces.sampling-ratio", "1.01"),
          Map.entry("sms.api.url", "ftp://host"),
          Map.entry("sms.api.auth-url", "http://auth.example.com"),
          Map.entry("sms.api.allow-plain-http", "maybe"),
          Map.entry("sms.api.connect-timeout", "0s"),
          Map.entry("sms.api.response-timeout", "soon"),
          Map.entry("sms.api.retry-delay", "-1s"),
          Map.entry("sms.api.status-check", "1"),
          Map.entry("sms.api.max-concurrency", "-1"),
          Map.entry("sms.api.max-rate", "0.0001"),
          Map.entry("sms.api.slow-after", "0"),
          Map.entry("sms.api.probe-interval", "0s"),
          Map.entry("sms.api.longest-pause", "400d"),
          Map.entry("sms.message.max-parts", "256"),
          Map.entry("sms.definitions.source", "database"),
          Map.entry("sms.definitions.directory", ""),
          Map.entry("sms.send-window", "8-20"),
          Map.entry("sms.send-window-zone", "Mars"),
          Map.entry("sms.ledger.url", "jdbc:h2:mem"),
          Map.entry("sms.ledger.retention", "71h"),
          Map.entry("sms.ledger.open-retention", "1h"),
          Map.entry("sms.ledger.keep-personal-data", "no"),
          Map.entry("sms.http.port", "65536"),
          Map.entry("sms.http.public-url", "sms.example.com"),
          Map.entry("sms.http.allowed-hosts", "https://sms.example.com"),
          Map.entry("sms.http.max-keyed-body-bytes", "0"),
          Map.entry("sms.http.max-body-bytes", "4GB"),
          Map.entry("sms.http.max-bytes-in-flight", "-1"),
          Map.entry("sms.http.max-connections", "0"),
          Map.entry("sms.http.header-timeout", "0"),
          Map.entry("sms.http.idle-timeout", "never"),
          Map.entry("sms.http.max-header-bytes", "1023"),
          Map.entry("sms.http.max-attributes", "0"),
          Map.entry("sms.http.max-attribute-name-length", "0"),
          Map.entry("sms.http.max-attribute-length", "0"),
          Map.entry("sms.http.mode", "later"),
          Map.entry("sms.http.deadline", "0"),
          Map.entry("sms.http.max-in-flight", "100001"),
          Map.entry("sms.http.body-timeout", "1.5s"),
          Map.entry("sms.http.max-recipients", "0"),
          Map.entry("sms.http.recipients-concurrency", "1001"),
          Map.entry("sms.http.authentication", "password"),
          Map.entry("sms.http.token-lifetime", "0"),
          Map.entry("sms.http.token-key-file", ""),
          Map.entry("sms.http.jwt.algorithms", "RS256,HS256"),
          Map.entry("sms.http.jwt.jwks", "http://login.example.com/keys"),
          Map.entry("sms.management.authentication", "passthrough"),
          Map.entry("sms.file.enabled", "on"),
          Map.entry("sms.file.inbox", ""),
          Map.entry("sms.file.done", ""),
          Map.entry("sms.file.results-format", "xls"),
          Map.entry("sms.file.files-at-once", "101"),
          Map.entry("sms.file.concurrency", "0"),
          Map.entry("sms.file.max-attempts", "0"),
          Map.entry("sms.file.row-timeout", "long"),
          Map.entry("sms.file.send-window", "08:00-08:00"),
          Map.entry("sms.file.max-line-bytes", "0"),
          Map.entry("sms.file.max-bytes", "0"),
          Map.entry("sms.file.max-rows", "0"),
          Map.entry("sms.file.max-expanded-bytes", "0"),
          Map.entry("sms.file.max-expansion-ratio", "1033"),
          Map.entry("sms.file.encoding", "latin1"),
          Map.entry("sms.batch.recipients-per-call", "501"),
          Map.entry("sms.file.poll-delay", "x"),
          Map.entry("sms.file.min-age", "x"),
          Map.entry("sms.file.retry-delay", "x"),
          Map.entry("sms.file.done-retention", "30 days"),
          Map.entry("sms.file.results-retention", "x"),
          Map.entry("sms.file.failed-retention", "-1"),
          Map.entry("sms.jms.invalid-retention", "x"),
          Map.entry("sms.jms.dead-retention", "x"),
          Map.entry("sms.sftp.max-bytes", "0"),
          Map.entry("sms.jms.enabled", "yes"),
          Map.entry("sms.jms.port", "-1"),
          Map.entry("sms.jms.authentication", "password"),
          Map.entry("sms.jms.protocols", "AMQP,HTTP"),
          Map.entry("sms.jms.max-connections", "0"),
          Map.entry("sms.jms.login-timeout", "0s"),
          Map.entry("sms.jms.directory", ""),
          Map.entry("sms.jms.concurrency", "0"),
          Map.entry("sms.jms.max-body-bytes", "4194305"),
          Map.entry("sms.jms.redelivery-delay", "0"),
          Map.entry("sms.jms.redelivery-multiplier", "NaN"),
          Map.entry("sms.jms.max-redelivery-delay", "x"),
          Map.entry("sms.jms.max-attempts", "0"),
          Map.entry("sms.jms.max-queue-bytes", "many"),
          Map.entry("sms.jms.reply-to-temporary", "yes"),
          Map.entry("sms.jms.reply-time-to-live", "x"),
          Map.entry("sms.sandbox.enabled", "yes"),
          Map.entry("sms.sandbox.port", "x"),
          Map.entry("sms.management.enabled", "yes"),
          Map.entry("sms.management.port", "x"),
          Map.entry("sms.management.allowed-hosts", "prometheus:8081"),
          Map.entry("camel.main.shutdownTimeout", "0"));

  private final Properties defaults = Configuration.defaults();

  @Test
  void the_file_has_exactly_the_keys_that_are_read() throws IOException {
    Set<String> read = new HashSet<>();
    read(
        key -> {
          read.add(key);
          return Optional.ofNullable(defaults.getProperty(key));
        });
    read.addAll(namedByRoutes());
    read.addAll(keysOfCamelMain());

    assertThat(defaults.stringPropertyNames()).containsExactlyInAnyOrderElementsOf(read);
  }

  @Test
  void no_default_is_in_any_other_place() throws IOException {
    Set<String> expected = new TreeSet<>(defaults.stringPropertyNames());
    expected.removeIf(key -> defaults.getProperty(key).isEmpty());
    expected.removeAll(FREE_TEXTS);
    expected.removeIf(key -> key.startsWith("sms.sftp.") && !key.endsWith("max-bytes"));
    expected.removeAll(keysOfCamelMain());
    expected.add("camel.main.shutdownTimeout");

    assertThat(keysToldOf(key -> Optional.empty())).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void reports_all_faults_at_once_and_each_once() {
    assertThat(keysToldOf(key -> Optional.ofNullable(WRONG.get(key)).or(() -> usual(key))))
        .containsExactlyInAnyOrderElementsOf(WRONG.keySet());
  }

  @Test
  void reports_conflicting_keys_with_all_other_faults() {
    Map<String, String> together =
        Map.of(
            "sms.jms.user", "shop",
            "sms.jms.queue", "sms.send.dead",
            "sms.jms.max-redelivery-delay", "1ms",
            "sms.jms.max-queue-bytes", "0",
            "sms.file.done", "data/inbox",
            "sms.ledger.open-retention", "100h",
            "sms.http.port", "x");

    assertThatThrownBy(
            () -> read(key -> Optional.ofNullable(together.get(key)).or(() -> usual(key))))
        .hasMessageContaining("sms.jms.user and sms.jms.password: expected both or neither")
        .hasMessageContaining("sms.jms.dead-letter-queue: expected three names")
        .hasMessageContaining("sms.jms.max-redelivery-delay: expected at least")
        .hasMessageContaining(
            "sms.jms.max-queue-bytes: expected a whole number of at least 1; got '0'")
        .hasMessageContaining("Expected four different folders")
        .hasMessageContaining("sms.ledger.open-retention: expected at least sms.ledger.retention")
        .hasMessageContaining("sms.http.port: expected a whole number from 0 to 65535; got 'x'");
  }

  private Optional<String> usual(String key) {
    return Optional.ofNullable(defaults.getProperty(key));
  }

  private static Configuration read(Function<String, Optional<String>> source) {
    return Configuration.read(
        new Settings(source), Configuration.Purpose.COMMAND, policy -> policy);
  }

  /** The keys that the message names, with which each of its lines begins. */
  private static List<String> keysToldOf(Function<String, Optional<String>> source) {
    return catchThrowable(() -> read(source))
        .getMessage()
        .lines()
        .map(line -> line.replaceFirst("[,:].*", ""))
        .toList();
  }

  private static Set<String> namedByRoutes() throws IOException {
    try (Stream<Path> routes = Files.walk(Path.of("routes"))) {
      Set<String> named = new HashSet<>();
      for (Path file : routes.filter(Files::isRegularFile).toList()) {
        IN_ROUTES
            .matcher(Files.readString(file))
            .results()
            .map(match -> match.group(1))
            .forEach(named::add);
      }
      return named;
    }
  }

  /** Those of the file that Camel has an option for. */
  private Set<String> keysOfCamelMain() {
    Set<String> options =
        Arrays.stream(MainConfigurationProperties.class.getMethods())
            .map(method -> method.getName())
            .filter(name -> name.startsWith("set"))
            .map(name -> OF_CAMEL + name.substring(3, 4).toLowerCase() + name.substring(4))
            .collect(Collectors.toSet());
    options.retainAll(defaults.stringPropertyNames());
    return options;
  }
}
