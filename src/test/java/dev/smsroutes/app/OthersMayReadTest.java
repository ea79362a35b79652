package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.config.Configuration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The warning about folders that an earlier version or an operator left open. */
@DisabledOnOs(OS.WINDOWS)
class OthersMayReadTest {
  @TempDir private Path home;

  @Test
  void names_what_others_can_read_and_the_command_that_ends_it() throws IOException {
    folder("inbox", "rwxrws---".replace('s', 'x'));
    folder("results", "rwxr-xr-x");
    folder("broker", "rwxr-x---");
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));

    assertThat(OthersMayRead.warning(configuration()))
        .contains(
            "data=readable-by-others numbers and texts are in "
                + home.resolve("results")
                + ", "
                + home.resolve("broker")
                + "; to end it: chmod -R o-rwx "
                + home.resolve("results")
                + " && chmod -R go-rwx "
                + home.resolve("broker"));
  }

  @Test
  void is_silent_if_a_folder_above_keeps_others_out() throws IOException {
    folder("results", "rwxr-xr-x");
    folder("broker", "rwxr-xr-x");
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx------"));

    assertThat(OthersMayRead.warning(configuration())).isEmpty();
  }

  private void folder(String name, String permissions) throws IOException {
    Files.setPosixFilePermissions(
        Files.createDirectory(home.resolve(name)), PosixFilePermissions.fromString(permissions));
  }

  private Configuration configuration() {
    return Configuration.read(
        Map.of(
            "sms.file.inbox", home.resolve("inbox").toString(),
            "sms.file.results", home.resolve("results").toString(),
            "sms.file.done", home.resolve("done").toString(),
            "sms.file.failed", home.resolve("failed").toString(),
            "sms.jms.directory", home.resolve("broker").toString(),
            "sms.ledger.url", "jdbc:sqlite:" + home.resolve("ledger.db")));
  }
}
