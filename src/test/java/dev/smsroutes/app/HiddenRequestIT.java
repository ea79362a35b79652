package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.smsroutes.testing.Requests;
import dev.smsroutes.testing.RunningBundle;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Request smuggling: a gateway in front of us passes on what it takes for one request, and we must
 * not take a part of it for a second one, which nobody checked. Each request here hides another in
 * its body, in one of the ways in which readers of chunks, of trailers and of HTTP/1.0 differ;
 * {@code HttpSmugglingIT} has those of the headers.
 */
@Timeout(120)
class HiddenRequestIT {
  private static final String HIDDEN = "hidden";
  private static final int SILENCE_MILLIS = 1_000;
  private static final int PATIENCE_MILLIS = 30_000;
  private static final String MESSAGE = Requests.keyed().toString();

  private static RunningBundle bundle;

  @BeforeAll
  static void start() {
    bundle = RunningBundle.start();
  }

  /** Also none was served late. */
  @AfterAll
  static void stop() {
    try {
      assertThat(bundle.sandbox().messages())
          .extracting(message -> message.path("messageKey").asText())
          .noneMatch(key -> key.startsWith(HIDDEN));
    } finally {
      bundle.close();
    }
  }

  /** A whole request to send an SMS, as it would be hidden. */
  private static String hidden() {
    return post("KEY", "Connection: close", "Content-Length: " + MESSAGE.length()) + MESSAGE;
  }

  private static String post(String key, String... lines) {
    return "POST "
        + RunningBundle.MESSAGES
        + key
        + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        + String.join("\r\n", lines)
        + "\r\n\r\n";
  }

  private static String chunked(String body) {
    return post("outer", "Transfer-Encoding: chunked") + body;
  }

  private static String hex(String text) {
    return Integer.toHexString(text.length());
  }

  static Stream<Arguments> shapes() {
    String inner = hidden();
    return Stream.of(
        // CVE-2026-42580: the size of a chunk overflows, and what follows counts as a new request.
        arguments("chunk size of 2^32", chunked("100000000\r\n\r\n" + inner)),
        arguments("chunk size of 2^31", chunked("80000000\r\n\r\n" + inner)),
        arguments("chunk size of 2^64", chunked("10000000000000000\r\n\r\n" + inner)),
        arguments("chunk size of -1", chunked("ffffffff\r\n" + inner)),
        arguments("chunk size with a minus", chunked("-0\r\n\r\n" + inner)),
        arguments("chunk size with a plus", chunked("+0\r\n\r\n" + inner)),
        arguments("chunk size as 0x0", chunked("0x0\r\n\r\n" + inner)),
        arguments("chunk size with spaces inside", chunked("0 0\r\n\r\n" + inner)),
        arguments("chunk size that is empty", chunked("\r\n\r\n" + inner)),
        arguments("chunk size that is no number", chunked("zero\r\n\r\n" + inner)),
        // CVE-2026-33870: an extension with a line end in quotes.
        arguments("quoted extension", chunked("2;a=\"\r\n{}\r\n0\r\n\r\n" + inner + "\"\r\n")),
        arguments("extension with LF", chunked("2;a\n{}\r\n0\r\n\r\n" + inner)),
        // CVE-2025-58056: LF alone ends a chunk line.
        arguments("LF after the size", chunked("0\n\n" + inner)),
        arguments("CR after the size", chunked("0\r\r" + inner)),
        arguments("LF after the data", chunked("2\r\n{}\n0\r\n\r\n" + inner)),
        arguments("no line end after the data", chunked("2\r\n{}0\r\n\r\n" + inner)),
        arguments("more data than the size says", chunked("2\r\n{}  \r\n0\r\n\r\n" + inner)),
        // CVE-2026-42581.
        arguments(
            "length and coding in HTTP/1.0",
            post("outer", "Content-Length: " + (inner.length() + 5), "Transfer-Encoding: chunked")
                    .replace("HTTP/1.1", "HTTP/1.0")
                + "0\r\n\r\n"
                + inner),
        arguments(
            "length beyond 2^64", post("outer", "Content-Length: 18446744073709551616") + inner),
        arguments("length with a space inside", post("outer", "Content-Length: 0 0") + inner),
        // A header in the trailers must not become one of the request, nor a second request.
        arguments(
            "length in a trailer",
            chunked(hex("{}") + "\r\n{}\r\n0\r\nContent-Length: 0\r\n: \r\n\r\n" + inner)),
        arguments("trailer without a colon", chunked("0\r\nGET / HTTP/1.1\r\n\r\n" + inner)),
        arguments("trailer with NUL", chunked("0\r\nA: \0\r\n\r\n" + inner)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("shapes")
  void does_not_serve_the_request_that_is_hidden(String shape, String request) {
    String key = HIDDEN + shape.hashCode();

    String answers = answers(request.replace("KEY", key), SILENCE_MILLIS);

    assertThat(bundle.sandbox().find(key)).as(answers).isEmpty();
    assertThat(bundle.status(key).status()).isEqualTo(404);
  }

  /** So that the table above is not green because nothing is served at all. */
  @Test
  void serves_a_second_request_that_is_not_hidden() {
    String answers =
        answers(
            chunked(hex(MESSAGE) + "\r\n" + MESSAGE + "\r\n0\r\n\r\n").replace("outer", "first")
                + hidden().replace("KEY", "second"),
            PATIENCE_MILLIS);

    assertThat(bundle.sandbox().find("first")).as(answers).isPresent();
    assertThat(bundle.sandbox().find("second")).as(answers).isPresent();
  }

  /** Extensions and trailers that are fine are read past. */
  @Test
  void reads_past_extensions_and_trailers() {
    String answers =
        answers(
            chunked(
                    hex(MESSAGE)
                        + ";a=b;c=\"d\"\r\n"
                        + MESSAGE
                        + "\r\n0\r\nX-Trailer: x\r\nsmsCaller: x\r\n\r\n")
                .replace("outer", "trailers")
                .replace("Host:", "Connection: close\r\nHost:"),
            PATIENCE_MILLIS);

    assertThat(bundle.sandbox().find("trailers")).as(answers).isPresent();
  }

  /**
   * Writes, and reads until the server closes the connection or keeps silent; it does so where it
   * waits for the rest of a body.
   */
  private static String answers(String request, int millis) {
    ByteArrayOutputStream answers = new ByteArrayOutputStream();
    try (Socket socket = bundle.connect()) {
      socket.setSoTimeout(millis);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      socket.getInputStream().transferTo(answers);
    } catch (SocketTimeoutException | SocketException e) {
      answers.writeBytes((" " + e.getMessage()).getBytes(StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return answers.toString(StandardCharsets.ISO_8859_1);
  }
}
