package dev.smsroutes.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Secrets in files, and what is said of one that cannot be used. */
class SecretsTest {
  private static final String KEY = "sms.api.client-secret";

  @TempDir private Path folder;

  private final Map<String, String> values = new HashMap<>();
  private final Settings settings = new Settings(key -> Optional.ofNullable(values.get(key)));

  private Path file(String content) throws IOException {
    Path file = Files.writeString(folder.resolve("secret"), content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    values.put(KEY + "-file", file.toString());
    return file;
  }

  private String secret() {
    Optional<Supplier<String>> secret = settings.secret(KEY);
    settings.check();
    return secret.orElseThrow().get();
  }

  static Stream<Arguments> contents() {
    return Stream.of(
        arguments("word", "word"),
        arguments("word\n", "word"),
        arguments("word\r\n", "word"),
        arguments("word\n\n", "word"),
        arguments(" a word ", " a word "),
        arguments("{{word}}", "{{word}}"),
        arguments("wörd", "wörd"));
  }

  @ParameterizedTest
  @MethodSource("contents")
  void reads_a_secret_without_the_line_break_at_its_end(String content, String secret)
      throws IOException {
    file(content);

    assertThat(secret()).isEqualTo(secret);
    assertThat(settings.warnings()).isEmpty();
  }

  static Stream<Arguments> unusable() {
    return Stream.of(
        arguments("", "it is empty"),
        arguments(" \n", "it is empty"),
        arguments("canary\nof two lines", "several lines"),
        arguments("canary\u0000", "control characters"),
        arguments("canary".repeat(2_000), "more than 8192 bytes"));
  }

  @ParameterizedTest
  @MethodSource("unusable")
  void refuses_what_is_no_secret_and_does_not_show_it(String content, String why)
      throws IOException {
    file(content);

    assertThatThrownBy(this::secret)
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining(KEY + "-file: expected a file with a secret in one line")
        .hasMessageContaining(why)
        .hasMessageNotContaining("canary");
  }

  @Test
  void refuses_bytes_that_are_no_text() throws IOException {
    Files.write(file("x"), new byte[] {(byte) 0xff, 'c'});

    assertThatThrownBy(this::secret).hasMessageContaining("it is not UTF-8");
  }

  @ParameterizedTest
  @ValueSource(strings = {"missing", "."})
  void refuses_a_missing_file_and_a_folder(String name) {
    values.put(KEY + "-file", folder.resolve(name).toString());

    assertThatThrownBy(this::secret).hasMessageContaining(KEY + "-file: expected a file");
  }

  @Test
  void refuses_a_secret_that_is_written_twice() throws IOException {
    file("one-canary");
    values.put(KEY, "other-canary");

    assertThatThrownBy(this::secret)
        .hasMessageContaining("expected only one of " + KEY + " and " + KEY + "-file; got both")
        .hasMessageNotContaining("canary");
  }

  @Test
  void a_new_secret_counts_from_then_on_and_the_last_one_while_the_file_is_away()
      throws IOException {
    Path file = file("first");
    Supplier<String> secret = settings.secret(KEY).orElseThrow();
    assertThat(secret.get()).isEqualTo("first");

    Files.writeString(file, "later");
    assertThat(secret.get()).isEqualTo("later");
    Files.delete(file);
    assertThat(secret.get()).isEqualTo("later");
  }

  @Test
  void warns_of_a_file_that_all_users_may_read() throws IOException {
    Path file = file("word");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

    assertThat(secret()).isEqualTo("word");
    assertThat(settings.warnings())
        .singleElement()
        .asString()
        .startsWith(KEY + "-file: every user of this machine may read");
  }

  /** URLs of databases and brokers, and whether one of their hosts is another machine. */
  static Stream<Arguments> urls() {
    return Stream.of(
        arguments("jdbc:sqlite:data/ledger.db", false),
        arguments("jdbc:postgresql:sms", false),
        arguments("jdbc:postgresql:///sms", false),
        arguments("jdbc:postgresql://localhost/sms", false),
        arguments("jdbc:postgresql://127.0.0.1:5432/sms?user=x", false),
        arguments("jdbc:postgresql://[::1]:5432/sms", false),
        arguments("jdbc:postgresql://db/sms", true),
        arguments("jdbc:postgresql://localhost,db2:5432/sms", true),
        arguments("tcp://127.0.0.1:61616?x=y", false),
        arguments("(tcp://localhost:1,tcp://broker:2)?ha=true", true),
        arguments("vm://0", false));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("urls")
  void knows_which_urls_lead_to_another_machine(String url, boolean elsewhere) {
    assertThat(UrlHosts.isElsewhere(url)).isEqualTo(elsewhere);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @ValueSource(
      strings = {
        "ftp://user:canary@host",
        "https://user:canary@host",
        "https://user:ca nary@host",
        "https://host?token=canary",
        "api.example.com",
      })
  void shows_no_url_that_may_hold_a_secret(String url) {
    values.put("sms.api.url", url);
    settings.serviceUrl("sms.api.url", url, false);
    settings.hostUrl("sms.api.proxy-url", url);

    assertThatThrownBy(settings::check)
        .hasMessageContaining("sms.api.url: ")
        .hasMessageContaining("sms.api.proxy-url: ")
        .hasMessageNotContaining("canary")
        .hasMessageNotContaining("nary@");
  }
}
