package dev.smsroutes.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Benchmarks are no part of the build; so that they do not rot, each must compile with it. */
class BenchmarksIT {
  private static final Path FOLDER = Path.of("benchmarks");

  @TempDir private Path classes;

  static List<Path> programs() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.filter(file -> file.toString().endsWith(".java")).sorted().toList();
    }
  }

  static List<Path> commands() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.filter(file -> !file.getFileName().toString().contains(".")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("programs")
  void every_benchmark_compiles(Path program) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter said = new StringWriter();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      boolean compiled =
          compiler
              .getTask(
                  said,
                  files,
                  null,
                  List.of(
                      "-proc:none",
                      "-nowarn",
                      "-d",
                      classes.toString(),
                      "-sourcepath",
                      FOLDER.toString(),
                      "-cp",
                      System.getProperty("java.class.path")),
                  null,
                  files.getJavaFileObjects(program))
              .call();
      assertThat(compiled).as(said.toString()).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("commands")
  void every_command_runs_a_program_that_is_there_and_is_explained(Path command)
      throws IOException {
    String script = Files.readString(command);
    assertThat(Files.isExecutable(command)).isTrue();
    assertThat(programs()).anyMatch(program -> script.contains(program.toString()));
    assertThat(Files.readString(FOLDER.resolve("README.md"))).contains("`" + command + "`");
  }
}
