package dev.smsroutes.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.testing.RunningBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an operator reads if the disk is not as the settings say: the setting, and why. */
@Timeout(60)
class CannotStartIT {
  @TempDir private static Path home;

  @BeforeAll
  static void makeAFile() throws IOException {
    Files.writeString(home.resolve("FILE"), "no folder");
  }

  /** HOME is a folder that has one file, FILE. */
  @ParameterizedTest(name = "{0}={1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          camel.main.routesIncludePattern | file:HOME/none/*.camel.yaml | expected a folder with route files that can be read; got 'HOME/none': there is no such folder
          camel.main.routesIncludePattern | file:HOME/FILE/**/*.yaml    | expected a folder with route files that can be read; got 'HOME/FILE': it is no folder
          sms.definitions.directory       | HOME/none                   | there is no such folder
          sms.file.inbox                  | HOME/FILE                   | expected a folder that can be made and read; got 'HOME/FILE': a file of this name is there already
          sms.file.results                | HOME/FILE/results           | expected a folder that can be made and read; got 'HOME/FILE
          sms.file.done                   | HOME/FILE                   | expected a folder that can be made and read; got 'HOME/FILE'
          sms.file.failed                 | HOME/FILE                   | expected a folder that can be made and read; got 'HOME/FILE'
          sms.jms.directory               | HOME/FILE                   | expected a folder that can be made and written; got 'HOME/FILE': a file of this name is there already
          sms.ledger.url                  | jdbc:sqlite:HOME/FILE/l.db  | expected a writable file; got 'HOME/FILE
          sms.http.token-key-file         | HOME/FILE/token.key         | expected a file that can be read or made; got 'HOME/FILE': a file of this name is there already
          sms.api.client-secret-file      | HOME/none                   | expected a file with a secret in one line; got HOME/none: there is no such file
          """)
  void serve_names_the_setting_and_what_is_there(String key, String value, String words) {
    Said said = Said.by(serve(key, inHome(value)));

    assertThat(said.exit()).isIn(ExitCode.FAILED, ExitCode.MISCONFIGURED);
    assertThat(said.err()).startsWith("sms-routes cannot start:").contains(key, inHome(words));
    assertThat(said.err().lines().filter(line -> line.contains(key))).hasSize(1);
    assertThat(said.err()).doesNotContain("Exception");
  }

  @Test
  void send_names_it_too() throws IOException {
    Path file = Files.writeString(home.resolve("a.ndjson"), "{}\n");

    Said said =
        Said.by(
            "send",
            "--set=camel.main.routesIncludePattern=file:" + home.resolve("none") + "/*.camel.yaml",
            "--set=sms.ledger.url=jdbc:sqlite:" + home.resolve("ledger.db"),
            file.toString());

    assertThat(said.exit()).isEqualTo(ExitCode.MISCONFIGURED);
    assertThat(said.err())
        .startsWith("sms-routes cannot send: camel.main.routesIncludePattern: expected a folder")
        .hasLineCount(1);
  }

  @Test
  void key_names_it_too() {
    Said said = Said.by("key", "create", "--set=sms.http.keys-file=" + inHome("HOME/FILE/k"), "a");

    assertThat(said.exit()).isEqualTo(ExitCode.FAILED);
    assertThat(said.err())
        .startsWith("sms.http.keys-file: expected a file that can be made; got '" + home)
        .hasLineCount(1);
  }

  private static String inHome(String text) {
    return text.replace("HOME", home.toString());
  }

  private static String[] serve(String key, String value) {
    Map<String, String> settings = new LinkedHashMap<>(RunningBundle.overrides());
    settings.put("sms.file.enabled", "true");
    for (String folder : List.of("inbox", "results", "done", "failed")) {
      settings.put("sms.file." + folder, home.resolve(folder).toString());
    }
    settings.put("sms.jms.enabled", "true");
    settings.put("sms.jms.port", "0");
    settings.put("sms.jms.directory", home.resolve("broker").toString());
    settings.put("sms.http.authentication", "api-key");
    settings.put("sms.http.keys-file", home.resolve("keys.json").toString());
    settings.put("sms.http.token-key-file", home.resolve("token.key").toString());
    settings.put(key, value);
    List<String> all = new ArrayList<>(List.of("serve"));
    settings.forEach((each, set) -> all.add("--set=" + each + "=" + set));
    return all.toArray(String[]::new);
  }
}
