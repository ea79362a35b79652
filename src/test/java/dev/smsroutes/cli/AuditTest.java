package dev.smsroutes.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that change something say so in the audit log. */
class AuditTest {
  @TempDir private Path folder;

  private final AuditLines audit = new AuditLines();

  @AfterEach
  void stop() {
    audit.close();
  }

  private Said key(String command, String id) {
    return Said.by("key", command, "--set=sms.http.keys-file=" + folder.resolve("keys.json"), id);
  }

  @Test
  void keys_that_are_made_rotated_and_revoked() {
    Said made = key("create", "shop");
    key("rotate", "shop");
    key("revoke", "shop");
    key("revoke", "other");

    assertThat(audit.said())
        .containsExactly(
            AuditLines.WHO + "what=key-create which=\"shop\" result=\"done\"",
            AuditLines.WHO + "what=key-rotate which=\"shop\" result=\"done\"",
            AuditLines.WHO + "what=key-revoke which=\"shop\" result=\"done\"",
            AuditLines.WHO + "what=key-revoke which=\"other\" result=\"failed\"");
    assertThat(made.out()).isNotEmpty();
    assertThat(audit.said()).noneMatch(line -> line.contains("secret"));
  }

  @Test
  void files_that_are_paused_resumed_and_cancelled() throws IOException {
    Files.writeString(Files.createDirectories(folder.resolve("inbox")).resolve("a.csv"), "x");
    for (String command : List.of("pause", "resume", "cancel")) {
      Said.by(command, "--set=sms.file.inbox=" + folder.resolve("inbox"), "a.csv");
    }

    assertThat(audit.said())
        .containsExactly(
            AuditLines.WHO + "what=pause which=\"a.csv\" result=\"done\"",
            AuditLines.WHO + "what=resume which=\"a.csv\" result=\"done\"",
            AuditLines.WHO + "what=cancel which=\"a.csv\" result=\"done\"");
  }

  @Test
  void nothing_of_commands_that_only_look_or_are_wrong() {
    Said.by("status", "--set=sms.file.inbox=" + folder.resolve("inbox"));
    key("create", "sh$op");

    assertThat(audit.said()).isEmpty();
  }
}
