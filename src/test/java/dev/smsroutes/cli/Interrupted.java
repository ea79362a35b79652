package dev.smsroutes.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.smsroutes.SmsRoutes;
import dev.smsroutes.testing.ServeProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** What a command said in a process of its own until Ctrl-C, and how it ended. */
record Interrupted(int exit, String output) {
  /**
   * Runs a command as a user does.
   *
   * @param log where its output goes
   * @param now when Ctrl-C is pressed
   */
  static Interrupted by(Path log, Callable<Boolean> now, String... arguments)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    command.addAll(ServeProcess.QUICK_START);
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), SmsRoutes.class.getName()));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      await().atMost(Duration.ofSeconds(90)).until(now);
      new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Interrupted(process.exitValue(), Files.readString(log));
  }
}
