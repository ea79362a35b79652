package dev.smsroutes.intake.jms;

import static dev.smsroutes.intake.jms.JmsBench.GOOD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.smsroutes.intake.jms.JmsBench.OutcomeScript;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.SendRequest;
import jakarta.jms.JMSException;
import jakarta.jms.TextMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages that are taken, handled and committed together. */
class JmsSharedCommitIT {
  private static final int MESSAGES = 60;
  private static final Duration LONG = Duration.ofSeconds(20);

  @TempDir private Path directory;

  private JmsBench bench(OutcomeScript script) throws Exception {
    return new JmsBench(
        directory, script, "sms.jms.concurrency", "16", "sms.jms.max-attempts", "50");
  }

  @Test
  void a_session_handles_several_messages_side_by_side() throws Exception {
    // There are four sessions. Each takes one message while the queue fills.
    CountDownLatch full = new CountDownLatch(1);
    CyclicBarrier five = new CyclicBarrier(5);
    AtomicInteger number = new AtomicInteger();
    try (JmsBench bench =
        bench(
            (request, attempt) -> {
              int mine = number.incrementAndGet();
              if (mine <= 4) {
                full.await(20, TimeUnit.SECONDS);
              } else if (mine <= 4 + 40) {
                five.await(20, TimeUnit.SECONDS);
              }
              return JmsBench.accepted(request);
            })) {
      sendAll(bench);
      full.countDown();

      assertThat(repliesOf(bench)).hasSize(MESSAGES);
      assertThat(bench.handedOver).as("none waited for a fifth for nothing").hasSize(MESSAGES);
    }
  }

  @Test
  void each_ends_once_and_is_answered_once_when_some_have_to_wait() throws Exception {
    try (JmsBench bench =
        bench(
            (request, attempt) ->
                request.messageKey().endsWith("7") && attempt < 3
                    ? JmsBench.waiting(request)
                    : JmsBench.accepted(request))) {
      sendAll(bench);

      assertThat(repliesOf(bench)).hasSize(MESSAGES);
      await().atMost(LONG).until(() -> bench.waiting("sms.send") == 0);
      assertThat(bench.waiting("sms.reply.shop")).as("no second reply").isZero();
      assertThat(bench.waiting("sms.send.dead")).isZero();
      assertThat(bench.waiting("sms.send.invalid")).isZero();
    }
  }

  @Test
  void no_reply_is_lost_when_the_transaction_of_a_neighbour_fails_again_and_again()
      throws Exception {
    try (JmsBench bench = bench(JmsSharedCommitIT::failing)) {
      sendAll(bench);

      assertThat(repliesOf(bench)).hasSize(MESSAGES);
      assertThat(bench.handedOver).hasSizeGreaterThanOrEqualTo(MESSAGES + 5 * MESSAGES / 10);
    }
  }

  /** Those with a 7 at the end fail five times, as a fault of the pipeline would. */
  private static Outcome failing(SendRequest request, int attempt) {
    if (request.messageKey().endsWith("7") && attempt <= 5) {
      throw new IllegalStateException("failed on purpose");
    }
    return request.messageKey().endsWith("3")
        ? JmsBench.refused(request)
        : JmsBench.accepted(request);
  }

  @Test
  void refused_ones_are_moved_once_though_neighbours_fail() throws Exception {
    try (JmsBench bench = bench(JmsSharedCommitIT::failing)) {
      sendAll(bench);

      assertThat(repliesOf(bench)).hasSize(MESSAGES);
      assertThat(bench.waiting("sms.send.invalid")).isEqualTo(MESSAGES / 10);
    }
  }

  @Test
  void a_large_message_among_small_ones_is_read_whole() throws Exception {
    try (JmsBench bench = bench(JmsBench.always(JmsBench::accepted))) {
      for (int i = 0; i < 10; i++) {
        bench.send(bench.text(String.format(GOOD, "before-" + i)));
        bench.send(bench.text(String.format(GOOD, "large-" + i) + " ".repeat(200 * 1024 - 200)));
        bench.send(bench.text(String.format(GOOD, "after-" + i)));
      }

      await().atMost(LONG).until(() -> bench.waiting("sms.send") == 0);
      assertThat(bench.handedOver.stream().map(r -> r.messageKey()).collect(Collectors.toSet()))
          .hasSize(30);
      assertThat(bench.waiting("sms.send.invalid")).isZero();
    }
  }

  @Test
  void with_few_deliveries_a_message_goes_alone() throws Exception {
    AtomicInteger atOnce = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    try (JmsBench bench =
        new JmsBench(
            directory,
            (request, attempt) -> {
              most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
              atOnce.decrementAndGet();
              return request.messageKey().endsWith("7") && attempt < 3
                  ? JmsBench.waiting(request)
                  : JmsBench.accepted(request);
            },
            "sms.jms.concurrency",
            "4",
            "sms.jms.max-attempts",
            "3")) {
      sendAll(bench);

      assertThat(repliesOf(bench)).hasSize(MESSAGES);
      assertThat(bench.waiting("sms.send.dead")).isZero();
      assertThat(bench.handedOver).as("no neighbour came twice").hasSize(MESSAGES + 2 * 6);
      assertThat(most.get()).isLessThanOrEqualTo(4);
    }
  }

  private static void sendAll(JmsBench bench) throws JMSException {
    for (int i = 0; i < MESSAGES; i++) {
      TextMessage message = bench.text(String.format(GOOD, "k" + i));
      message.setJMSReplyTo(bench.session.createQueue("sms.reply.shop"));
      message.setJMSCorrelationID("c" + i);
      bench.send(message);
    }
  }

  /** The correlation ids of as many replies as there are messages. */
  private static Set<String> repliesOf(JmsBench bench) throws JMSException {
    Set<String> correlated = new HashSet<>();
    for (int i = 0; i < MESSAGES; i++) {
      correlated.add(bench.take("sms.reply.shop").getJMSCorrelationID());
    }
    return correlated;
  }
}
