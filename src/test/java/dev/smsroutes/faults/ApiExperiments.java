package dev.smsroutes.faults;

import java.time.Duration;
import java.util.List;

/** An API that misbehaves, or is away. */
final class ApiExperiments {
  private static final int PROBE_SECONDS = 5;
  private static final int BRIEF_PROBE_MS = 500;

  private ApiExperiments() {}

  static List<Experiment> all() {
    return List.of(
        new Experiment(
            "dropped-replies-400",
            "10 % of replies are dropped after accepting; duplicates are reported as 400",
            stage -> drop_replies_after_accepting(stage, "400")),
        new Experiment(
            "dropped-replies-202",
            "10 % of replies are dropped after accepting; duplicates are reported as 202",
            stage -> drop_replies_after_accepting(stage, "202")),
        new Experiment(
            "token-revoked",
            "the token is revoked under 50 senders",
            ApiExperiments::revoke_the_token_under_50_senders),
        new Experiment(
            "forbidden", "403 for a minute", ApiExperiments::forbid_everything_for_a_while),
        new Experiment(
            "rate-limit",
            "storms of 429, with Retry-After and as a block",
            ApiExperiments::answer_429_in_storms),
        new Experiment(
            "api-down", "the API is away for two minutes", ApiExperiments::take_the_api_away));
  }

  static void drop_replies_after_accepting(Stage stage, String duplicatesAs) {
    stage.api().settings("{\"duplicates\":\"" + duplicatesAs + "\"}");
    stage.gateway().start();
    stage.mixedTraffic(usual -> usual);
    stage.mustAnswer(50, stage.patience());
    stage
        .api()
        .faults(
            "{\"share\":0.1,\"seed\":" + stage.random().nextInt() + ",\"dropReply\":\"after\"}");
    stage.event("10 % of replies dropped");
    stage.mustAnswer(stage.size(20_000, 400), stage.patience());
    stage.drain();
    stage.api().faults();
    stage.askAgain(stage.size(500, 50));
  }

  static void revoke_the_token_under_50_senders(Stage stage) {
    stage.gateway("sms.jms.enabled", "false", "sms.file.enabled", "false").start();
    stage.http(usual -> usual.withCallers(50));
    for (int i = 0; i < stage.size(10, 2); i++) {
      stage.mustAnswer(stage.any(500), stage.patience());
      int before = stage.api().tokens();
      stage.api().faults("{\"calls\":1,\"expireTokens\":true}");
      stage.event("revoked token");
      stage.mustAnswer(500, stage.patience());
      int renewals = stage.api().tokens() - before;
      if (renewals != 1) {
        stage.notebook().complain("Expected one new token, " + renewals + " were asked for");
      }
    }
    stage.drain();
    long told = stage.notebook().counted("HTTP 401");
    if (told > 0) {
      stage.notebook().complain(told + " callers were told 401 although a new token was there");
    }
  }

  static void forbid_everything_for_a_while(Stage stage) {
    Duration probe = Duration.ofMillis(stage.size(PROBE_SECONDS * 1000, BRIEF_PROBE_MS));
    Duration time = stage.seconds(60, 2);
    stage.gateway("sms.api.probe-interval", probe.toMillis() + "ms").start();
    stage.mixedTraffic(usual -> usual);
    stage.mustAnswer(100, stage.patience());
    stage.api().faults("{\"status\":403}");
    stage.event("403 to everything for " + time.toSeconds() + " s");
    if (!Pause.until(() -> stage.notebook().counted("HTTP 403") > 0, Duration.ofSeconds(30))) {
      stage.notebook().complain("No HTTP caller was told 403");
    }
    // What was under way when the first 403 came.
    Pause.of(Duration.ofSeconds(1));
    int before = stage.api().sends();
    Pause.of(time);
    int calls = stage.api().sends() - before;
    long most = 2 * time.toMillis() / probe.toMillis() + 2;
    if (calls > most) {
      stage
          .notebook()
          .complain(
              "Sending should have paused: " + calls + " calls in " + time.toSeconds() + " s");
    }
    stage.api().faults();
    stage.mustAnswer(200, stage.patience());
    stage.drain();
  }

  static void answer_429_in_storms(Stage stage) {
    // A block is respected for minutes; here each look at whether it is over comes sooner.
    Duration longestPause = stage.seconds(60, 2);
    stage.gateway("sms.api.longest-pause", longestPause.toMillis() + "ms").start();
    stage.mixedTraffic(usual -> usual);
    for (int i = 0; i < stage.size(10, 2); i++) {
      stage.mustAnswer(stage.any(300), stage.patience());
      stage
          .api()
          .faults(
              "{\"calls\":" + stage.any(100) + ",\"code\":50100,\"retryAfter\":1}",
              "{\"share\":0.3,\"seed\":"
                  + stage.random().nextInt()
                  + ",\"code\":50100,"
                  + "\"retryAfter\":1}");
      stage.event("storm of 429");
      Pause.of(stage.seconds(20, 2));
      stage.api().faults();
    }
    stage.api().faults("{\"calls\":5,\"code\":50200}");
    stage.event("block (50200)");
    stage.mustAnswer(200, stage.patience());
    stage.drain();
    stage.api().faults();
  }

  static void take_the_api_away(Stage stage) {
    Forwarder line = stage.closing(new Forwarder(stage.api().port()));
    stage.gateway(stage.folder().resolve("home"), line.url()).start();
    stage.mixedTraffic(usual -> usual);
    stage.mustAnswer(stage.any(300), stage.patience());
    Duration time = stage.seconds(120, 3);
    line.cut();
    stage.event("API away for " + time.toSeconds() + " s");
    Pause.of(time);
    line.restore();
    stage.mustAnswer(200, stage.patience());
    stage.drain();
  }
}
