package dev.smsroutes.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What people order for a file in the inbox. */
class FileControlTest {
  @TempDir private Path home;
  private Path inbox;

  @BeforeEach
  void makeFolders() throws IOException {
    inbox = Files.createDirectory(home.resolve("inbox"));
    Files.createDirectory(home.resolve("done"));
  }

  private Said order(String command, String name) {
    List<String> arguments = new ArrayList<>(List.of(command, name));
    for (String folder : List.of("inbox", "results", "done", "failed")) {
      arguments.add("--set");
      arguments.add("sms.file." + folder + "=" + home.resolve(folder));
    }
    return Said.by(arguments.toArray(String[]::new));
  }

  @Test
  void pauses_resumes_and_cancels_by_files_next_to_it() throws IOException {
    Files.createFile(inbox.resolve("my orders.csv"));

    Said paused = order("pause", "my orders.csv");
    assertThat(paused.err()).isEmpty();
    assertThat(paused.out()).startsWith("my orders.csv: paused");
    assertThat(paused.exit()).isZero();
    assertThat(inbox.resolve(".my orders.csv.sms-paused")).exists();
    assertThat(order("pause", "my orders.csv").out()).contains("was paused before");

    assertThat(order("resume", "my orders.csv").out()).isEqualTo("my orders.csv: goes on\n");
    assertThat(inbox.toFile().list()).containsExactly("my orders.csv");

    assertThat(order("cancel", "my orders.csv").exit()).isZero();
    assertThat(inbox.resolve(".my orders.csv.sms-cancelled")).exists();
    assertThat(order("cancel", "my orders.csv").out()).contains("was cancelled before");
    Said tooLate = order("resume", "my orders.csv");
    assertThat(tooLate.err()).isEqualTo("my orders.csv is cancelled, and cannot be resumed\n");
    assertThat(tooLate.exit()).isEqualTo(1);
  }

  @Test
  void says_why_an_order_cannot_be_carried_out() throws IOException {
    Files.createFile(inbox.resolve("a.csv"));
    Files.createFile(home.resolve("done/old.csv"));

    assertThat(order("resume", "a.csv").err()).isEqualTo("a.csv is not paused\n");
    assertThat(order("pause", "old.csv").err()).isEqualTo("old.csv has ended already\n");
    Said unknown = order("cancel", "non\ne.csv");
    assertThat(unknown.err())
        .isEqualTo("No file with this name in " + inbox.toAbsolutePath() + ": non?e.csv\n");
    assertThat(unknown.exit()).isEqualTo(1);
    assertThat(inbox.toFile().list()).containsExactly("a.csv");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".a.csv", "..", "data/inbox/a.csv", "../done/a.csv", "a\\b.csv"})
  void refuses_what_is_no_name_of_a_file(String name) {
    Said said = order("pause", name);

    assertThat(said.exit()).isEqualTo(2);
    assertThat(said.err()).startsWith("pause: expected the name of a file, without a folder; ");
    assertThat(home.toFile().list()).containsExactlyInAnyOrder("inbox", "done");
  }

  @Test
  void refuses_settings_that_cannot_work() {
    Said said = Said.by("pause", "a.csv", "--set", "sms.file.done=data/inbox");

    assertThat(said.exit()).isEqualTo(2);
    assertThat(said.err()).contains("Expected four different folders");
  }
}
