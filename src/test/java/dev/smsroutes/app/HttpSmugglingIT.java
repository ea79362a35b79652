package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.testing.Requests;
import dev.smsroutes.testing.RunningBundle;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A request has one meaning only. What a gateway in front could read in another way is refused, and
 * nothing more is read from that connection: a request hidden in it would be taken for the next
 * caller's (request smuggling).
 */
@Timeout(60)
class HttpSmugglingIT {
  private static RunningBundle bundle;

  @BeforeAll
  static void start() {
    bundle = RunningBundle.start("sms.http.body-timeout", "2s", "sms.http.idle-timeout", "2s");
  }

  @AfterAll
  static void stop() {
    bundle.close();
  }

  @BeforeEach
  void forget() {
    bundle.forget();
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
  private static List<String> statuses(String bytes) throws IOException {
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
    }
  }

  private static String unescaped(String text) {
    return text.replace("CRLF", "\r\n")
        .replace("LF", "\n")
        .replace("CR", "\r")
        .replace("NUL", "\0")
        .replace("TAB", "\t")
        .replace("VT", "\u000b");
  }

  /** Each with a second request behind it, which must never be answered. */
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
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
          two hosts                 | Host: localhostCRLFContent-Length: LENGTHCRLF
          """)
  void refuses_a_request_with_two_meanings_and_reads_no_further(String name, String headers)
      throws IOException {
    String body = body();
    String framed = unescaped(headers).replace("LENGTH", Integer.toString(body.length()));
    boolean chunked = framed.contains("chunked") || framed.contains("identity");
    String content =
        chunked ? Integer.toHexString(body.length()) + "\r\n" + body + "\r\n0\r\n\r\n" : body;

    List<String> statuses =
        statuses(
            request("first", framed, content)
                + request("hidden", "Content-Length: " + body.length() + "\r\n", body));

    assertThat(statuses).containsExactly("400");
    assertThat(bundle.sandbox().find("first")).isEmpty();
    assertThat(bundle.sandbox().find("hidden")).isEmpty();
  }

  /**
   * A chunk that cannot be read ends the connection; there is no answer that it could be in time
   * for.
   */
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          a line of a chunk ends with LF | SIZELFBODYCRLF0CRLFCRLF
          an extension with LF           | SIZE;a=bLFxCRLFBODYCRLF0CRLFCRLF
          a size with 0x                 | 0xSIZECRLFBODYCRLF0CRLFCRLF
          a negative size                | -1CRLFBODYCRLF0CRLFCRLF
          a size of 17 digits            | fffffffffffffffffCRLFBODYCRLF0CRLFCRLF
          no line end after the chunk    | SIZECRLFBODYxx0CRLFCRLF
          """)
  void closes_the_connection_at_a_chunk_with_two_meanings(String name, String chunks)
      throws IOException {
    String body = body();
    String framed =
        unescaped(chunks).replace("SIZE", Integer.toHexString(body.length())).replace("BODY", body);

    List<String> statuses =
        statuses(
            request("first", "Transfer-Encoding: chunked\r\n", framed)
                + request("hidden", "Content-Length: " + body.length() + "\r\n", body));

    assertThat(statuses).doesNotContain("202");
    assertThat(bundle.sandbox().find("first")).isEmpty();
    assertThat(bundle.sandbox().find("hidden")).isEmpty();
  }

  @Test
  void answers_the_request_before_garbage_and_closes_the_connection() throws IOException {
    String body = body();

    List<String> statuses =
        statuses(
            request("first", "Content-Length: " + body.length() + "\r\n", body)
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
  void speaks_no_other_protocol(String upgrade) throws IOException {
    String body = body();

    List<String> statuses =
        statuses(
            request(
                "first",
                upgrade.replace("{CRLF}", "\r\n") + "Content-Length: " + body.length() + "\r\n",
                body));

    assertThat(statuses).containsExactly("202");
  }

  @Test
  void does_not_begin_http_2() throws IOException {
    assertThat(statuses("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0"))
        .doesNotContain("200", "202");
  }

  /** As many as wait for the answer to the first have their requests in memory. */
  @Test
  void closes_a_connection_on_which_very_many_requests_wait() throws IOException {
    bundle.sandbox().settings("{\"latencyMs\": 500}");
    String body = body();
    StringBuilder many = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      many.append(request("many-" + i, "Content-Length: " + body.length() + "\r\n", body));
    }

    assertThat(statuses(many.toString())).hasSizeLessThan(17);
  }
}
