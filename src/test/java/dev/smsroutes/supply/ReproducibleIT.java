package dev.smsroutes.supply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.testing.Distribution;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;

/**
 * What was packed has nothing in it of when, where and by whom it was built. That two builds make
 * the same bytes is shown by {@code supply/reproducible}, which takes minutes.
 */
class ReproducibleIT {
  private static final LocalDateTime TIME = LocalDateTime.of(2026, 11, 23, 0, 0);

  static Stream<Path> packed() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("target"))) {
      Path jar =
          files.filter(file -> file.toString().endsWith("-SNAPSHOT.jar")).findFirst().orElseThrow();
      return Stream.of(jar, Distribution.zip());
    }
  }

  @Test
  void all_files_have_the_time_that_the_pom_says() throws IOException {
    for (Path file : packed().toList()) {
      try (ZipFile zip = new ZipFile(file.toFile())) {
        Set<LocalDateTime> times =
            zip.stream().map(ZipEntry::getTimeLocal).collect(Collectors.toSet());

        assertThat(times).as(file.toString()).containsExactly(TIME);
      }
    }
  }

  @Test
  void no_file_tells_about_the_machine_that_built_it() throws IOException {
    Path jar = packed().findFirst().orElseThrow();
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      String manifest = text(zip, "META-INF/MANIFEST.MF");

      assertThat(manifest).doesNotContain("Built-By", "Build-Jdk:", "Bnd-LastModified");
      assertThat(zip.stream().map(ZipEntry::getName))
          .filteredOn(name -> name.endsWith("pom.properties"))
          .allSatisfy(name -> assertThat(text(zip, name)).doesNotContain("#"));
    }
  }

  private static String text(ZipFile zip, String name) throws IOException {
    return new String(zip.getInputStream(zip.getEntry(name)).readAllBytes());
  }
}
