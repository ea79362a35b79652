package dev.smsroutes.throttle;

import static dev.smsroutes.throttle.ThrottleDriver.ACCEPTED;
import static dev.smsroutes.throttle.ThrottleDriver.unsettled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.smsroutes.model.Reason;
import dev.smsroutes.testing.SettableTicker;
import dev.smsroutes.throttle.Throttle.Permit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The threads at the gate; its rules are tested without them in {@link ThrottleGateTest}. */
class ThrottleTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private final SettableTicker ticker = new SettableTicker();
  private final List<Thread> threads = new ArrayList<>();

  @AfterEach
  void no_thread_is_left_behind() throws InterruptedException {
    for (Thread thread : threads) {
      thread.join(10_000);
      assertThat(thread.isAlive()).as("%s is alive", thread).isFalse();
    }
  }

  @Test
  void a_returned_permit_lets_a_waiter_through() throws Exception {
    Throttle throttle = throttle(1, 0);
    Permit first = throttle.await(Priority.INTERACTIVE, Duration.ZERO);
    Future<Permit> second = inThread(() -> throttle.await(Priority.INTERACTIVE, LONG));
    untilWaiting(throttle, 1);

    first.done(ACCEPTED, "definition");

    second.get(10, TimeUnit.SECONDS).done(ACCEPTED, "definition");
    assertThat(throttle.snapshot().inUse()).isZero();
  }

  @Test
  void no_waiter_waits_longer_than_its_deadline() throws Exception {
    Throttle throttle = throttle(1, 0);
    throttle.await(Priority.INTERACTIVE, Duration.ZERO);
    Future<Permit> second =
        inThread(() -> throttle.await(Priority.INTERACTIVE, Duration.ofSeconds(5)));
    untilWaiting(throttle, 1);

    forward(Duration.ofMillis(4_999), throttle);
    assertThat(second.isDone()).isFalse();
    forward(Duration.ofMillis(1), throttle);

    assertThat(refusalOf(second).reason()).isEqualTo(Reason.NOT_YET);
    assertThat(throttle.snapshot().interactiveWaiting()).isZero();
  }

  @Test
  void a_permit_is_given_at_once_only_if_nobody_waits_and_one_is_free() throws Exception {
    Throttle throttle = throttle(1, 0);
    Permit first = throttle.passAtOnce(Priority.INTERACTIVE).orElseThrow();

    assertThat(throttle.passAtOnce(Priority.INTERACTIVE)).isEmpty();
    assertThat(throttle.snapshot().interactiveWaiting()).isZero();
    first.done(ACCEPTED, "definition");
    assertThat(throttle.passAtOnce(Priority.BATCH)).isPresent();
  }

  @Test
  void a_permit_that_was_not_used_lets_a_waiter_through() throws Exception {
    Throttle throttle = throttle(1, 0);
    Permit first = throttle.passAtOnce(Priority.INTERACTIVE).orElseThrow();
    Future<Permit> second = inThread(() -> throttle.await(Priority.INTERACTIVE, LONG));
    untilWaiting(throttle, 1);

    first.notUsed();
    first.notUsed();

    second.get(10, TimeUnit.SECONDS).done(ACCEPTED, "definition");
    assertThat(throttle.snapshot().inUse()).isZero();
    assertThat(throttle.gotThrough()).isEqualTo(1);
  }

  @Test
  void a_permit_that_was_not_used_takes_nothing_from_the_rate() {
    Throttle throttle = throttle(10, 1);

    for (int i = 0; i < 5; i++) {
      throttle.passAtOnce(Priority.INTERACTIVE).orElseThrow().notUsed();
    }

    throttle.passAtOnce(Priority.INTERACTIVE).orElseThrow().done(ACCEPTED, "definition");
    assertThat(throttle.passAtOnce(Priority.INTERACTIVE)).isEmpty();
  }

  @Test
  void a_message_that_may_not_need_its_permit_is_never_the_probe() throws Exception {
    Throttle throttle = throttle(10, 0);
    throttle.await(Priority.INTERACTIVE, LONG).done(unsettled(Reason.UNREACHABLE), "definition");
    forward(Duration.ofHours(1), throttle);

    assertThat(throttle.passAtOnce(Priority.INTERACTIVE)).isEmpty();
    throttle.await(Priority.INTERACTIVE, Duration.ZERO).done(ACCEPTED, "definition");
    assertThat(throttle.passAtOnce(Priority.INTERACTIVE)).isPresent();
  }

  @Test
  void nothing_waits_without_waiting_time() throws Exception {
    Throttle throttle = throttle(1, 0);
    throttle.await(Priority.INTERACTIVE, Duration.ofSeconds(-1));

    assertThatThrownBy(() -> throttle.await(Priority.INTERACTIVE, Duration.ofSeconds(-1)))
        .isInstanceOf(ThrottledException.class)
        .hasNoCause();
  }

  @Test
  void a_caller_overtakes_a_batch_without_waiting_time() throws Exception {
    Throttle throttle = throttle(2, 0);
    Permit row = throttle.await(Priority.BATCH, Duration.ZERO);
    Future<Permit> nextRow = inThread(() -> throttle.await(Priority.BATCH, LONG));
    untilWaiting(throttle, 1);

    throttle.await(Priority.INTERACTIVE, Duration.ofSeconds(-1));

    row.done(ACCEPTED, "definition");
    nextRow.get(10, TimeUnit.SECONDS);
  }

  @Test
  void accepts_an_endless_waiting_time() throws Exception {
    Throttle throttle = throttle(1, 0);
    forward(Duration.ofSeconds(1), throttle);
    Permit first = throttle.await(Priority.BATCH, Duration.ofSeconds(Long.MAX_VALUE));
    Future<Permit> second =
        inThread(() -> throttle.await(Priority.BATCH, Duration.ofSeconds(Long.MAX_VALUE)));
    untilWaiting(throttle, 1);
    first.done(ACCEPTED, "definition");
    assertThat(second.get(10, TimeUnit.SECONDS)).isNotNull();
  }

  @Test
  void waiters_leave_one_by_one_over_time() throws Exception {
    Throttle throttle = throttle(100, 1);
    throttle.await(Priority.INTERACTIVE, Duration.ZERO);
    AtomicInteger left = new AtomicInteger();
    for (int i = 1; i <= 5; i++) {
      inThread(
          () -> {
            throttle.await(Priority.INTERACTIVE, LONG);
            return left.incrementAndGet();
          });
      untilWaiting(throttle, i);
    }

    for (int i = 1; i <= 5; i++) {
      forward(Duration.ofSeconds(1), throttle);
      int expected = i;
      await().until(() -> left.get() == expected);
      assertThat(throttle.snapshot().interactiveWaiting()).isEqualTo(5 - i);
    }
    // Each falls asleep once, and the four that follow in keeping the time once more.
    assertThat(ticker.awaits()).isLessThanOrEqualTo(9);
  }

  @Test
  void a_waiter_probes_when_it_is_time() throws Exception {
    Throttle throttle = throttle(100, 0);
    throttle
        .await(Priority.INTERACTIVE, Duration.ZERO)
        .done(unsettled(Reason.FORBIDDEN), "definition");
    Future<Permit> first = inThread(() -> throttle.await(Priority.BATCH, Duration.ofSeconds(31)));
    untilWaiting(throttle, 1);
    Future<Permit> second = inThread(() -> throttle.await(Priority.BATCH, Duration.ofSeconds(90)));
    untilWaiting(throttle, 2);

    forward(Duration.ofSeconds(1), throttle);
    Duration held = first.get(10, TimeUnit.SECONDS).done(unsettled(Reason.FORBIDDEN), "definition");
    assertThat(held).isEqualTo(Duration.ofSeconds(2));
    assertThat(second.isDone()).isFalse();
    forward(held, throttle);

    second.get(10, TimeUnit.SECONDS).done(ACCEPTED, "definition");
    assertThat(throttle.outage()).isEmpty();
  }

  @Test
  void another_waiter_keeps_time_after_the_first_gives_up() throws Exception {
    Throttle throttle = throttle(100, 0.5);
    throttle.await(Priority.INTERACTIVE, Duration.ZERO);
    Future<Permit> row = inThread(() -> throttle.await(Priority.BATCH, Duration.ofMillis(2_500)));
    untilWaiting(throttle, 1);
    Future<Permit> nextRow = inThread(() -> throttle.await(Priority.BATCH, LONG));
    untilWaiting(throttle, 2);
    Future<Permit> caller = inThread(() -> throttle.await(Priority.INTERACTIVE, LONG));
    untilWaiting(throttle, 3);

    forward(Duration.ofSeconds(2), throttle);
    caller.get(10, TimeUnit.SECONDS);
    forward(Duration.ofMillis(500), throttle);
    assertThat(refusalOf(row).retryAfter()).contains(Duration.ofMillis(1_500));
    forward(Duration.ofMillis(1_500), throttle);

    nextRow.get(10, TimeUnit.SECONDS);
  }

  @Test
  void a_permit_counts_once_however_often_returned() throws Exception {
    Throttle throttle = throttle(64, 0);
    Permit kept = throttle.await(Priority.INTERACTIVE, Duration.ZERO);
    Permit permit = throttle.await(Priority.INTERACTIVE, Duration.ZERO);

    permit.abandon();
    permit.done(unsettled(Reason.UNAVAILABLE), "definition");
    permit.abandon();

    assertThat(throttle.snapshot().inUse()).isEqualTo(1);
    assertThat(throttle.snapshot().concurrencyLimit()).isEqualTo(64);
    kept.done(ACCEPTED, "definition");
  }

  @Test
  void a_permit_measures_the_time_of_the_answer() throws Exception {
    Throttle throttle = throttle(64, 0);
    Permit permit = throttle.await(Priority.INTERACTIVE, Duration.ZERO);
    forward(Duration.ofMillis(5_001), throttle);

    permit.done(ACCEPTED, "definition");

    assertThat(throttle.snapshot().concurrencyLimit()).isEqualTo(32);
  }

  @Test
  void an_interrupted_thread_stops_waiting_and_stays_interrupted() throws Exception {
    Throttle throttle = throttle(1, 0);
    Permit out = throttle.await(Priority.INTERACTIVE, Duration.ZERO);
    CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
    Future<Permit> waiting =
        inThread(
            () -> {
              try {
                return throttle.await(Priority.INTERACTIVE, LONG);
              } finally {
                interrupted.complete(Thread.currentThread().isInterrupted());
              }
            });
    untilWaiting(throttle, 1);

    threads.get(0).interrupt();

    assertThat(refusalOf(waiting).stopping()).isTrue();
    assertThat(interrupted.get(10, TimeUnit.SECONDS)).isTrue();
    out.done(ACCEPTED, "definition");
    throttle.await(Priority.INTERACTIVE, Duration.ZERO).done(ACCEPTED, "definition");
  }

  @Test
  void close_refuses_all_waiters() throws Exception {
    Throttle throttle = throttle(1, 0);
    Permit out = throttle.await(Priority.INTERACTIVE, Duration.ZERO);
    Future<Permit> caller = inThread(() -> throttle.await(Priority.INTERACTIVE, LONG));
    Future<Permit> row = inThread(() -> throttle.await(Priority.BATCH, LONG));
    untilWaiting(throttle, 2);

    throttle.close();

    assertThat(refusalOf(caller).stopping()).isTrue();
    assertThat(refusalOf(row).stopping()).isTrue();
    out.done(ACCEPTED, "definition");
    assertThat(throttle.snapshot().inUse()).isZero();
  }

  @Test
  void a_returned_permit_wakes_only_its_next_holder() throws Exception {
    Throttle throttle = throttle(1, 0);
    Permit permit = throttle.await(Priority.INTERACTIVE, Duration.ZERO);
    List<Future<Permit>> waiting = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      waiting.add(inThread(() -> throttle.await(Priority.INTERACTIVE, LONG)));
      untilWaiting(throttle, i + 1);
    }

    for (Future<Permit> next : waiting) {
      permit.done(ACCEPTED, "definition");
      permit = next.get(10, TimeUnit.SECONDS);
    }

    assertThat(ticker.awaits()).isEqualTo(50);
    permit.done(ACCEPTED, "definition");
  }

  @Test
  void holds_its_limit_under_many_threads() throws Exception {
    Throttle throttle = new Throttle(options(8, 0));
    AtomicInteger out = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AtomicInteger sent = new AtomicInteger();
    List<Future<Integer>> senders = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      Priority priority = i % 2 == 0 ? Priority.INTERACTIVE : Priority.BATCH;
      senders.add(
          inThread(
              () -> {
                for (int n = 0; n < 500; n++) {
                  Permit permit = throttle.await(priority, LONG);
                  most.accumulateAndGet(out.incrementAndGet(), Math::max);
                  Thread.yield();
                  out.decrementAndGet();
                  if (ThreadLocalRandom.current().nextInt(10) == 0) {
                    permit.abandon();
                  } else {
                    permit.done(ACCEPTED, "definition");
                  }
                  sent.incrementAndGet();
                }
                return 0;
              }));
    }
    for (Future<Integer> sender : senders) {
      sender.get(60, TimeUnit.SECONDS);
    }

    assertThat(sent).hasValue(32_000);
    assertThat(most.get()).isBetween(2, 8);
    assertThat(throttle.snapshot().inUse()).isZero();
  }

  @Test
  void holds_its_ceiling_under_many_threads() throws Exception {
    Throttle throttle = new Throttle(options(1_000, 2_000));
    List<Future<Integer>> senders = new ArrayList<>();
    long start = System.nanoTime();
    AtomicLong end = new AtomicLong();
    for (int i = 0; i < 32; i++) {
      Priority priority = i % 2 == 0 ? Priority.INTERACTIVE : Priority.BATCH;
      senders.add(
          inThread(
              () -> {
                for (int n = 0; n < 50; n++) {
                  throttle.await(priority, LONG).done(ACCEPTED, "definition");
                }
                end.accumulateAndGet(System.nanoTime(), Math::max);
                return 0;
              }));
    }
    for (Future<Integer> sender : senders) {
      sender.get(60, TimeUnit.SECONDS);
    }

    // 1,600 messages, 40 of them at once: 780 ms.
    assertThat(Duration.ofNanos(end.get() - start)).isBetween(Duration.ofMillis(779), LONG);
  }

  private Throttle throttle(int concurrency, double rate) {
    return new Throttle(options(concurrency, rate), ticker);
  }

  private void forward(Duration by, Throttle throttle) {
    ticker.forward(by);
    throttle.snapshot(); // asks for the time, with the lock
  }

  private static ThrottleOptions options(int concurrency, double rate) {
    return new ThrottleOptions(
        concurrency, rate, Duration.ofSeconds(5), LONG, Duration.ofMinutes(15));
  }

  private <T> Future<T> inThread(Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    Thread thread = new Thread(task, "sender-" + threads.size());
    threads.add(thread);
    thread.start();
    return task;
  }

  private static void untilWaiting(Throttle throttle, int many) {
    await()
        .pollInterval(Duration.ofMillis(1))
        .until(
            () ->
                throttle.snapshot().interactiveWaiting() + throttle.snapshot().batchWaiting()
                    == many);
  }

  private static ThrottledException refusalOf(Future<?> waiting) {
    ExecutionException thrown =
        catchThrowableOfType(ExecutionException.class, () -> waiting.get(10, TimeUnit.SECONDS));
    assertThat(thrown).hasCauseInstanceOf(ThrottledException.class);
    return (ThrottledException) thrown.getCause();
  }
}
