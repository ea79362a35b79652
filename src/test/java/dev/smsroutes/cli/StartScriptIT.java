package dev.smsroutes.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** In which locale the script of the distribution starts Java: file names are read by it. */
@DisabledOnOs({OS.WINDOWS, OS.MAC})
class StartScriptIT {
  @TempDir private Path home;

  /** What the process finds: the locale that counts, and the one of messages. */
  @ParameterizedTest
  @CsvSource({
    // LC_ALL,      LC_CTYPE,  LANG,              counts,      messages
    "C,             '',        '',                C.UTF-8,     ''",
    "POSIX,         '',        C.UTF-8,           C.UTF-8,     C.UTF-8",
    "'',            '',        '',                C.UTF-8,     ''",
    "'',            '',        C,                 C.UTF-8,     C",
    "'',            C,         C.UTF-8,           C.UTF-8,     C.UTF-8",
    "'',            '',        de_DE.ISO-8859-1,  C.UTF-8,     de_DE.ISO-8859-1",
    "'',            '',        xx_XX.UTF-8,       C.UTF-8,     xx_XX.UTF-8",
    "C.UTF-8,       '',        '',                C.UTF-8,     ''",
    "C.utf8,        C,         '',                C.utf8,      ''",
    "'',            C.UTF-8,   C,                 C.UTF-8,     C",
    "'',            '',        C.utf8,            C.utf8,      C.utf8",
  })
  void sets_a_utf_8_locale_if_there_is_none(
      String all, String type, String language, String counts, String messages) throws Exception {
    Path bin = Files.createDirectories(home.resolve("dist/bin"));
    Path script = Files.copy(Path.of("src/main/dist/bin/sms-routes"), bin.resolve("sms-routes"));
    Path java = Files.createDirectories(home.resolve("jdk/bin")).resolve("java");
    Files.writeString(java, "#!/bin/sh\necho \"${LC_ALL:-${LC_CTYPE:-$LANG}} $LANG\"\n");
    assertThat(java.toFile().setExecutable(true)).isTrue();

    ProcessBuilder command = new ProcessBuilder("sh", script.toString());
    Map<String, String> environment = command.environment();
    Map.of("LC_ALL", all, "LC_CTYPE", type, "LANG", language)
        .forEach(
            (name, value) -> {
              environment.remove(name);
              if (!value.isEmpty()) {
                environment.put(name, value);
              }
            });
    environment.put("JAVA_HOME", home.resolve("jdk").toString());
    Process process = command.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(said.strip()).isEqualTo((counts + " " + messages).strip());
  }

  /** With a language that is not installed, Java takes ASCII unless LC_ALL has another locale. */
  @ParameterizedTest
  @CsvSource({"xx_XX.UTF-8, C.UTF-8", "C, ''"})
  void replaces_a_language_that_is_not_installed(String language, String all) throws Exception {
    Path bin = Files.createDirectories(home.resolve("dist/bin"));
    Path script = Files.copy(Path.of("src/main/dist/bin/sms-routes"), bin.resolve("sms-routes"));
    Path java = Files.createDirectories(home.resolve("jdk/bin")).resolve("java");
    Files.writeString(java, "#!/bin/sh\necho \"$LC_ALL\"\n");
    assertThat(java.toFile().setExecutable(true)).isTrue();

    ProcessBuilder process = new ProcessBuilder("sh", script.toString());
    process.environment().keySet().removeIf(name -> name.startsWith("LC_"));
    process.environment().put("LANG", language);
    process.environment().put("JAVA_HOME", home.resolve("jdk").toString());
    Process started = process.redirectErrorStream(true).start();
    String said = new String(started.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(started.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(said.strip()).isEqualTo(all);
  }

  /** The broker and Java make files of their own; an image may give a cache to another user. */
  @ParameterizedTest
  @CsvSource({"serve, 0077", "forget, 0077", "aot-cache, 0022"})
  void lets_nobody_else_read_what_java_writes(String command, String mask) throws Exception {
    Path bin = Files.createDirectories(home.resolve("dist/bin"));
    Path script = Files.copy(Path.of("src/main/dist/bin/sms-routes"), bin.resolve("sms-routes"));
    Files.writeString(
        Files.createDirectories(home.resolve("dist/lib")).resolve("sms-routes-1.jar"), "x");
    Path java = Files.createDirectories(home.resolve("jdk/bin")).resolve("java");
    Files.writeString(java, "#!/bin/sh\numask\n");
    assertThat(java.toFile().setExecutable(true)).isTrue();

    ProcessBuilder process =
        new ProcessBuilder(
            "sh", "-c", "umask 022; exec sh \"$0\" \"$1\"", script.toString(), command);
    process.environment().put("JAVA_HOME", home.resolve("jdk").toString());
    Process started = process.redirectErrorStream(true).start();
    String said = new String(started.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(started.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(said.strip()).isEqualTo(mask);
  }

  /** Each file system lists a folder in another order, and a cache fits one order of jars only. */
  @Test
  void names_the_jars_in_the_order_of_their_names() throws Exception {
    Path bin = Files.createDirectories(home.resolve("dist/bin"));
    Path script = Files.copy(Path.of("src/main/dist/bin/sms-routes"), bin.resolve("sms-routes"));
    Path lib = Files.createDirectories(home.resolve("dist/lib"));
    for (String jar : List.of("c.jar", "a.jar", "sms-routes-1.jar", "B.jar")) {
      Files.writeString(lib.resolve(jar), "x");
    }
    Path java = Files.createDirectories(home.resolve("jdk/bin")).resolve("java");
    Files.writeString(java, "#!/bin/sh\necho \"$@\"\n");
    assertThat(java.toFile().setExecutable(true)).isTrue();

    ProcessBuilder process = new ProcessBuilder("sh", script.toString(), "list");
    process.environment().put("JAVA_HOME", home.resolve("jdk").toString());
    Process started = process.redirectErrorStream(true).start();
    String said = new String(started.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(started.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(said).contains(" -cp lib/B.jar:lib/a.jar:lib/c.jar:lib/sms-routes-1.jar ");
  }
}
