package dev.smsroutes.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A stop that does not end by itself. {@link ServeStopIT} has those that do. */
class OrderlyStopTest {
  private final Logger logger = (Logger) LoggerFactory.getLogger(OrderlyStop.class);
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  @BeforeEach
  void listen() {
    log.start();
    logger.addAppender(log);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(log);
  }

  private List<String> said() {
    return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  @Test
  void waits_for_a_stop_that_ends_and_says_nothing() throws Exception {
    CountDownLatch closed = new CountDownLatch(1);

    assertThat(OrderlyStop.endsWithin(Duration.ofSeconds(30), closed::countDown)).isTrue();

    assertThat(closed.getCount()).isZero();
    assertThat(said()).isEmpty();
  }

  @Test
  void cuts_off_a_hanging_stop_and_logs_where_it_hangs() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    try {
      assertThat(OrderlyStop.endsWithin(Duration.ofMillis(50), () -> waitFor(never))).isFalse();
    } finally {
      never.countDown();
    }

    assertThat(said())
        .anyMatch(line -> line.startsWith("stop=cut-off after_ms=50"))
        .anyMatch(
            line ->
                line.contains("thread=\"sms-routes-close\"")
                    && line.contains("OrderlyStopTest.waitFor"));
  }

  private static void waitFor(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
