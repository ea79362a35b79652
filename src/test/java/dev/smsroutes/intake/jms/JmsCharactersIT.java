package dev.smsroutes.intake.jms;

import static dev.smsroutes.intake.jms.AmqpClient.encoded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.smsroutes.intake.request.RequestReader;
import dev.smsroutes.model.Fault;
import dev.smsroutes.model.SendRequest;
import jakarta.jms.BytesMessage;
import jakarta.jms.Message;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Text that is not UTF-8 is refused, however it comes: no handset shows U+FFFD. */
@Timeout(60)
class JmsCharactersIT {
  private static final String GOOD =
      "{\"messageKey\":\"k-%s\",\"definitionKey\":\"welcome\",\"recipient\":{\"contactKey\":\"c\","
          + "\"to\":\"+4915112345678\",\"attributes\":{\"Name\":\"%s\"}}}";

  @TempDir static Path directory;
  private static JmsBench bench;

  @BeforeAll
  static void start() throws Exception {
    bench =
        new JmsBench(directory, JmsBench.always(JmsBench::accepted), new RequestReader(500)::one);
  }

  @AfterAll
  static void stop() throws Exception {
    bench.close();
  }

  private static byte[] bytes(String name, Charset charset) {
    return String.format(GOOD, "x", name).getBytes(charset);
  }

  private static byte[] withBytes(int... name) {
    byte[] head = GOOD.substring(0, GOOD.lastIndexOf("%s")).replace("%s", "x").getBytes();
    byte[] tail = "\"}}}".getBytes();
    byte[] all = new byte[head.length + name.length + tail.length];
    System.arraycopy(head, 0, all, 0, head.length);
    for (int i = 0; i < name.length; i++) {
      all[head.length + i] = (byte) name[i];
    }
    System.arraycopy(tail, 0, all, head.length + name.length, tail.length);
    return all;
  }

  static Stream<Arguments> noUtf8() {
    return Stream.of(
        arguments("Latin-1", bytes("Jürgen Müller", StandardCharsets.ISO_8859_1)),
        arguments("Windows-1252", bytes("5 € – „ja“", Charset.forName("windows-1252"))),
        arguments("Latin-1 at the end", bytes("André", StandardCharsets.ISO_8859_1)),
        arguments("code page 850", bytes("Größe", Charset.forName("IBM850"))),
        arguments("Shift JIS", bytes("日本", Charset.forName("Shift_JIS"))),
        arguments("GBK", bytes("中文", Charset.forName("GBK"))),
        arguments("a character cut in two", withBytes(0xE2, 0x82)),
        arguments("a lone continuation", withBytes(0x80)),
        arguments("an overlong letter", withBytes(0xC1, 0xA1)),
        arguments("a surrogate pair as CESU-8", withBytes(0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80)),
        arguments("beyond Unicode", withBytes(0xF4, 0x90, 0x80, 0x80)),
        arguments("bytes that no text has", withBytes(0xFE, 0xFF)),
        arguments("a replacement character", bytes("J\uFFFDrgen", StandardCharsets.UTF_8)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("noUtf8")
  void a_stomp_text_frame_is_refused(String what, byte[] body) throws Exception {
    try (StompClient stomp = StompClient.connect(bench.broker.port())) {
      stomp.writeWithBody(body, "SEND", "destination:sms.send");
      assertRefused();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("noUtf8")
  void stomp_bytes_are_refused(String what, byte[] body) throws Exception {
    try (StompClient stomp = StompClient.connect(bench.broker.port())) {
      stomp.writeWithBody(body, "SEND", "destination:sms.send", "content-length:" + body.length);
      assertRefused();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("noUtf8")
  void a_bytes_message_is_refused(String what, byte[] body) throws Exception {
    BytesMessage message = bench.session.createBytesMessage();
    message.writeBytes(body);
    bench.send(message);
    assertRefused();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("noUtf8")
  void amqp_data_and_strings_are_refused(String what, byte[] body) throws Exception {
    try (AmqpClient amqp = new AmqpClient(bench.broker.port())) {
      amqp.send("sms.send", encoded(new Data(new Binary(body))));
      assertRefused();
      byte[] head = {0, 0x53, 0x77, (byte) 0xA1, (byte) body.length};
      amqp.send("sms.send", encoded(head, body));
      assertRefused();
    }
  }

  private static void assertRefused() throws Exception {
    Message moved = bench.take("sms.send.invalid");
    assertThat(moved.getIntProperty("smsErrorCode")).isIn(10004, 10005);
    assertThat(moved.getStringProperty("smsReason")).contains("UTF-8").doesNotContain("rgen");
  }

  @Test
  void the_reason_names_the_field_and_the_place() throws Exception {
    bench.send(bench.text(String.format(GOOD, "x", "😀J\uFFFDrgen")));
    Message moved = bench.take("sms.send.invalid");
    assertThat(JmsBench.properties(moved))
        .contains(
            entry("smsErrorCode", 10005),
            entry("smsFields", "recipient.attributes.Name"),
            entry(
                "smsReason",
                "recipient.attributes.Name: Expected text in UTF-8; got U+FFFD as character 3,"
                    + " which stands for other bytes"));
  }

  @Test
  void every_field_is_looked_at() throws Exception {
    String all =
        "{'messageKey':'?','definitionKey':'?','content':{'message':'a?'},'recipient':"
            + "{'contactKey':'?','to':'?','attributes':{'?':'?'}}}";
    SendRequest request =
        new RequestReader(500)
            .one(
                all.replace('\'', '"').replace("?", "\\uFFFD").getBytes(StandardCharsets.UTF_8),
                Optional.empty());
    assertThat(ReplacementCharacters.in(request))
        .extracting(Fault::field)
        .containsExactly(
            "messageKey",
            "definitionKey",
            "content.message",
            "recipient.contactKey",
            "recipient.to",
            "recipient.attributes",
            "recipient.attributes.\uFFFD");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Jürgen Müller", "5 € – „ja“", "日本", "😀", "\uFFFC\uFFFE", "ï¿½"})
  void other_characters_are_sent_as_they_are(String name) throws Exception {
    int before = bench.handedOver.size();
    byte[] body = bytes(name, StandardCharsets.UTF_8);
    try (StompClient stomp = StompClient.connect(bench.broker.port())) {
      stomp.writeWithBody(body, "SEND", "destination:sms.send");
      stomp.writeWithBody(body, "SEND", "destination:sms.send", "content-length:" + body.length);
      await().until(() -> bench.handedOver.size() == before + 2);
    }
    assertThat(bench.handedOver.subList(before, before + 2))
        .allSatisfy(
            request -> assertThat(request.recipient().attributes()).containsEntry("Name", name))
        .allSatisfy(request -> assertThat(request.unreadable()).isEmpty());
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16", "UTF-16BE", "UTF-16LE", "UTF-32BE", "UTF-32LE"})
  void reads_other_unicode_encodings_as_json_allows(String charset) throws Exception {
    int before = bench.handedOver.size();
    BytesMessage message = bench.session.createBytesMessage();
    message.writeBytes(bytes("Jürgen", Charset.forName(charset)));
    bench.send(message);
    await().until(() -> bench.handedOver.size() == before + 1);
    assertThat(bench.handedOver.get(before).recipient().attributes())
        .containsEntry("Name", "Jürgen");
  }
}
