package dev.smsroutes.faults;

import dev.smsroutes.ledger.EntryState;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** Processes that die without a word. */
final class KillExperiments {
  private static final String KILLS = "kill -9 of the gateway";
  private static final int LONGEST_START_MS = 2_500;

  private KillExperiments() {}

  static List<Experiment> all() {
    return List.of(
        new Experiment("plain", "nothing is broken", KillExperiments::nothing_is_broken),
        new Experiment(
            "kill-http",
            "50 x kill -9 under synchronous HTTP load",
            KillExperiments::kill_under_synchronous_http),
        new Experiment(
            "kill-waiting",
            "50 x kill -9 while most messages wait between their claim and their permit",
            KillExperiments::kill_between_claim_and_permit),
        new Experiment(
            "kill-queued",
            "50 x kill -9 under queued HTTP load",
            KillExperiments::kill_under_queued_http),
        new Experiment(
            "kill-file",
            "kill -9 at 20 points of a file of 100,000 rows",
            KillExperiments::kill_in_the_midst_of_a_file),
        new Experiment(
            "kill-file-many",
            "the same with up to 50 recipients in each call",
            KillExperiments::kill_in_the_midst_of_a_file_with_many_recipients_a_call),
        new Experiment(
            "kill-jms",
            "10 x kill -9 of the JMS consumer under 10,000 messages, some of them poison",
            KillExperiments::kill_the_jms_consumer),
        new Experiment(
            "broker-restart",
            "kill -9 of an external broker, and its restart",
            KillExperiments::kill_and_restart_an_external_broker));
  }

  /** Needs no record of the past: it shows that the suite itself finds nothing where nothing is. */
  static void nothing_is_broken(Stage stage) {
    stage.gateway().start();
    stage.mixedTraffic(usual -> usual.withHabits(Habits.SIMPLE));
    stage.mustAnswer(stage.size(10_000, 300), stage.patience());
    stage.drain();
  }

  static void kill_under_synchronous_http(Stage stage) {
    Gateway gateway =
        stage.gateway("sms.jms.enabled", "false", "sms.file.enabled", "false").start();
    stage.http(usual -> usual);
    killAgainAndAgain(stage, gateway, stage.size(50, 2), 150);
    stage.drain();
    gateway.kill();
    gateway.start();
    stage.askAgain(stage.size(1_000, 50));
  }

  /**
   * With two permits and many callers some messages find a permit free and leave with their claim,
   * and the others wait for one: the kill meets both.
   */
  static void kill_between_claim_and_permit(Stage stage) {
    Gateway gateway =
        stage.gateway(
            "sms.jms.enabled", "false",
            "sms.file.enabled", "false",
            "sms.api.max-concurrency", "2");
    gateway.start();
    // Long enough that at any moment some are under way and some wait.
    stage.api().settings("{\"latencyMs\":20}");
    stage.http(usual -> usual.withCallers(12));
    int kills = stage.size(50, 3);
    for (int i = 0; i < kills; i++) {
      if (!gateway.isRunning()) {
        gateway.start();
      }
      stage.moreAnswers(stage.any(150));
      killOnce(stage, gateway);
      for (EntryState state : List.of(EntryState.ADMITTED, EntryState.ATTEMPTED)) {
        int killed = gateway.ledgered(state);
        IntStream.range(0, killed).forEach(each -> stage.notebook().count("killed " + state));
      }
    }
    stage.api().settings("{\"latencyMs\":0}");
    gateway.start();
    stage.moreAnswers(150);
    stage.drain();
    for (EntryState state : List.of(EntryState.ADMITTED, EntryState.ATTEMPTED)) {
      if (stage.notebook().counted("killed " + state) == 0) {
        stage.notebook().complain("No message was killed when it was " + state);
      }
    }
  }

  static void kill_under_queued_http(Stage stage) {
    Gateway gateway = stage.gateway("sms.http.mode", "queued", "sms.file.enabled", "false").start();
    stage.http(HttpCallers.Options::withQueued);
    killAgainAndAgain(stage, gateway, stage.size(50, 2), 150);
    stage.drain();
  }

  static void kill_in_the_midst_of_a_file(Stage stage) {
    killInTheMidstOfAFile(stage, stage.gateway("sms.jms.enabled", "false"));
  }

  static void kill_in_the_midst_of_a_file_with_many_recipients_a_call(Stage stage) {
    killInTheMidstOfAFile(
        stage, stage.gateway("sms.jms.enabled", "false", "sms.batch.recipients-per-call", "50"));
  }

  private static void killInTheMidstOfAFile(Stage stage, Gateway gateway) {
    int rows = stage.rows(100_000, 400);
    gateway.start();
    FileTraffic files = stage.files(new FileTraffic.Options(rows, 1, 0.01, 0.5));
    List<Integer> points = new ArrayList<>();
    for (int i = 1; i < stage.size(20, 2); i++) {
      points.add(stage.any((int) (0.95 * rows)));
    }
    Collections.sort(points);
    for (int point : points) {
      Pause.until(() -> files.isDrained() || stage.api().accepted() >= point, stage.patience());
      killOnce(stage, gateway);
      gateway.start();
    }
    // The last one meets the end, where results are made.
    int sendable =
        (int) stage.notebook().entries().stream().filter(e -> e.request().isInOrder()).count();
    Pause.until(() -> files.isDrained() || stage.api().accepted() >= sendable, stage.patience());
    Pause.millis(stage.random().nextInt(100));
    killOnce(stage, gateway);
    gateway.start();
    stage.drain();
  }

  static void kill_the_jms_consumer(Stage stage) {
    Gateway gateway = stage.gateway("sms.file.enabled", "false").start();
    int messages = stage.size(10_000, 300);
    int kills = stage.size(10, 2);
    JmsTraffic jms = stage.jms(new JmsTraffic.Options(messages, 0, 0.02));
    // Each message is two answers: the broker's confirmation and its outcome.
    killAgainAndAgain(stage, gateway, kills, 2 * messages / (kills + 1));
    Pause.until(jms::isSent, stage.patience());
    stage.drain();
    mustBeRefused(stage);
  }

  /** Poison belongs where a person finds it, and nothing else does. */
  private static void mustBeRefused(Stage stage) {
    long poison = stage.notebook().entries().stream().filter(e -> !e.request().isInOrder()).count();
    long invalid = stage.notebook().counted("on sms.send.invalid");
    if (invalid < poison) {
      stage
          .notebook()
          .complain(poison + " messages were faulty, " + invalid + " are on sms.send.invalid");
    }
  }

  static void kill_and_restart_an_external_broker(Stage stage) {
    Broker broker = stage.closing(new Broker(stage.folder().resolve("broker")));
    stage
        .gateway(
            "sms.jms.broker-url", broker.url(),
            "sms.http.mode", "queued",
            "sms.file.enabled", "false")
        .start();
    stage.http(usual -> usual.withQueued().withCallers(4));
    stage.jms(broker.url(), JmsTraffic.Options.steady());
    for (int i = 0; i < stage.size(5, 1); i++) {
      stage.mustAnswer(stage.any(200), stage.patience());
      broker.kill();
      stage.event("kill -9 of the broker");
      Pause.of(stage.seconds(stage.any(5), 1));
      broker.start();
      stage.mustAnswer(100, stage.patience());
    }
    stage.drain();
  }

  /** Kills it after a few answers, and now and then while it starts. */
  private static void killAgainAndAgain(
      Stage stage, Gateway gateway, int kills, int maxAnswersBetween) {
    for (int i = 0; i < kills; i++) {
      if (i > 0 && stage.random().nextInt(5) == 0) {
        gateway.launch();
        Pause.millis(stage.any(LONGEST_START_MS));
      } else {
        if (!gateway.isRunning()) {
          gateway.start();
        }
        stage.moreAnswers(stage.any(maxAnswersBetween));
      }
      killOnce(stage, gateway);
    }
    gateway.start();
    stage.moreAnswers(maxAnswersBetween);
  }

  private static void killOnce(Stage stage, Gateway gateway) {
    gateway.kill();
    stage.event(KILLS);
  }
}
