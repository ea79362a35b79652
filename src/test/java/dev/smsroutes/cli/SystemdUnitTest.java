package dev.smsroutes.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.testing.Variables;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The systemd unit and the settings that go with it. */
class SystemdUnitTest {
  static final Path FOLDER = Path.of("deploy/systemd");
  static final String HOME = "/opt/sms-routes/";
  private static List<String> lines;

  @BeforeAll
  static void read() throws IOException {
    lines = Files.readAllLines(FOLDER.resolve("sms-routes.service"));
  }

  private static List<String> values(String key) {
    return lines.stream()
        .filter(line -> line.startsWith(key + "="))
        .map(line -> line.substring(key.length() + 1).replace("\"", ""))
        .toList();
  }

  @Test
  void starts_the_script_of_the_distribution() {
    assertThat(values("ExecStart")).containsExactly(HOME + "bin/sms-routes serve");
    assertThat(Path.of("src/main/dist/bin/sms-routes")).exists();
    assertThat(values("Documentation")).containsExactly("file://" + HOME + "docs/deployment.md");
    assertThat(Path.of("docs/deployment.md")).exists();
  }

  @Test
  void its_variables_are_settings_and_secrets_are_credentials() {
    Set<String> variables =
        values("Environment").stream()
            .map(pair -> pair.split("=", 2)[0])
            .filter(name -> !name.equals("JAVA_OPTS"))
            .collect(Collectors.toSet());
    Variables.assertSettings(variables);
    List<String> credentials =
        values("LoadCredential").stream().map(pair -> pair.split(":")[0]).toList();

    assertThat(values("Environment"))
        .contains("SMS_SANDBOX_ENABLED=false")
        .filteredOn(pair -> pair.contains("_FILE="))
        .extracting(pair -> pair.split("=%d/")[1])
        .containsExactlyElementsOf(credentials);
  }

  @Test
  void is_not_started_again_with_wrong_settings() {
    assertThat(values("Restart")).containsExactly("on-failure");
    assertThat(values("RestartPreventExitStatus"))
        .containsExactly(Integer.toString(ExitCode.MISCONFIGURED));
  }

  @Test
  void kills_only_after_an_orderly_stop_could_have_ended() throws IOException {
    Properties defaults = new Properties();
    try (var file = Files.newBufferedReader(Path.of("application.properties"))) {
      defaults.load(file);
    }

    assertThat(Integer.parseInt(values("TimeoutStopSec").get(0)))
        .isGreaterThan(Integer.parseInt(defaults.getProperty("camel.main.shutdownTimeout")));
  }

  @Test
  void only_its_state_can_be_written_and_only_by_its_user() {
    assertThat(values("ProtectSystem")).containsExactly("strict");
    assertThat(values("UMask")).containsExactly("0077");
    assertThat(values("StateDirectoryMode")).containsExactly("0700");
    assertThat(values("ReadWritePaths")).isEmpty();
  }

  @Test
  void the_settings_of_the_site_are_keys_that_exist() throws IOException {
    Properties site = new Properties();
    try (var file = Files.newBufferedReader(FOLDER.resolve("application.properties"))) {
      site.load(file);
    }

    Variables.assertSettings(
        site.stringPropertyNames().stream()
            .map(key -> key.toUpperCase().replaceAll("[.-]", "_"))
            .collect(Collectors.toSet()));
  }
}
