package dev.smsroutes.batch.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A file may have been replaced since the intake looked at it. */
@Timeout(30)
class SourceFileIT {
  @TempDir private Path folder;

  @Test
  void opens_a_regular_file() throws IOException {
    Path file = Files.writeString(folder.resolve("a.csv"), "abc");
    try (FileChannel channel = SourceFile.open(file, false)) {
      assertThat(channel.size()).isEqualTo(3);
    }
  }

  @Test
  void follows_a_link_only_where_the_rules_allow_it() throws IOException {
    Path file = Files.writeString(folder.resolve("a.csv"), "abc");
    Path link = Files.createSymbolicLink(folder.resolve("link.csv"), file);

    assertThatThrownBy(() -> SourceFile.open(link, false)).isInstanceOf(IOException.class);
    try (FileChannel channel = SourceFile.open(link, true)) {
      assertThat(channel.size()).isEqualTo(3);
    }
  }

  @Test
  void never_opens_a_pipe_which_would_wait_for_its_writer() throws Exception {
    Path pipe = folder.resolve("pipe.csv");
    Process made = new ProcessBuilder("mkfifo", pipe.toString()).start();
    assumeThat(made.waitFor(10, TimeUnit.SECONDS) && made.exitValue() == 0).isTrue();
    Path link = Files.createSymbolicLink(folder.resolve("link.csv"), pipe);

    for (boolean links : new boolean[] {false, true}) {
      assertThatThrownBy(() -> SourceFile.open(pipe, links)).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> SourceFile.open(link, links)).isInstanceOf(IOException.class);
    }
    assertThatThrownBy(() -> SourceFile.open(folder, false)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> SourceFile.open(folder.resolve("none.csv"), false))
        .isInstanceOf(NoSuchFileException.class);
  }
}
