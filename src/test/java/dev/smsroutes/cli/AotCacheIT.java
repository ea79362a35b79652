package dev.smsroutes.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.smsroutes.testing.Distribution;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The AOT cache of the distribution, on the Java that runs the build. */
@DisabledOnOs(OS.WINDOWS)
class AotCacheIT {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String NOT_USED = "the cache is not used";

  @TempDir private static Path folder;
  private static Path home;
  private static Path temporary;
  private static Path cache;
  private static Path kept;
  private static String said;

  @BeforeAll
  static void make_a_cache_beside_settings_and_routes_that_cannot_work() throws Exception {
    temporary = Files.createDirectories(folder.resolve("tmp"));
    home = Distribution.unpack(Files.createDirectories(folder.resolve("unpacked")));
    Path settings = home.resolve("application.properties");
    Path route = home.resolve("routes/http-intake.camel.yaml");
    for (Path file : List.of(settings, route)) {
      Files.copy(file, folder.resolve(file.getFileName()));
      Files.writeString(file, "sms.no-such-key=1\n");
    }

    Process making = start("SMS_API_URL", "https://api.invalid", "aot-cache", "--seconds", "2");
    said = output(making);

    assertThat(making.exitValue()).as(said).isZero();
    for (Path file : List.of(settings, route)) {
      Files.move(folder.resolve(file.getFileName()), file, StandardCopyOption.REPLACE_EXISTING);
    }
    assertThat(caches()).hasSize(1);
    cache = caches().get(0);
    kept = Files.copy(cache, folder.resolve("kept"));
  }

  @AfterEach
  void put_it_back() throws IOException {
    Files.deleteIfExists(cache);
    Files.copy(kept, cache);
  }

  @AfterAll
  static void leaves_nothing_behind() throws IOException {
    assertThat(trainings()).isZero();
  }

  @Test
  void tells_what_it_does_and_what_it_made() {
    assertThat(said)
        .contains("Training for 2 s…", "Writing the cache…")
        .contains(cache + ", " + kept.toFile().length() / 1_000_000 + " MB, for Java ")
        .contains(Runtime.version().toString());
    assertThat(home.resolve("data")).doesNotExist();
  }

  @EnabledOnOs(OS.LINUX)
  @Test
  void serves_with_the_cache_and_says_so() throws Exception {
    assertThat(serve("", ""))
        .contains("cache used: aot/" + cache.getFileName())
        .doesNotContain(NOT_USED);
  }

  /** A cache that was damaged, or made for another Java. */
  private enum Damage {
    CUT_OFF {
      @Override
      void to(Path file) throws IOException {
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
          open.setLength(open.length() / 3);
        }
      }
    },
    OTHER_BYTES_INSIDE {
      @Override
      void to(Path file) throws IOException {
        overwrite(file, file.toFile().length() / 3, 1_000_000);
      }
    },
    OTHER_BYTES_AT_THE_BEGINNING {
      @Override
      void to(Path file) throws IOException {
        overwrite(file, 0, 500);
      }
    },
    EMPTY {
      @Override
      void to(Path file) throws IOException {
        Files.write(named(0), new byte[0]);
      }
    },
    NO_CACHE_AT_ALL {
      @Override
      void to(Path file) throws IOException {
        Files.writeString(named(6), "hello\n");
      }
    },
    A_FOLDER {
      @Override
      void to(Path file) throws IOException {
        Files.delete(file);
        Files.createDirectory(file);
      }
    };

    abstract void to(Path file) throws IOException;
  }

  @ParameterizedTest
  @EnumSource(Damage.class)
  void starts_as_ever_with_a_cache_that_cannot_be_used(Damage damage) throws Exception {
    assertThat(cache.toFile().setWritable(true)).isTrue();
    damage.to(cache);

    Process version = start("", "", "--version");

    String output = output(version);
    assertThat(version.exitValue()).as(output).isZero();
    assertThat(output.lines()).singleElement().asString().startsWith("sms-routes ");
    for (Path other : caches()) {
      if (!other.equals(cache)) {
        Files.delete(other);
      }
    }
  }

  @EnabledOnOs(OS.LINUX)
  @Test
  void says_while_serving_that_it_cannot_use_the_cache() throws Exception {
    overwrite(cache, cache.toFile().length() / 3, 1_000_000);

    assertThat(serve("", "")).contains(NOT_USED, "bin/sms-routes aot-cache");
  }

  @Test
  void starts_without_when_the_cache_is_for_another_java() throws Exception {
    Path other = Files.createDirectories(folder.resolve("other-java"));
    Files.createDirectories(other.resolve("bin"));
    Files.createSymbolicLink(
        other.resolve("bin/java"), Path.of(System.getProperty("java.home"), "bin", "java"));
    Files.writeString(other.resolve("release"), "JAVA_VERSION=\"99\"\n");

    assertThat(serve("JAVA_HOME", other.toString())).contains(NOT_USED);
  }

  @Test
  void leaves_caches_to_the_options_of_the_operator() throws Exception {
    assertThat(serve("JAVA_OPTS", "-Xshare:off")).doesNotContain("cache");
  }

  @Test
  void leaves_the_cache_as_it_was_when_it_is_interrupted() throws Exception {
    Path output = folder.resolve("interrupted.log");
    Process making = start(output, "", "", "aot-cache", "--seconds", "100");
    await()
        .atMost(PATIENCE)
        .until(() -> Files.readString(output).contains("Training") && trainings() > 0);

    making.destroy();

    assertThat(making.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    try (Stream<Path> files = Files.list(cache.getParent())) {
      assertThat(files).containsExactly(cache);
    }
    assertThat(trainings()).isZero();
  }

  @Test
  void says_in_one_sentence_that_the_folder_cannot_be_written() throws Exception {
    Path aside = folder.resolve("aside");
    Files.move(cache.getParent(), aside);
    try {
      // Root can write into each folder, but not into a file.
      Files.writeString(cache.getParent(), "");

      Process making = start("", "", "aot-cache");

      assertThat(output(making))
          .isEqualTo("Expected a folder that can be written; got " + cache.getParent() + "\n");
      assertThat(making.exitValue()).isEqualTo(ExitCode.FAILED);
    } finally {
      Files.deleteIfExists(cache.getParent());
      Files.move(aside, cache.getParent());
    }
  }

  private static List<Path> caches() throws IOException {
    try (Stream<Path> files = Files.list(home.resolve("aot"))) {
      return files.filter(file -> file.toString().endsWith(".aot")).toList();
    }
  }

  private static Path named(long length) {
    String name = cache.getFileName().toString();
    return AotCache.named(cache.resolveSibling(name.substring(0, name.lastIndexOf('-'))), length);
  }

  private static void overwrite(Path file, long from, int length) throws IOException {
    assertThat(file.toFile().setWritable(true)).isTrue();
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.seek(from);
      open.write(new byte[length]);
    }
  }

  private static long trainings() throws IOException {
    try (Stream<Path> files = Files.list(temporary)) {
      return files.filter(file -> file.toString().contains("training")).count();
    }
  }

  /** What serve says until it is up; it is ended then. */
  private static String serve(String variable, String value) throws Exception {
    Path output = Files.createTempFile(folder, "serve", ".log");
    Process process =
        start(
            output,
            variable,
            value,
            "serve",
            "--set=sms.http.port=0",
            "--set=sms.management.enabled=false",
            "--set=sms.sandbox.port=0",
            "--set=sms.file.enabled=false",
            "--set=sms.jms.enabled=false",
            "--set=sms.ledger.url=jdbc:sqlite:" + folder.resolve("ledger.db"));
    try {
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                assertThat(process.isAlive()).as(Files.readString(output)).isTrue();
                return Files.readString(output).contains("Ctrl-C");
              });
      return Files.readString(output);
    } finally {
      process.destroy();
      process.waitFor();
    }
  }

  private static String output(Process process) throws Exception {
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    process.waitFor();
    // Java 25 warns of what libraries do.
    return output
        .lines()
        .filter(line -> !line.startsWith("WARNING: "))
        .map(line -> line + "\n")
        .reduce("", String::concat);
  }

  private static Process start(String variable, String value, String... arguments)
      throws IOException {
    return start(null, variable, value, arguments);
  }

  private static Process start(Path output, String variable, String value, String... arguments)
      throws IOException {
    ProcessBuilder command =
        new ProcessBuilder(
                Stream.concat(
                        Stream.of("sh", home.resolve("bin/sms-routes").toString()),
                        Stream.of(arguments))
                    .toList())
            .redirectErrorStream(true);
    if (output != null) {
      command.redirectOutput(output.toFile());
    }
    command.environment().put("JAVA_HOME", System.getProperty("java.home"));
    command.environment().put("JAVA_OPTS", "-Djava.io.tmpdir=" + temporary);
    if (!variable.isEmpty()) {
      command.environment().put(variable, value);
    }
    return command.start();
  }
}
