package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.testing.Reply;
import dev.smsroutes.testing.Requests;
import dev.smsroutes.testing.RunningBundle;
import dev.smsroutes.testing.ServeProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Requests that are small on the wire and large in memory, many at once, against a process with a
 * heap of 256 MB. One of the first kind was enough to kill it. It ends at the first allocation that
 * fails, as it does when an operator starts it, so that no failure goes unseen here.
 */
@Timeout(180)
class HttpHeapIT {
  private static final int AT_ONCE = 8;

  @TempDir private Path folder;

  private static String numbered(String name, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "\"" + name + i + "\":1")
        .collect(Collectors.joining(","));
  }

  private static String recipients(String recipient, int count) {
    return "\"recipients\":[" + (recipient + ",").repeat(count - 1) + recipient + "]";
  }

  private static Map<String, String> attacks() {
    String valid = "\"contactKey\":\"c\",\"to\":\"4915112345678\"";
    return Map.of(
        "300,000 unknown fields",
        "{" + numbered("f", 300_000) + "," + recipients("{}", 1) + "}",
        "190 attributes for each of 500 recipients",
        "{\"definitionKey\":\"account-reset\","
            + recipients("{" + valid + ",\"attributes\":{" + numbered("a", 190) + "}}", 500)
            + "}",
        "500 attributes for each of 500 recipients",
        "{" + recipients("{" + valid + ",\"attributes\":{" + numbered("a", 500) + "}}", 500) + "}",
        "500 recipients with seven faults each",
        "{" + recipients("{" + numbered("a", 7) + "}", 500) + "}",
        "50 unknown fields with long names",
        "{" + numbered("x".repeat(58), 50) + "," + recipients("{}", 1) + "}",
        "500 recipients that are none",
        "{" + recipients("0", 500) + "}",
        "a million recipients",
        "{" + recipients("0", 1_000_000) + "}",
        "a text of 4 MB",
        "{\"definitionKey\":\"" + "x".repeat(4_000_000) + "\"," + recipients("{}", 500) + "}");
  }

  private static Reply post(int port, String target, String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    String head =
        "POST "
            + target
            + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            + "Content-Type: application/json\r\nContent-Length: "
            + bytes.length
            + "\r\n\r\n";
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(60_000);
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      try {
        socket.getOutputStream().write(bytes);
      } catch (IOException e) {
        // A server that has refused it need not read it; its answer is there all the same.
      }
      return Reply.read(socket.getInputStream().readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void lives_on_and_answers_after_requests_that_are_large_in_memory() throws Exception {
    ExecutorService callers = Executors.newFixedThreadPool(AT_ONCE);
    try (ServeProcess process =
        new ServeProcess(folder, Map.of(), List.of("-Xmx256m", "-XX:+ExitOnOutOfMemoryError"))) {
      int port = process.awaitUp().httpPort();
      attacks()
          .forEach(
              (name, body) -> {
                List<CompletableFuture<Reply>> replies =
                    IntStream.range(0, AT_ONCE)
                        .mapToObj(
                            i ->
                                CompletableFuture.supplyAsync(
                                    () -> post(port, RunningBundle.MESSAGES, body), callers))
                        .toList();
                for (CompletableFuture<Reply> reply : replies) {
                  assertThat(reply.join().status()).as(name).isIn(202, 400, 503);
                  assertThat(reply.join().body()).as(name).hasSizeLessThan(250_000);
                }
              });

      assertThat(process.send("POST", "honest", Requests.keyed().toString()).join().statusCode())
          .isEqualTo(202);
      assertThat(process.output().lines().mapToInt(String::length).max().orElseThrow())
          .as("the longest line of the log")
          .isLessThan(2_000);
    } finally {
      callers.shutdownNow();
    }
  }
}
