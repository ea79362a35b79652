package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class CloseStackTest {
  private final List<String> closed = new ArrayList<>();
  private final CloseStack stack = new CloseStack();

  @Test
  void closes_the_last_one_first_and_each_of_them_once() {
    stack.push(() -> closed.add("first"));
    stack.push(() -> closed.add("second"));
    stack.push(() -> closed.add("third"));

    stack.close();
    stack.close();

    assertThat(closed).containsExactly("third", "second", "first");
  }

  @Test
  void closes_all_and_reports_each_failure() {
    IllegalStateException early = new IllegalStateException("early");
    IllegalStateException late = new IllegalStateException("late");
    stack.push(() -> closed.add("first"));
    stack.push(
        () -> {
          throw late;
        });
    stack.push(() -> closed.add("third"));
    stack.push(
        () -> {
          throw early;
        });

    assertThatThrownBy(stack::close).hasCause(early);
    assertThat(early).hasSuppressedException(late);
    assertThat(closed).containsExactly("third", "first");
  }

  @Test
  void a_second_caller_waits_until_all_is_closed() throws Exception {
    CountDownLatch closing = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    stack.push(
        () -> {
          closing.countDown();
          await(mayEnd);
          closed.add("slow");
        });
    CompletableFuture<Void> one = CompletableFuture.runAsync(stack::close);
    closing.await();
    Thread other = new Thread(stack::close);
    other.start();
    Awaitility.await().until(() -> other.getState() == Thread.State.BLOCKED);

    mayEnd.countDown();
    other.join();

    assertThat(closed).containsExactly("slow");
    one.join();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
