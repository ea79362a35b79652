package dev.smsroutes.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Files on the command line, typed somewhere else than where the distribution is. */
class TypedPathIT {
  @TempDir private Path home;

  @AfterEach
  void here() {
    System.clearProperty(TypedPath.FROM);
  }

  @Test
  void a_relative_path_begins_where_it_was_typed() throws IOException {
    Files.writeString(home.resolve("none.csv"), "a,b\n");
    String ledger = "--set=sms.ledger.url=jdbc:sqlite:" + home.resolve("ledger.db");

    assertThat(Said.by("check", ledger, "none.csv").err())
        .contains("expected a file; got a name without one");
    System.setProperty(TypedPath.FROM, home.toString());
    assertThat(Said.by("check", ledger, "none.csv").out()).contains("no header");
    assertThat(Said.by("check", ledger, home.resolve("none.csv").toString()).out())
        .contains("no header");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void the_start_script_passes_the_operators_folder() throws Exception {
    Path bin = Files.createDirectories(home.resolve("dist/bin"));
    Path script = Files.copy(Path.of("src/main/dist/bin/sms-routes"), bin.resolve("sms-routes"));
    Path java = Files.createDirectories(home.resolve("jdk/bin")).resolve("java");
    Files.writeString(java, "#!/bin/sh\nfor a in \"$@\"; do echo \"[$a]\"; done\n");
    assertThat(java.toFile().setExecutable(true)).isTrue();
    Path elsewhere = Files.createDirectories(home.resolve("some where"));

    ProcessBuilder command =
        new ProcessBuilder("sh", script.toString(), "check", "my orders.csv")
            .directory(elsewhere.toFile())
            .redirectErrorStream(true);
    command.environment().put("JAVA_HOME", home.resolve("jdk").toString());
    command.environment().put("JAVA_OPTS", "-Xmx256m");
    Process process = command.start();
    String said = new String(process.getInputStream().readAllBytes());

    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(said)
        .contains("[-D" + TypedPath.FROM + "=" + elsewhere.toRealPath() + "]")
        // A process without memory ends, unless the operator says otherwise after it.
        .containsSubsequence("[-XX:+ExitOnOutOfMemoryError]", "[-Xmx256m]")
        .endsWith("[dev.smsroutes.SmsRoutes]\n[check]\n[my orders.csv]\n");
  }
}
