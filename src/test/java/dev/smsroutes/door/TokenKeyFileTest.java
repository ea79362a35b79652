package dev.smsroutes.door;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenKeyFileTest {
  @TempDir Path folder;

  @Test
  void all_nodes_that_start_together_agree() throws Exception {
    Path file = folder.resolve("data/token.key");
    ExecutorService nodes = Executors.newFixedThreadPool(16);
    try {
      Callable<byte[]> node = () -> TokenKeyFile.readOrMake(file);
      List<String> secrets =
          nodes.invokeAll(Collections.nCopies(16, node)).stream().map(this::result).toList();

      assertThat(secrets).hasSize(16).containsOnly(secrets.get(0));
    } finally {
      nodes.shutdownNow();
    }
    try (Stream<Path> files = Files.list(folder.resolve("data"))) {
      assertThat(files).containsExactly(file);
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  private String result(Future<byte[]> secret) {
    try {
      return Base64.getEncoder().encodeToString(secret.get());
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "c2hvcnQ=", "***"})
  void refuses_a_file_with_another_content(String content) throws IOException {
    Path file = Files.writeString(folder.resolve("token.key"), content);

    assertThatThrownBy(() -> TokenKeyFile.readOrMake(file))
        .hasMessageStartingWith("sms.http.token-key-file: expected 32 bytes in Base64");
  }
}
