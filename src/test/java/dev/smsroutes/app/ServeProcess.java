package dev.smsroutes.app;

import dev.smsroutes.SmsRoutes;
import dev.smsroutes.testing.RunningBundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** The bundle as a process of its own, so that it can be stopped and killed like one. */
final class ServeProcess implements AutoCloseable {
  private final Process process;
  private final Path output;

  /**
   * Starts it; returns at once.
   *
   * @param output where what it says goes
   * @param settings over {@link RunningBundle#overrides()}
   */
  ServeProcess(Path output, Map<String, String> settings) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(SmsRoutes.class.getName(), "serve"));
    Map<String, String> all = RunningBundle.overrides();
    all.putAll(settings);
    all.forEach((key, value) -> command.addAll(List.of("--set", key + "=" + value)));
    this.output = output;
    try {
      this.process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What it has said so far that has this in it, line by line. */
  List<String> said(String words) {
    try {
      return Files.readString(output).lines().filter(line -> line.contains(words)).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Asks it to stop, and waits until it has. */
  Duration stop() throws InterruptedException {
    long asked = System.nanoTime();
    process.destroy();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      throw new AssertionError("It did not stop within a minute: " + said(""));
    }
    return Duration.ofNanos(System.nanoTime() - asked);
  }

  /** Ends it as a power failure would. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  void awaitSaid(String words, Duration patience) {
    Awaitility.await()
        .atMost(patience)
        .until(
            () -> {
              if (!process.isAlive() && said(words).isEmpty()) {
                throw new AssertionError("It ended: " + said(""));
              }
              return !said(words).isEmpty();
            });
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
