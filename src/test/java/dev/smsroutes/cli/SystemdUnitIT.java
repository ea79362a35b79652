package dev.smsroutes.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The unit as systemd reads it, on machines that have systemd-analyze. */
class SystemdUnitIT {
  @TempDir private static Path folder;
  private static Path unit;

  @BeforeAll
  static void with_the_script_where_it_is_here() throws Exception {
    assumeThat(
            Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(each -> Files.isExecutable(Path.of(each, "systemd-analyze"))))
        .as("systemd-analyze on the PATH")
        .isTrue();
    // It wants a script that exists.
    Path home = Files.createDirectories(folder.resolve("home/bin")).getParent();
    Path script = Files.createFile(home.resolve("bin/sms-routes"));
    assertThat(script.toFile().setExecutable(true)).isTrue();
    unit =
        Files.writeString(
            folder.resolve("sms-routes.service"),
            Files.readString(SystemdUnitTest.FOLDER.resolve("sms-routes.service"))
                .replace("ExecStart=" + SystemdUnitTest.HOME, "ExecStart=" + home + "/"));
  }

  private static String analyze(String... arguments) throws Exception {
    ProcessBuilder command =
        new ProcessBuilder(
            Stream.concat(
                    Stream.of("systemd-analyze"),
                    Stream.concat(Stream.of(arguments), Stream.of(unit.toString())))
                .toList());
    Process process = command.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }

  @Test
  void systemd_has_nothing_to_say_about_it() throws Exception {
    List<String> said =
        analyze("verify", "--man=no", "--recursive-errors=no")
            .lines()
            .filter(line -> line.contains("sms-routes"))
            .toList();

    assertThat(said).isEmpty();
  }

  /** Tenths of its points, of which 10.0 is no protection at all. */
  @Test
  void is_hardened() throws Exception {
    analyze("security", "--offline=yes", "--threshold=20", "--no-pager");
  }
}
