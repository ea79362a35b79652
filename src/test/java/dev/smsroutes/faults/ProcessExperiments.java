package dev.smsroutes.faults;

import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;

/** A process that is stopped, politely or not. */
final class ProcessExperiments {
  /** camel.main.shutdownTimeout, and some seconds for the machine. */
  private static final Duration SHUTDOWN = Duration.ofSeconds(30 + 10);

  private ProcessExperiments() {}

  static List<Experiment> all() {
    return List.of(
        new Experiment(
            "frozen",
            "SIGSTOP for a minute, then SIGCONT; callers time out and repeat",
            ProcessExperiments::freeze_the_gateway),
        new Experiment(
            "terminate",
            "SIGTERM under load with a slow API; a second run finishes the rest",
            ProcessExperiments::terminate_under_load_with_a_slow_api));
  }

  static void freeze_the_gateway(Stage stage) {
    Gateway gateway = stage.gateway().start();
    Duration answerWithin = stage.seconds(10, 1);
    stage.mixedTraffic(usual -> usual.withAnswerWithin(answerWithin));
    for (int i = 0; i < stage.size(2, 1); i++) {
      stage.mustAnswer(stage.any(300), stage.patience());
      Duration time = stage.seconds(60, 3);
      gateway.freeze();
      stage.event("SIGSTOP for " + time.toSeconds() + " s");
      Pause.of(time);
      gateway.thaw();
      stage.mustAnswer(200, stage.patience());
    }
    stage.drain();
  }

  static void terminate_under_load_with_a_slow_api(Stage stage) {
    Gateway gateway = stage.gateway().start();
    stage.mixedTraffic(usual -> usual.withCallers(32));
    long cutOff = 0;
    for (int i = 0; i < stage.size(5, 1); i++) {
      stage.mustAnswer(stage.any(200), stage.patience());
      stage.api().settings("{\"latencyMs\":" + stage.size(3_000, 2_000) + "}");
      Pause.millis(stage.any(2_000));
      stage.event("SIGTERM");
      OptionalInt code = gateway.terminate(SHUTDOWN);
      if (code.isEmpty()) {
        stage.notebook().complain("Still running " + SHUTDOWN.toSeconds() + " s after SIGTERM");
        // What each thread waits for, in its log.
        gateway.dumpThreads();
        Pause.of(Duration.ofSeconds(2));
        gateway.kill();
      } else if (code.getAsInt() != 0) {
        stage.notebook().complain("SIGTERM ended with exit code " + code.getAsInt());
      }
      long all = gateway.said("stop=cut-off after");
      if (all > cutOff) {
        // In time and with nothing lost, but not as it should be: the table shows it.
        stage.event("stop that was cut off");
      }
      cutOff = all;
      gateway.start();
      stage.api().settings("{\"latencyMs\":0}");
    }
    stage.mustAnswer(100, stage.patience());
    stage.drain();
  }
}
