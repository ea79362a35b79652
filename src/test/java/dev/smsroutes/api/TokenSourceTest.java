package dev.smsroutes.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.smsroutes.model.Reason;
import dev.smsroutes.testing.SettableClock;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenSourceTest {
  private final SettableClock clock = new SettableClock();
  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicLong permits = new AtomicLong();

  @Test
  void keeps_a_token_until_shortly_before_it_expires() throws Exception {
    TokenSource tokens = source(() -> token(1080));

    assertThat(tokens.token(permit())).isEqualTo("token-1");
    clock.forward(Duration.ofSeconds(1019));
    assertThat(tokens.token(permit())).isEqualTo("token-1");
    clock.forward(Duration.ofSeconds(2));
    assertThat(tokens.token(permit())).isEqualTo("token-2");
  }

  @Test
  void fetches_one_token_for_all_waiting_callers() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    TokenSource tokens =
        source(
            () -> {
              asked.await(10, TimeUnit.SECONDS);
              return token(1080);
            });

    assertThat(inParallel(50, () -> tokens.token(permit()), asked)).containsOnly("token-1");
    assertThat(requests).hasValue(1);
  }

  @Test
  void renews_once_for_all_calls_refused_with_a_token() throws Exception {
    TokenSource tokens = source(() -> token(1080));
    String old = tokens.token(permit());

    List<String> renewed =
        inParallel(
            50,
            () -> {
              tokens.renew(old, permit());
              return tokens.token(permit());
            },
            new CountDownLatch(0));

    assertThat(renewed).containsOnly("token-2");
    assertThat(requests).hasValue(2);
  }

  @Test
  void asks_once_for_calls_in_progress_after_a_refused_renewal() throws Exception {
    TokenSource tokens = source(() -> token(1080));
    long first = permit();
    String old = tokens.token(first);
    long late = permit();
    tokens.renew(old, first);
    tokens.refused(tokens.token(first));

    for (long underWay : new long[] {first, late}) {
      assertThat(refusal(() -> tokens.token(underWay))).isEqualTo(Reason.UNAUTHENTICATED);
      assertThat(refusal(() -> tokens.renew(old, underWay))).isEqualTo(Reason.UNAUTHENTICATED);
    }
    assertThat(requests).hasValue(2);

    assertThat(tokens.token(permit())).as("for the probe").isEqualTo("token-3");
  }

  @Test
  void asks_once_for_each_probe_while_new_tokens_are_refused() throws Exception {
    TokenSource tokens = source(() -> token(1080));
    long first = permit();
    tokens.renew(tokens.token(first), first);
    tokens.refused(tokens.token(first));

    for (int probes = 1; probes <= 5; probes++) {
      long probe = permit();
      String token = tokens.token(probe);
      assertThat(refusal(() -> tokens.renew(token, probe))).isEqualTo(Reason.UNAUTHENTICATED);
      assertThat(requests).hasValue(2 + probes);
    }

    long works = permit();
    String token = tokens.token(works);
    tokens.accepted();
    tokens.renew(token, works);
    assertThat(tokens.token(works)).as("as ever, once one was accepted").isEqualTo("token-9");
  }

  /** What the endpoint says, and why nothing is sent then. */
  @ParameterizedTest
  @CsvSource({
    "400, UNAUTHENTICATED",
    "401, UNAUTHENTICATED",
    "403, FORBIDDEN",
    "429, RATE_LIMITED",
    "500, UNAVAILABLE",
    "503, UNAVAILABLE",
    "0, UNREACHABLE",
  })
  void asks_once_for_all_permits_before_the_refusal(int status, Reason reason) {
    CountDownLatch asked = new CountDownLatch(1);
    TokenSource tokens =
        source(
            () -> {
              asked.await(10, TimeUnit.SECONDS);
              if (status == 0) {
                throw new ConnectException("refused");
              }
              return reply(status, "{\"error\":\"invalid_client\"}");
            });
    List<Long> permits = LongStream.range(0, 20).mapToObj(i -> permit()).toList();
    asked.countDown();

    for (long permit : permits) {
      assertThat(refusal(() -> tokens.token(permit))).isEqualTo(reason);
    }
    assertThat(refusal(() -> tokens.token(0))).as("a question").isEqualTo(reason);
    assertThat(requests).hasValue(1);

    assertThat(refusal(() -> tokens.token(permit()))).as("the probe asks").isEqualTo(reason);
    assertThat(requests).hasValue(2);
  }

  @Test
  void says_which_settings_to_check_when_the_endpoint_refuses_them() {
    TokenSource tokens = source(() -> reply(401, "{\"error\":\"invalid_client\"}"));

    assertThatThrownBy(() -> tokens.token(permit())).hasMessageContaining("sms.api.client-id");
  }

  @Test
  void has_a_new_token_for_the_next_probe() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    TokenSource tokens =
        source(
            () -> {
              if (calls.getAndIncrement() == 0) {
                throw new ConnectException("refused");
              }
              return token(1080);
            });

    assertThatThrownBy(() -> tokens.token(permit())).isInstanceOf(TokenException.class);
    assertThat(tokens.token(permit())).isEqualTo("token-2");
  }

  @Test
  void keeps_a_good_token_while_no_new_one_is_available() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    TokenSource tokens = source(() -> calls.getAndIncrement() == 0 ? token(1080) : reply(503, ""));
    tokens.token(permit());
    clock.forward(Duration.ofSeconds(1030));

    for (int i = 0; i < 100; i++) {
      assertThat(tokens.token(permit())).isEqualTo("token-1");
    }
    assertThat(requests).as("asks again when half of the rest is over").hasValue(2);
    clock.forward(Duration.ofSeconds(25));
    assertThat(tokens.token(permit())).isEqualTo("token-1");
    assertThat(requests).hasValue(3);

    clock.forward(Duration.ofSeconds(25));
    assertThatThrownBy(() -> tokens.token(permit())).isInstanceOf(TokenException.class);
  }

  @Test
  void refuses_an_answer_without_a_token() {
    for (String body : List.of("{}", "<html>", "")) {
      assertThat(refusal(() -> source(() -> reply(200, body)).token(permit())))
          .isEqualTo(Reason.UNAVAILABLE);
    }
  }

  /** Found by ReplyFuzzTest: the token stands in a header of each call. */
  @ParameterizedTest
  @ValueSource(
      strings = {"", " ", "a b", "a\\r\\nX-Injected: yes", "a\\n", "a\\u0000", "\u00e9", "\\u007f"})
  void takes_no_token_that_a_header_cannot_carry(String token) {
    TokenSource tokens =
        source(() -> reply(200, "{\"access_token\":\"" + token + "\",\"expires_in\":1080}"));

    assertThatThrownBy(() -> tokens.token(permit()))
        .isInstanceOf(TokenException.class)
        .hasMessageContaining("answered without one");
  }

  private TokenSource source(Callable<ApiReply> answers) {
    return new TokenSource(
        () -> {
          requests.incrementAndGet();
          try {
            return answers.call();
          } catch (IOException e) {
            throw e;
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        },
        clock,
        permits::get);
  }

  /** A message has its turn. */
  private long permit() {
    return permits.incrementAndGet();
  }

  private static Reason refusal(ThrowingCallable asking) {
    return catchThrowableOfType(TokenException.class, asking).reason();
  }

  private ApiReply token(int seconds) {
    return reply(
        200, "{\"access_token\":\"token-" + requests.get() + "\",\"expires_in\":" + seconds + "}");
  }

  private static ApiReply reply(int status, String body) {
    return new ApiReply(status, body.getBytes(StandardCharsets.UTF_8), Optional.empty());
  }

  private static <T> List<T> inParallel(int times, Callable<T> task, CountDownLatch release)
      throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(times);
    try {
      CountDownLatch ready = new CountDownLatch(times);
      List<Future<T>> futures = new ArrayList<>();
      for (int i = 0; i < times; i++) {
        futures.add(
            threads.submit(
                () -> {
                  ready.countDown();
                  ready.await();
                  return task.call();
                }));
      }
      ready.await();
      release.countDown();
      List<T> results = new ArrayList<>();
      for (Future<T> future : futures) {
        results.add(future.get(30, TimeUnit.SECONDS));
      }
      return results;
    } finally {
      threads.shutdownNow();
    }
  }
}
