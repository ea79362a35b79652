package dev.smsroutes.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** The distribution that the build packaged. */
public final class Distribution {
  private Distribution() {}

  /** Unpacks it into an empty folder, and gives its own folder there. */
  public static Path unpack(Path folder) throws IOException {
    try (InputStream in = Files.newInputStream(zip());
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

  /** The packed file. */
  public static Path zip() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("target"))) {
      return files.filter(file -> file.toString().endsWith("-dist.zip")).findFirst().orElseThrow();
    }
  }
}
