package dev.smsroutes.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.tuple;

import dev.smsroutes.outcome.ErrorCode;
import dev.smsroutes.outcome.Fault;
import dev.smsroutes.outcome.InvalidRequestException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestReaderTest {
  private final RequestReader reader = new RequestReader(3);

  @Test
  void reads_the_documented_body_of_the_keyed_route() {
    SendRequest request =
        reader.keyed(
            utf8(
                """
                {"definitionKey":"2FA_order_accounts",
                 "recipient":{"contactKey":"recipient1","to":"15555551234",
                              "attributes":{"FirstName":"Jason","ProductId":"112345"}},
                 "content":{"message":"Hi %%FirstName%%"}}"""),
            "k1");

    assertThat(request.unreadable()).isEmpty();
    assertThat(request.messageKey()).isEqualTo("k1");
    assertThat(request.definitionKey()).isEqualTo("2FA_order_accounts");
    assertThat(request.recipient().contactKey()).isEqualTo("recipient1");
    assertThat(request.recipient().to()).isEqualTo("15555551234");
    assertThat(request.recipient().attributes())
        .containsExactly(entry("FirstName", "Jason"), entry("ProductId", "112345"));
    assertThat(request.message()).isEqualTo("Hi %%FirstName%%");
  }

  @Test
  void turns_numbers_and_booleans_of_attributes_into_text_as_they_were_written() {
    SendRequest request =
        reader.keyed(
            utf8(
                """
                {"definitionKey":"d","recipient":{"contactKey":"c","to":"1",
                 "attributes":{"n":1.10,"big":12345678901234567890123,"yes":true}}}"""),
            "k");

    assertThat(request.recipient().attributes())
        .containsEntry("n", "1.10")
        .containsEntry("big", "12345678901234567890123")
        .containsEntry("yes", "true");
  }

  /** A fault each: the body, the field that is named, and the API's code. */
  @ParameterizedTest(name = "{0} → {1} {2}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"definitionKey":1,"recipient":{}}                                   | definitionKey              | 10001
          {"definitionKey":"d","recipient":[]}                                 | recipient                  | 10001
          {"definitionKey":"d","recipient":{"to":5}}                           | recipient.to               | 10001
          {"definitionKey":"d","recipient":{"contactKey":{}}}                  | recipient.contactKey       | 10001
          {"definitionKey":"d","recipient":{"attributes":"x"}}                 | recipient.attributes       | 10001
          {"definitionKey":"d","recipient":{"attributes":{"a":null}}}          | recipient.attributes.a     | 10001
          {"definitionKey":"d","recipient":{"attributes":{"a":[1]}}}           | recipient.attributes.a     | 10001
          {"definitionKey":"d","recipient":{"attributes":{"a":{}}}}            | recipient.attributes.a     | 10001
          {"definitionKey":"d","recipient":{"attributes":{"a":"1","A":"2"}}}   | recipient.attributes.A     | 10005
          {"definitionKey":"d","recipient":{"attributes":{"":"1"}}}            | recipient.attributes       | 10005
          {"definitionKey":"d","recipient":{"phone":"1"}}                      | recipient.phone            | 109122
          {"definitionKey":"d","recipient":{},"recipients":[]}                 | recipients                 | 109122
          {"definitionKey":"d","recipient":{},"messageKey":"k"}                | messageKey                 | 109122
          {"definitionKey":"d","recipient":{},"content":"hi"}                  | content                    | 10001
          {"definitionKey":"d","recipient":{},"content":{"message":7}}         | content.message            | 10001
          {"definitionKey":"d","recipient":{},"content":{"text":"x"}}          | content.text               | 109122
          {"definitionKey":"d","recipient":{},"subscriptions":{"resubscribe":"yes"}} | subscriptions.resubscribe | 10001
          """)
  void names_the_field_that_cannot_be_read(String body, String field, int code) {
    assertThat(reader.keyed(utf8(body), "k").unreadable())
        .extracting(Fault::field, fault -> fault.code().number())
        .containsExactly(tuple(field, code));
  }

  @Test
  void names_all_faults_of_a_request_at_once() {
    SendRequest request =
        reader.keyed(utf8("{\"definitionKey\":1,\"recipient\":{\"to\":2,\"x\":3},\"y\":4}"), "k");

    assertThat(request.unreadable())
        .extracting(Fault::field)
        .containsExactlyInAnyOrder("definitionKey", "recipient.to", "recipient.x", "y");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"definitionKey"                   | line 1, column 17: it ends too early
          {"a":1,"a":2}                      | line 1, column 11: a name came twice in one object
          {} {}                              | more came after the end of the object
          {'a':1}                            | line 1, column 2: something that is not JSON came
          """)
  void says_where_the_json_breaks_off(String body, String message) {
    Fault fault = refusal(utf8(body));

    assertThat(fault.code()).isEqualTo(ErrorCode.MALFORMED_JSON);
    assertThat(fault.message()).contains(message);
  }

  @Test
  void never_quotes_a_body_that_it_cannot_read() {
    assertThat(refusal(utf8("{\"to\": 4915112345678x}")).message()).doesNotContain("4915112345678");
  }

  @Test
  void refuses_an_empty_body_an_array_and_bytes_that_are_no_text() {
    assertThat(refusal(new byte[0]).code()).isEqualTo(ErrorCode.MALFORMED_JSON);
    assertThat(refusal(utf8("[]")).code()).isEqualTo(ErrorCode.WRONG_TYPE);
    assertThat(refusal(utf8("null")).code()).isEqualTo(ErrorCode.WRONG_TYPE);
    assertThat(refusal(new byte[] {'{', '"', (byte) 0xc3, (byte) 0x28, '"', ':', '1', '}'}).code())
        .isEqualTo(ErrorCode.MALFORMED_JSON);
  }

  @Test
  void refuses_json_that_is_nested_without_end() {
    assertThat(refusal(utf8("[".repeat(100_000))).message()).contains("nested too deeply");
  }

  @Test
  void reads_each_of_many_recipients_and_makes_the_keys_that_are_missing() {
    List<SendRequest> requests =
        reader.bare(
            utf8(
                """
                {"definitionKey":"d","recipients":[
                  {"messageKey":"k1","contactKey":"c1","to":"1"},
                  {"contactKey":"c2","to":"2","attributes":{"a":"b"}}],
                 "content":{"message":"hi"},"subscriptions":{"resubscribe":true}}"""));

    assertThat(requests).extracting(SendRequest::message).containsExactly("hi", "hi");
    assertThat(requests).allMatch(SendRequest::resubscribe);
    assertThat(requests.get(0).messageKey()).isEqualTo("k1");
    assertThat(requests.get(1).messageKey()).matches("[A-Za-z0-9._-]{1,100}");
  }

  @Test
  void refuses_the_second_recipient_with_the_same_key_and_keeps_the_first() {
    List<SendRequest> requests =
        reader.bare(utf8("{\"recipients\":[{\"messageKey\":\"k\"},{\"messageKey\":\"k\"}]}"));

    assertThat(requests.get(0).unreadable()).isEmpty();
    assertThat(requests.get(1).unreadable())
        .extracting(Fault::code)
        .containsExactly(ErrorCode.DUPLICATE_MESSAGE_KEY);
  }

  @ParameterizedTest(name = "{0} → {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"definitionKey":"d"}                                     | 109102
          {"definitionKey":"d","recipients":[]}                     | 109102
          {"definitionKey":"d","recipients":{}}                     | 10001
          {"definitionKey":"d","recipients":[{},{},{},{}]}          | 109101
          {"definitionKey":"d","recipient":{}}                      | 109122
          """)
  void refuses_a_bare_body_without_a_usable_list(String body, int code) {
    InvalidRequestException refusal =
        catchThrowableOfType(InvalidRequestException.class, () -> reader.bare(utf8(body)));

    assertThat(refusal.faults().get(0).code().number()).isEqualTo(code);
  }

  @Test
  void reads_a_standalone_request_with_its_key_in_the_body_or_asks_for_one() {
    assertThat(standalone("{\"messageKey\":\"k\",\"definitionKey\":\"d\",\"recipient\":{}}"))
        .extracting(SendRequest::messageKey)
        .containsExactly("k");
    assertThat(standalone("{\"definitionKey\":\"d\",\"recipient\":{}}"))
        .extracting(SendRequest::messageKey)
        .containsExactly("made-0");
    assertThat(standalone("{\"recipients\":[{},{\"messageKey\":\"k\"},{}]}"))
        .extracting(SendRequest::messageKey)
        .containsExactly("made-1", "k", "made-3");
  }

  @Test
  void reads_one_request_and_prefers_its_own_key_to_the_one_from_outside() {
    assertThat(reader.one(utf8("{\"messageKey\":\"k\"}"), Optional.of("o")).messageKey())
        .isEqualTo("k");
    assertThat(reader.one(utf8("{}"), Optional.of("o")).messageKey()).isEqualTo("o");
    assertThat(reader.one(utf8("{}"), Optional.empty()).messageKey()).isNull();
    assertThat(reader.one(utf8("{}"), Optional.of("\ud83d")).unreadable())
        .extracting(Fault::code)
        .containsExactly(ErrorCode.INVALID_MESSAGE_KEY);
    assertThat(reader.one(utf8("{\"recipients\":[]}"), Optional.empty()).unreadable())
        .extracting(Fault::field)
        .containsExactly("recipients");
  }

  private List<SendRequest> standalone(String body) {
    return reader.standalone(utf8(body), recipient -> "made-" + recipient);
  }

  private Fault refusal(byte[] body) {
    return catchThrowableOfType(InvalidRequestException.class, () -> reader.keyed(body, "k"))
        .faults()
        .get(0);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
