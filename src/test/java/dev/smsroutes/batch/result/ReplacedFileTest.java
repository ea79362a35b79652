package dev.smsroutes.batch.result;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small files that are replaced again and again, in a folder where strangers may write too. */
class ReplacedFileTest {
  private static final byte[] NEWS = "news".getBytes(StandardCharsets.UTF_8);

  @TempDir private Path folder;

  @Test
  void never_writes_through_a_link_at_its_temporary_name() throws IOException {
    Path victim = Files.writeString(folder.resolve("victim"), "precious");
    Files.createSymbolicLink(folder.resolve(".a.csv.progress.json.sms-tmp"), victim);

    DurableFile.replace(folder.resolve("a.csv.progress.json"), NEWS);

    assertThat(victim).hasContent("precious");
    assertThat(folder.resolve("a.csv.progress.json")).hasContent("news").isRegularFile();
  }

  @Test
  void replaces_a_link_at_its_own_name() throws IOException {
    Path victim = Files.writeString(folder.resolve("victim"), "precious");
    Path file = Files.createSymbolicLink(folder.resolve("a.csv.progress.json"), victim);

    DurableFile.replace(file, NEWS);

    assertThat(victim).hasContent("precious");
    assertThat(file).hasContent("news").isRegularFile();
    assertThat(Files.isSymbolicLink(file)).isFalse();
  }
}
