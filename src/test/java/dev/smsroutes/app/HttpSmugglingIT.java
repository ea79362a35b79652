package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.testing.Requests;
import dev.smsroutes.testing.RunningBundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A request has one meaning only. What a gateway in front could read in another way is refused, and
 * nothing more is read from that connection: a request hidden in it would be taken for the next
 * caller's (request smuggling).
 */
@Timeout(60)
class HttpSmugglingIT {
  /** A name and headers. */
  private static final String HEADERS =
      """
      length and chunked        | Content-Length: LENGTHCRLFTransfer-Encoding: chunkedCRLF
      chunked and length        | Transfer-Encoding: chunkedCRLFContent-Length: 4CRLF
      the same length twice     | Content-Length: LENGTHCRLFContent-Length: LENGTHCRLF
      two lengths               | Content-Length: LENGTHCRLFContent-Length: 4CRLF
      a list of lengths         | Content-Length: LENGTH, LENGTHCRLF
      a signed length           | Content-Length: +LENGTHCRLF
      a negative length         | Content-Length: -1CRLF
      a length in hexadecimal   | Content-Length: 0x10CRLF
      a space before the colon  | Content-Length : LENGTHCRLF
      another coding            | Transfer-Encoding: xchunkedCRLF
      identity                  | Transfer-Encoding: identityCRLF
      chunked is not the last   | Transfer-Encoding: chunked, identityCRLF
      gzip under chunked        | Transfer-Encoding: gzip, chunkedCRLF
      chunked twice             | Transfer-Encoding: chunkedCRLFTransfer-Encoding: chunkedCRLF
      a control character in it | Transfer-Encoding: VTchunkedCRLF
      a line ends with LF       | X-A: bLFContent-Length: LENGTHCRLF
      CR in a value             | X-A: bCRcCRLFContent-Length: LENGTHCRLF
      NUL in a value            | X-A: bNULcCRLFContent-Length: LENGTHCRLF
      no colon                  | X-ACRLFContent-Length: LENGTHCRLF
      no name                   | : bCRLFContent-Length: LENGTHCRLF
      no name of a token        | X(A: bCRLFContent-Length: LENGTHCRLF
      a header in two lines     | X-A: bCRLF cCRLFContent-Length: LENGTHCRLF
      a tab begins a line       | X-A: bCRLFTABcCRLFContent-Length: LENGTHCRLF
      a coding in the next line | Transfer-Encoding:CRLF chunkedCRLF
      two hosts                 | Host: localhostCRLFContent-Length: LENGTHCRLF
      """;

  /** A name and the chunks of a body. */
  private static final String CHUNKS =
      """
      a line of a chunk ends with LF | SIZELFBODYCRLF0CRLFCRLF
      an extension with LF           | SIZE;a=bLFxCRLFBODYCRLF0CRLFCRLF
      a size with 0x                 | 0xSIZECRLFBODYCRLF0CRLFCRLF
      a negative size                | -1CRLFBODYCRLF0CRLFCRLF
      a size of 17 digits            | fffffffffffffffffCRLFBODYCRLF0CRLFCRLF
      no line end after the chunk    | SIZECRLFBODYxx0CRLFCRLF
      """;

  /**
   * By name: the answers to all of them, sent at once, since each connection is closed after 1 s.
   */
  private static final Map<String, CompletableFuture<List<String>>> ANSWERS = new HashMap<>();

  private static final ExecutorService SENDERS = Executors.newCachedThreadPool();
  private static RunningBundle bundle;

  static Stream<Arguments> headersWithTwoMeanings() {
    return rows(HEADERS);
  }

  static Stream<Arguments> chunksWithTwoMeanings() {
    return rows(CHUNKS);
  }

  private static Stream<Arguments> rows(String table) {
    return table
        .lines()
        .map(row -> row.split("\\|", 2))
        .map(row -> Arguments.of(row[0].strip(), row[1].strip()));
  }

  @BeforeAll
  static void start() {
    bundle = RunningBundle.start("sms.http.body-timeout", "2s", "sms.http.idle-timeout", "2s");
    String body = body();
    String size = Integer.toHexString(body.length());
    String chunked = size + "\r\n" + body + "\r\n0\r\n\r\n";
    headersWithTwoMeanings()
        .forEach(
            row -> {
              String headers =
                  unescaped(row.get()[1]).replace("LENGTH", Integer.toString(body.length()));
              boolean coded = headers.contains("Transfer-Encoding");
              send((String) row.get()[0], headers, coded ? chunked : body);
            });
    chunksWithTwoMeanings()
        .forEach(
            row ->
                send(
                    (String) row.get()[0],
                    "Transfer-Encoding: chunked\r\n",
                    unescaped(row.get()[1]).replace("SIZE", size).replace("BODY", body)));
  }

  private static void send(String name, String headers, String content) {
    String body = body();
    String bytes =
        request(key("first", name), headers, content)
            + request(key("hidden", name), "Content-Length: " + body.length() + "\r\n", body);
    ANSWERS.put(name, CompletableFuture.supplyAsync(() -> statuses(bytes), SENDERS));
  }

  private static String key(String which, String name) {
    return which + "-" + name.replaceAll("\\W", "-");
  }

  @AfterAll
  static void stop() {
    SENDERS.shutdownNow();
    bundle.close();
  }

  private static String body() {
    return Requests.keyed().toString();
  }

  private static String request(String key, String headers, String body) {
    return "POST "
        + RunningBundle.MESSAGES
        + key
        + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        + headers
        + "\r\n"
        + body;
  }

  /** The status lines of all answers on one connection, until the server closes it. */
  private static List<String> statuses(String bytes) {
    try (Socket socket = bundle.connect()) {
      socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
      String answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      List<String> statuses = new ArrayList<>();
      int at = answers.indexOf("HTTP/1.");
      while (at >= 0) {
        statuses.add(answers.substring(at + 9, at + 12));
        at = answers.indexOf("HTTP/1.", at + 1);
      }
      return statuses;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String unescaped(Object text) {
    return ((String) text)
        .replace("CRLF", "\r\n")
        .replace("LF", "\n")
        .replace("CR", "\r")
        .replace("NUL", "\0")
        .replace("TAB", "\t")
        .replace("VT", "\u000b");
  }

  /** Each of these is sent with a second request behind it, which must never be answered. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("headersWithTwoMeanings")
  void refuses_a_request_with_two_meanings_and_reads_no_further(String name, String headers) {
    assertThat(ANSWERS.get(name).join()).containsExactly("400");
    assertThat(bundle.sandbox().find(key("first", name))).isEmpty();
    assertThat(bundle.sandbox().find(key("hidden", name))).isEmpty();
  }

  /** A chunk that cannot be read ends the connection; no answer would be in time for it. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("chunksWithTwoMeanings")
  void closes_the_connection_at_a_chunk_with_two_meanings(String name, String chunks) {
    assertThat(ANSWERS.get(name).join()).doesNotContain("202");
    assertThat(bundle.sandbox().find(key("first", name))).isEmpty();
    assertThat(bundle.sandbox().find(key("hidden", name))).isEmpty();
  }

  @Test
  void answers_the_request_before_garbage_and_closes_the_connection() {
    String body = body();

    List<String> statuses =
        statuses(
            request(Requests.key(), "Content-Length: " + body.length() + "\r\n", body)
                + "\0\1 garbage\r\n\r\n");

    assertThat(statuses).startsWith("202").hasSizeLessThanOrEqualTo(2).doesNotContain("404");
  }

  /** HTTP/2 in plain text would go round the limits of HTTP/1.1. */
  @ParameterizedTest
  @CsvSource({
    "Connection: Upgrade{CRLF}Upgrade: h2c{CRLF}HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA{CRLF}",
    "Connection: Upgrade{CRLF}Upgrade: websocket{CRLF}Sec-WebSocket-Version: 13{CRLF}"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=={CRLF}",
  })
  void speaks_no_other_protocol(String upgrade) {
    String body = body();

    List<String> statuses =
        statuses(
            request(
                Requests.key(),
                upgrade.replace("{CRLF}", "\r\n") + "Content-Length: " + body.length() + "\r\n",
                body));

    assertThat(statuses).containsExactly("202");
  }

  @Test
  void does_not_begin_http_2() {
    assertThat(statuses("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0"))
        .doesNotContain("200", "202");
  }

  /** The end of a line and the beginning of the next come in packets of their own. */
  @ParameterizedTest
  @CsvSource({"' c', 400", "'X-B: c', 202"})
  void sees_a_header_in_two_lines_wherever_packets_end(String next, String status)
      throws IOException {
    String body = body();
    String head = request(Requests.key(), "X-A: b\r\n", "").replaceFirst("\r\n$", "");
    String rest = next + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    try (Socket socket = bundle.connect()) {
      socket.setTcpNoDelay(true);
      for (byte each : (head + rest).getBytes(StandardCharsets.US_ASCII)) {
        socket.getOutputStream().write(each);
        socket.getOutputStream().flush();
      }
      byte[] start = socket.getInputStream().readNBytes("HTTP/1.1 400".length());
      assertThat(new String(start, StandardCharsets.US_ASCII)).endsWith(status);
    }
  }

  /** A body may have any lines. */
  @Test
  void takes_a_body_whose_lines_begin_with_blanks() {
    String body = "{\n  \"definitionKey\" : \"account-reset\",\n\t" + body().substring(1);
    body = body.replaceFirst("(?s)\"definitionKey\":\"account-reset\",", "");

    String first = request(Requests.key(), "Content-Length: " + body.length() + "\r\n", body);
    String second = request(Requests.key(), "Content-Length: " + body.length() + "\r\n", body);

    assertThat(statuses(first + second)).containsExactly("202", "202");
  }

  /** As many as wait for the answer to the first have their requests in memory. */
  @Test
  void closes_a_connection_on_which_very_many_requests_wait() {
    bundle.sandbox().settings("{\"latencyMs\": 500}");
    String body = body();
    StringBuilder many = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      many.append(request("many-" + i, "Content-Length: " + body.length() + "\r\n", body));
    }

    assertThat(statuses(many.toString())).hasSizeLessThan(17);
  }
}
