package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The distribution as an operator gets it: unpacked somewhere else, with Java and nothing more. */
class DistributionIT {
  @TempDir private Path folder;

  @Test
  void runs_the_demo_from_where_it_was_unpacked() throws IOException, InterruptedException {
    Path home = unpack(distribution());
    assertThat(home.resolve("routes/http-intake.camel.yaml")).exists();
    assertThat(home.resolve("application.properties")).exists();
    assertThat(home.resolve("LICENSE")).exists();

    Path output = folder.resolve("output.txt");
    Process process =
        new ProcessBuilder("sh", home.resolve("bin/sms-routes").toString(), "demo")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();

    assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(output, StandardCharsets.UTF_8)).isZero();
  }

  private static Path distribution() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("target"))) {
      return files.filter(file -> file.toString().endsWith("-dist.zip")).findFirst().orElseThrow();
    }
  }

  private Path unpack(Path zip) throws IOException {
    try (InputStream in = Files.newInputStream(zip);
        ZipInputStream entries = new ZipInputStream(in)) {
      for (ZipEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
        Path target = folder.resolve(entry.getName()).normalize();
        assertThat(target.startsWith(folder)).isTrue();
        if (entry.isDirectory()) {
          Files.createDirectories(target);
        } else {
          Files.createDirectories(target.getParent());
          Files.copy(entries, target);
        }
      }
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(Files::isDirectory).findFirst().orElseThrow();
    }
  }
}
