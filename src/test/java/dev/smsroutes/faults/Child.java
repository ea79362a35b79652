package dev.smsroutes.faults;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * A process of an experiment. None outlives this JVM, unless that one is killed outright.
 * Thread-safe.
 */
final class Child implements AutoCloseable {
  private static final Set<Process> ALIVE = ConcurrentHashMap.newKeySet();
  private static final int TAIL = 15;

  static {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> ALIVE.forEach(Process::destroyForcibly), "faults-children"));
  }

  private final Process process;
  private final String name;
  private final Path log;

  private Child(Process process, String name, Path log) {
    this.process = process;
    this.name = name;
    this.log = log;
  }

  /**
   * Starts a Java program.
   *
   * @param directory its working directory
   * @param log what it prints is added there
   * @param options of the JVM
   */
  static Child java(
      String name,
      Path directory,
      Path log,
      List<String> options,
      String classPath,
      String mainClass,
      List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", classPath, mainClass));
    command.addAll(arguments);
    return start(name, directory, log, command);
  }

  private static Child start(String name, Path directory, Path log, List<String> command) {
    try {
      Files.createDirectories(directory);
      Files.writeString(
          log,
          "--- " + name + " is started\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.WRITE,
          StandardOpenOption.APPEND);
      Process process =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .redirectInput(new File("/dev/null"))
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
      ALIVE.add(process);
      process.onExit().thenAccept(ALIVE::remove);
      return new Child(process, name, log);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot start " + name, e);
    }
  }

  /**
   * Runs a command of the system to its end.
   *
   * @return what it printed
   * @throws IllegalStateException when it did not end with 0 within a minute
   */
  static String run(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IllegalStateException(String.join(" ", command) + ": " + said.strip());
      }
      return said;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted", e);
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** kill -9, and waits until it is gone. */
  void kill() {
    process.destroyForcibly();
    await(Duration.ofSeconds(30));
  }

  /**
   * SIGTERM, and waits.
   *
   * @return its exit code; empty when it was still there after this time
   */
  OptionalInt terminate(Duration patience) {
    process.destroy();
    return await(patience);
  }

  /** Any other signal, by its name without SIG. */
  void signal(String signal) {
    run(List.of("kill", "-" + signal, Long.toString(process.pid())));
  }

  private OptionalInt await(Duration patience) {
    try {
      return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)
          ? OptionalInt.of(process.exitValue())
          : OptionalInt.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted", e);
    }
  }

  /** What is to be said when it ended too early: with the last lines of its log. */
  IllegalStateException ended() {
    String tail = "";
    try {
      List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
      tail = String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL), lines.size()));
    } catch (IOException e) {
      tail = "(its log cannot be read: " + e + ")";
    }
    return new IllegalStateException(
        name
            + (process.isAlive() ? " does not answer" : " ended with " + process.exitValue())
            + ", see "
            + log
            + "\n"
            + tail);
  }

  @Override
  public void close() {
    kill();
  }
}
