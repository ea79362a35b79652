package dev.smsroutes.send;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.smsroutes.outcome.ApiReply;
import dev.smsroutes.outcome.Outcome.Reason;
import dev.smsroutes.outcome.StatusTable;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
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
import org.junit.jupiter.api.Test;

class TokenSourceTest {
  private final SettableClock clock = new SettableClock();
  private final AtomicInteger requests = new AtomicInteger();

  @Test
  void fetches_one_token_and_keeps_it_until_shortly_before_it_expires() throws Exception {
    TokenSource tokens = source(() -> token(1080));

    assertThat(tokens.token()).isEqualTo("token-1");
    clock.advance(Duration.ofSeconds(1019));
    assertThat(tokens.token()).isEqualTo("token-1");
    clock.advance(Duration.ofSeconds(2));
    assertThat(tokens.token()).isEqualTo("token-2");
  }

  @Test
  void fetches_one_token_for_all_who_wait() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    TokenSource tokens =
        source(
            () -> {
              asked.await(10, TimeUnit.SECONDS);
              return token(1080);
            });

    assertThat(inParallel(50, tokens::token, asked)).containsOnly("token-1");
    assertThat(requests).hasValue(1);
  }

  @Test
  void renews_once_however_many_were_refused_with_the_old_token() throws Exception {
    TokenSource tokens = source(() -> token(1080));
    String old = tokens.token();

    List<String> renewed =
        inParallel(
            50,
            () -> {
              tokens.renew(old);
              return tokens.token();
            },
            new CountDownLatch(0));

    assertThat(renewed).containsOnly("token-2");
    assertThat(requests).hasValue(2);
  }

  @Test
  void asks_no_more_for_a_while_when_the_renewed_token_is_refused_as_well() throws Exception {
    TokenSource tokens = source(() -> token(1080));
    tokens.renew(tokens.token());
    tokens.refused(tokens.token());

    assertThat(catchThrowableOfType(TokenException.class, tokens::token).reason())
        .isEqualTo(Reason.UNAUTHENTICATED);
    assertThat(requests).hasValue(2);

    clock.advance(Duration.ofSeconds(11));
    assertThat(tokens.token()).isEqualTo("token-3");
  }

  @Test
  void does_not_repeat_wrong_credentials_with_every_message() {
    TokenSource tokens = source(() -> reply(401, "{\"error\":\"invalid_client\"}"));

    for (int i = 0; i < 10; i++) {
      TokenException refusal = catchThrowableOfType(TokenException.class, tokens::token);
      assertThat(refusal.reason()).isEqualTo(Reason.UNAUTHENTICATED);
      assertThat(refusal).hasMessageContaining("sms.api.client-id");
    }
    assertThat(requests).hasValue(1);
  }

  @Test
  void tries_again_soon_when_the_endpoint_was_only_out_of_reach() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    TokenSource tokens =
        source(
            () -> {
              if (calls.getAndIncrement() == 0) {
                throw new ConnectException("refused");
              }
              return token(1080);
            });

    assertThatThrownBy(tokens::token).isInstanceOf(TokenException.class);
    clock.advance(Duration.ofSeconds(2));
    assertThat(tokens.token()).isEqualTo("token-2");
  }

  @Test
  void goes_on_with_the_old_token_while_it_is_good_and_no_new_one_is_to_be_had() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    TokenSource tokens = source(() -> calls.getAndIncrement() == 0 ? token(1080) : reply(503, ""));
    tokens.token();
    clock.advance(Duration.ofSeconds(1030));

    assertThat(tokens.token()).isEqualTo("token-1");
    clock.advance(Duration.ofSeconds(60));
    assertThatThrownBy(tokens::token).isInstanceOf(TokenException.class);
  }

  @Test
  void refuses_an_answer_without_a_token() {
    assertThatThrownBy(source(() -> reply(200, "{}"))::token).isInstanceOf(TokenException.class);
    assertThatThrownBy(source(() -> reply(200, "<html>"))::token)
        .isInstanceOf(TokenException.class);
    assertThatThrownBy(source(() -> reply(200, ""))::token).isInstanceOf(TokenException.class);
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
        new StatusTable(clock),
        clock);
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

  /** A clock that moves when a test says so. */
  private static final class SettableClock extends Clock {
    private volatile Instant now = Instant.parse("2026-03-01T12:00:00Z");

    void advance(Duration by) {
      now = now.plus(by);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
