package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.broker.BrokerOptions;
import dev.smsroutes.broker.BrokerOptions.Login;
import dev.smsroutes.broker.BrokerOptions.Queues;
import dev.smsroutes.broker.BrokerOptions.Redelivery;
import dev.smsroutes.broker.EmbeddedBroker;
import dev.smsroutes.sandbox.Sandbox;
import dev.smsroutes.testing.Reply;
import dev.smsroutes.testing.Requests;
import dev.smsroutes.testing.RunningBundle;
import dev.smsroutes.testing.SandboxProbe;
import dev.smsroutes.testing.Sandboxes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Queued requests when the queue is full, gone or switched off, and after a restart. */
@Timeout(120)
class HttpQueueOutageIT {
  @TempDir private Path folder;

  private RunningBundle withJms(String... more) {
    List<String> settings =
        new ArrayList<>(
            List.of(
                "sms.ledger.url", "jdbc:sqlite:" + folder.resolve("ledger.db"),
                "sms.jms.redelivery-delay", "100ms",
                "sms.jms.max-redelivery-delay", "100ms",
                "sms.jms.max-attempts", "100000"));
    settings.addAll(List.of(more));
    return RunningBundle.start(RunningBundle.withBroker(folder, settings.toArray(String[]::new)));
  }

  private static Reply queued(RunningBundle bundle, String key, Object body) {
    return bundle.post(RunningBundle.MESSAGES + key, body, "Prefer", "respond-async");
  }

  private static String outcome(RunningBundle bundle, String key) {
    return bundle.status(key).json().path("outcome").asText();
  }

  private static void assertNotQueued(Reply reply, String key) {
    assertThat(reply.status()).as(reply.body()).isEqualTo(503);
    assertThat(reply.header("Retry-After")).contains("5");
    assertThat(reply.header("Preference-Applied")).isEmpty();
    assertThat(reply.code()).isEqualTo(50300);
    assertThat(reply.json().path("messageKey").asText()).isEqualTo(key);
    assertThat(reply.message()).contains("Repeat the request with the same messageKey");
  }

  @Test
  void answers_503_as_long_as_the_queue_is_full() {
    // Long enough for the broker to keep it in a file of its own.
    ObjectNode body = Requests.keyed();
    body.withObject("/recipient/attributes").put("Unused", "x".repeat(90_000));
    try (RunningBundle bundle =
        withJms("sms.jms.max-queue-bytes", "1048576", "sms.http.max-attribute-length", "100000")) {
      bundle.sandbox().faults("{\"status\": 503}");
      List<String> taken = new ArrayList<>();
      Reply last = null;
      String key = null;
      long longest = 0;
      while (taken.size() < 20) {
        key = Requests.key();
        long before = System.nanoTime();
        last = queued(bundle, key, body);
        longest = Math.max(longest, System.nanoTime() - before);
        if (last.status() != 202) {
          break;
        }
        taken.add(key);
      }

      assertNotQueued(last, key);
      assertThat(Duration.ofNanos(longest)).isLessThan(Duration.ofSeconds(15));
      assertThat(outcome(bundle, key)).isEqualTo("WAITING");
      // Who does not need the queue is served as ever; here, the API is away for him as well.
      assertThat(bundle.keyed(Requests.key(), Requests.keyed()).code()).isEqualTo(50300);

      bundle.sandbox().faults();
      String same = key;
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> queued(bundle, same, body).status() == 202);
      await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(
              () ->
                  assertThat(bundle.sandbox().messages())
                      .extracting(message -> message.path("messageKey").asText())
                      .containsAll(taken)
                      .contains(same)
                      .doesNotHaveDuplicates());
    }
  }

  @Test
  void answers_503_until_the_broker_can_be_reached_again() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    try (RunningBundle bundle =
        withJms(
            "sms.jms.broker-url", "tcp://127.0.0.1:" + port,
            "sms.jms.user", "gate",
            "sms.jms.password", "keeper")) {
      String key = Requests.key();
      assertNotQueued(queued(bundle, key, Requests.keyed()), key);
      assertThat(outcome(bundle, key)).isEqualTo("WAITING");
      assertThat(bundle.sandbox().sends()).isZero();

      for (int round = 0; round < 2; round++) {
        try (EmbeddedBroker broker = broker(port)) {
          await().until(() -> queued(bundle, key, Requests.keyed()).status() == 202);
          String next = Requests.key();
          await().until(() -> queued(bundle, next, Requests.keyed()).status() == 202);
          await()
              .atMost(Duration.ofSeconds(30))
              .until(() -> outcome(bundle, next).equals("ACCEPTED"));
          assertThat(broker.port()).isEqualTo(port);
        }
        String late = Requests.key();
        assertNotQueued(queued(bundle, late, Requests.keyed()), late);
      }
      assertThat(bundle.sandbox().message(key).path("times").asInt()).isEqualTo(1);
      assertThat(bundle.sandbox().message(key).path("duplicates").asInt()).isZero();
    }
  }

  private EmbeddedBroker broker(int port) {
    return EmbeddedBroker.start(
        new BrokerOptions(
            folder.resolve("another"),
            port,
            Login.of("gate", "keeper"),
            new Queues("sms.send", "sms.send.invalid", "sms.send.dead"),
            Duration.ZERO,
            Duration.ZERO,
            new Redelivery(Duration.ofMillis(100), 1, Duration.ofMillis(100), 100_000),
            1024 * 1024,
            name -> false));
  }

  @Test
  void sends_after_a_restart_what_was_queued_before_it() {
    try (Sandbox api = Sandboxes.start()) {
      SandboxProbe probe = new SandboxProbe(api.url());
      String[] settings = {
        "sms.api.url", api.url(), "sms.api.client-id", "x", "sms.api.client-secret", "x"
      };
      probe.faults("{\"status\": 503}");
      List<String> keys = new ArrayList<>();
      try (RunningBundle bundle = withJms(settings)) {
        for (int i = 0; i < 20; i++) {
          keys.add(Requests.key());
          assertThat(queued(bundle, keys.get(i), Requests.keyed()).status()).isEqualTo(202);
        }
      }
      probe.faults();
      assertThat(probe.messages()).isEmpty();

      try (RunningBundle bundle = withJms(settings)) {
        await()
            .atMost(Duration.ofSeconds(30))
            .until(() -> keys.stream().allMatch(key -> outcome(bundle, key).equals("ACCEPTED")));
      }
      assertThat(probe.messages())
          .extracting(message -> message.path("messageKey").asText())
          .containsExactlyInAnyOrderElementsOf(keys);
    }
  }

  @Test
  void queues_every_request_when_that_is_the_mode() {
    try (RunningBundle bundle = withJms("sms.http.mode", "queued")) {
      bundle.sandbox().faults("{\"status\": 503}");
      String key = Requests.key();

      Reply reply = bundle.keyed(key, Requests.keyed());

      assertThat(reply.status()).isEqualTo(202);
      assertThat(reply.header("Preference-Applied")).as("nobody preferred it").isEmpty();
      assertThat(queued(bundle, Requests.key(), Requests.keyed()).header("Preference-Applied"))
          .contains("respond-async");
      bundle.sandbox().faults();
      await().until(() -> outcome(bundle, key).equals("ACCEPTED"));
    }
  }

  @Test
  void ignores_the_preference_when_there_is_no_queue() {
    try (RunningBundle bundle = RunningBundle.start("sms.jms.enabled", "false")) {
      String key = Requests.key();

      Reply reply = queued(bundle, key, Requests.keyed());

      assertThat(reply.status()).isEqualTo(202);
      assertThat(reply.header("Preference-Applied")).isEmpty();
      assertThat(bundle.sandbox().find(key)).isPresent();
    }
  }
}
