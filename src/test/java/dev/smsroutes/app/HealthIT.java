package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.smsroutes.testing.Reply;
import dev.smsroutes.testing.Requests;
import dev.smsroutes.testing.RunningBundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Health names each cause, and takes no node out of a load balancer for what all nodes have. */
@Timeout(120)
class HealthIT {
  private static final Duration SOON = Duration.ofSeconds(40);

  /** What comes from outside, and ends. */
  @Nested
  class OfARunningProcess {
    @TempDir private static Path home;

    private static RunningBundle bundle;

    @BeforeAll
    static void start() {
      bundle =
          RunningBundle.startWithFiles(
              home,
              RunningBundle.withBroker(
                  home,
                  RunningBundle.withManagement(
                      "sms.health.queue-stuck-after",
                      "1ms",
                      "sms.health.inbox-untouched-after",
                      "1ms",
                      "sms.health.oldest-open-after",
                      "1ms",
                      // A call that hangs is over when the next test begins.
                      "sms.api.response-timeout",
                      "2s",
                      "sms.api.probe-interval",
                      "30s",
                      "sms.api.longest-pause",
                      "1h",
                      "sms.jms.redelivery-delay",
                      "1s")));
    }

    @AfterAll
    static void stop() {
      bundle.close();
    }

    @BeforeEach
    void forget() {
      bundle.forget();
      becomes(bundle, List.of());
    }

    /** What the API does with a request | which checks tell | a word of what they say. */
    @ParameterizedTest(name = "{0} → {1}")
    @CsvSource(
        delimiter = '|',
        textBlock =
            """
            {"status": 403}                                  | sms-api   | account
            {"status": 401} & {"on": "token", "status": 401} | sms-token | token endpoint
            """)
    void names_what_the_api_does_and_stays_ready(String trouble, String check, String word) {
      bundle.sandbox().faults(trouble.split(" & "));
      bundle.keyed(Requests.key(), Requests.keyed());

      Reply health = bundle.managed("/observe/health");
      assertThat(names(health)).contains(check);
      assertThat(health.body()).contains(word);
      assertThat(bundle.managed("/observe/health/ready").status()).isEqualTo(200);
      assertThat(bundle.managed("/observe/health/live").status()).isEqualTo(200);

      bundle.sandbox().reset();
      await()
          .atMost(SOON)
          .until(() -> bundle.keyed(Requests.key(), Requests.keyed()).status() == 202);
    }

    @Test
    void names_a_file_that_is_not_taken() throws Exception {
      Path file = Files.writeString(home.resolve("inbox/list.csv.part"), "a,b\n");
      Reply health = becomes(bundle, List.of("sms-inbox"));

      assertThat(health.body()).contains("list.csv.part", "upload under way");
      assertThat(bundle.managed("/observe/health/ready").status()).isEqualTo(200);
      Files.delete(file);
    }

    @Test
    void names_a_queue_that_stands_still_and_what_waits_in_it() throws Exception {
      bundle.sandbox().faults("{\"hang\": \"before\"}");
      bundle.queue(List.of(Requests.keyed().put("messageKey", Requests.key()).toString()));
      Reply health = becomes(bundle, List.of("sms-oldest-open", "sms-queue"));

      assertThat(health.body()).contains("none was taken", "is still to be sent");
      assertThat(bundle.managed("/observe/health/ready").status()).isEqualTo(200);
    }
  }

  /** What stays so for the life of a process. */
  @Test
  void names_the_sandbox_a_broker_that_is_away_and_a_full_disk() {
    try (RunningBundle bundle =
        RunningBundle.start(
            RunningBundle.withManagement(
                "sms.http.public-url",
                "https://sms.example.com",
                "sms.jms.enabled",
                "true",
                "sms.jms.broker-url",
                "tcp://127.0.0.1:1",
                "sms.health.min-disk-free-bytes",
                Long.toString(Long.MAX_VALUE)))) {
      Reply health = becomes(bundle, List.of("sms-broker", "sms-disk", "sms-sandbox"));

      assertThat(health.body())
          .contains("no SMS leaves this machine", "cannot be reached", "MiB left");
      assertThat(names(bundle.managed("/observe/health/ready"))).containsExactly("sms-sandbox");
      assertThat(bundle.managed("/observe/health/live").status()).isEqualTo(200);
    }
  }

  /** The first answer in which exactly these checks are down. */
  private static Reply becomes(RunningBundle bundle, List<String> down) {
    AtomicReference<Reply> health = new AtomicReference<>();
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              health.set(bundle.managed("/observe/health"));
              assertThat(names(health.get())).containsExactlyElementsOf(down);
            });
    return health.get();
  }

  private static List<String> names(Reply health) {
    List<String> names = new ArrayList<>();
    for (JsonNode check : health.json().path("checks")) {
      names.add(check.path("name").asText());
    }
    names.sort(null);
    return names;
  }
}
