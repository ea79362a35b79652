package dev.smsroutes.intake.request;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.smsroutes.intake.request.RequestReader.AttributeLimits;
import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Fault;
import dev.smsroutes.model.InvalidRequestException;
import dev.smsroutes.model.SendRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

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

  @ParameterizedTest(name = "{0} → {1}")
  @CsvSource({
    "true, true",
    "0, 0",
    "-7, -7",
    "-0, 0",
    "1.10, 1.10",
    "1.50, 1.50",
    "12345678901234567890123, 12345678901234567890123",
    "1.25E7, 12500000",
    "1.250E7, 12500000",
    "1.2345e2, 123.45",
    "125e-1, 12.5",
    "1E2, 100",
    "1E99, 1000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
    "0E5, 0",
    "-1.5e-3, -0.0015",
  })
  void turns_numbers_and_booleans_of_attributes_into_plain_text(String value, String text) {
    SendRequest request = reader.keyed(withName(value), "k");

    assertThat(request.unreadable()).isEmpty();
    assertThat(request.recipient().attributes()).containsExactly(entry("Name", text));
  }

  /** Article codes that became numbers, and numbers that would fill the memory as text. */
  static Stream<String> numbers_that_cannot_be_written_out() {
    return Stream.of(
        "12E45678901234",
        "12E-45678901234",
        "1e2147483648",
        "1e-2147483648",
        "1e9999999999",
        "1E9999999",
        "1E-9999999",
        "1E100",
        "1e999999999",
        "0e99999999999",
        "1".repeat(101),
        "1".repeat(10_000),
        "0." + "1".repeat(3_000_000));
  }

  @ParameterizedTest
  @MethodSource("numbers_that_cannot_be_written_out")
  void refuses_too_long_numbers_and_names_the_field(String number) {
    assertThat(reader.keyed(withName(number), "k").unreadable())
        .singleElement()
        .satisfies(
            fault -> {
              assertThat(fault.field()).isEqualTo("recipient.attributes.Name");
              assertThat(fault.code()).isEqualTo(ErrorCode.WRONG_TYPE);
              assertThat(fault.message())
                  .contains("at most 100 characters")
                  .hasSizeLessThan(200)
                  .doesNotContain(number);
            });
  }

  /** Wherever it stands, it is a number: never a failure of the whole. */
  @ParameterizedTest(name = "{0} → {1} {2}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"definitionKey":1E99999999999}                             | definitionKey              | 10001
          {"recipient":1E99999999999}                                 | recipient                  | 10001
          {"recipient":{"to":49E99999999999}}                         | recipient.to               | 10001
          {"recipient":{"contactKey":12E45678901234}}                 | recipient.contactKey       | 10001
          {"recipient":{"attributes":1E99999999999}}                  | recipient.attributes       | 10001
          {"recipient":{"attributes":{"a":[1E99999999999]}}}          | recipient.attributes.a     | 10001
          {"content":{"message":1E99999999999}}                       | content.message            | 10001
          {"subscriptions":{"resubscribe":1E99999999999}}             | subscriptions.resubscribe  | 10001
          {"foo":1E99999999999}                                       | foo                        | 109122
          """)
  void reads_an_endless_exponent_as_a_wrong_number(String body, String field, int code) {
    assertThat(reader.keyed(utf8(body), "k").unreadable())
        .extracting(Fault::field, fault -> fault.code().number())
        .containsExactly(tuple(field, code));
  }

  @Test
  void refuses_only_the_recipient_whose_number_cannot_be_written_out() {
    List<SendRequest> requests =
        reader.bare(
            utf8(
                "{\"recipients\":[{\"attributes\":{\"n\":12E45678901234}},"
                    + "{\"attributes\":{\"n\":12E4}}]}"));

    assertThat(requests.get(0).unreadable())
        .extracting(Fault::field)
        .containsExactly("recipient.attributes.n");
    assertThat(requests.get(1).unreadable()).isEmpty();
    assertThat(requests.get(1).recipient().attributes()).containsEntry("n", "120000");
  }

  private static byte[] withName(String value) {
    return utf8(
        "{\"definitionKey\":\"d\",\"recipient\":{\"contactKey\":\"c\",\"to\":\"1\","
            + "\"attributes\":{\"Name\":"
            + value
            + "}}}");
  }

  /** The values of the wire are in a number; a failure of any kind refuses, and says nothing. */
  @Test
  void turns_a_failure_while_reading_into_a_refusal() {
    assertThatThrownBy(
            () ->
                reader.standalone(
                    utf8("{\"recipient\":{}}"),
                    recipient -> {
                      throw new IllegalStateException("+4915112345678");
                    }))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageNotContaining("4915112345678")
        .hasMessageContaining("got one that sms-routes failed to read");
  }

  @Test
  void names_so_many_faults_and_counts_the_rest() {
    String names =
        IntStream.range(0, 100_000)
            .mapToObj(i -> "\"n" + i + "\":1")
            .collect(Collectors.joining(","));

    for (List<Fault> faults :
        List.of(
            reader.keyed(utf8("{" + names + "}"), "k").unreadable(),
            reader.bare(utf8("{\"recipients\":[{}]," + names + "}")).get(0).unreadable(),
            reader.bare(utf8("{\"recipients\":[{" + names + "}]}")).get(0).unreadable())) {
      assertThat(faults).hasSize(51);
      assertThat(faults.get(50).message()).contains("99950 more are not listed");
    }
  }

  /** Of all recipients together, but one at least of each, so that none of them is sent. */
  @Test
  void names_so_many_faults_of_all_recipients_together() {
    String faulty =
        "{" + IntStream.range(0, 30).mapToObj(i -> "\"n" + i + "\":1").collect(joining(",")) + "}";
    RequestReader many = new RequestReader(500);

    List<SendRequest> requests =
        many.bare(utf8("{\"recipients\":[" + (faulty + ",").repeat(499) + faulty + "]}"));

    assertThat(requests).hasSize(500).noneMatch(request -> request.unreadable().isEmpty());
    assertThat(requests.stream().mapToInt(request -> request.unreadable().size()).sum())
        .isLessThan(50 + 2 * 500);
    assertThat(requests.stream().mapToInt(request -> Fault.count(request.unreadable())).sum())
        .isEqualTo(500 * 30);
  }

  /** What a heap of 256 MB cannot hold as a tree, and what it said before. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("too_much")
  void keeps_nothing_of_what_is_too_much(String name, String json, String field, String message) {
    RequestReader limited = new RequestReader(3, new AttributeLimits(5, 10, 20));
    List<Fault> faults;
    try {
      faults = limited.standalone(utf8(json), recipient -> "k").get(0).unreadable();
    } catch (InvalidRequestException e) {
      faults = e.faults();
    }

    assertThat(faults)
        .anySatisfy(
            fault -> {
              assertThat(fault.field()).isEqualTo(field);
              assertThat(fault.message()).contains(message);
            });
    assertThat(faults).hasSizeLessThanOrEqualTo(51);
  }

  static Stream<Arguments> too_much() {
    String numbered =
        IntStream.range(0, 300_000).mapToObj(i -> "\"n" + i + "\":1").collect(joining(","));
    String six = IntStream.range(0, 6).mapToObj(i -> "\"n" + i + "\":1").collect(joining(","));
    return Stream.of(
        arguments("fields", "{" + numbered + ",\"recipient\":{}}", "", "299950 more"),
        arguments(
            "attributes",
            "{\"recipient\":{\"attributes\":{" + six + "}}}",
            "recipient.attributes",
            "at most 5 attributes (sms.http.max-attributes); got 6"),
        arguments(
            "many attributes",
            "{\"recipient\":{\"attributes\":{" + numbered + "}}}",
            "recipient.attributes",
            "got 300000"),
        arguments(
            "attributes for all",
            "{\"recipients\":[{}],\"attributes\":{" + six + "}}",
            "attributes",
            "got 6"),
        arguments(
            "a long name",
            "{\"recipient\":{\"attributes\":{\"12345678901\":1}}}",
            "recipient.attributes.12345678901",
            "a name of at most 10 characters (sms.http.max-attribute-name-length); got 11"),
        arguments(
            "a long value",
            "{\"recipient\":{\"attributes\":{\"a\":\"" + "x".repeat(21) + "\"}}}",
            "recipient.attributes.a",
            "a value of at most 20 characters (sms.http.max-attribute-length); got 21"),
        arguments(
            "recipients",
            "{\"recipients\":[" + "0,".repeat(999_999) + "0]}",
            "recipients",
            "at most 3 recipients; got 1000000"),
        arguments(
            "values",
            "{\"recipients\":[{\"a\":{" + objects() + "}},{}]}",
            "",
            "at most 10005 values; got more"));
  }

  /** Fields in fields, so that no object has many. */
  private static String objects() {
    String small = "\"a\":1,\"b\":1,\"c\":1";
    String larger = small;
    for (int i = 0; i < 9; i++) {
      larger = "\"a\":{" + larger + "},\"b\":{" + larger + "},\"c\":{" + larger + "}";
    }
    return larger;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("names_that_an_answer_cannot_hold")
  void makes_field_names_fit_for_an_answer(String name, String shown) {
    String json = "{\"" + name + "\":1,\"recipient\":{\"attributes\":{\"" + name + "\":[]}}}";

    assertThat(reader.keyed(utf8(json), "k").unreadable())
        .extracting(Fault::field)
        .containsExactlyInAnyOrder(shown, "recipient.attributes." + shown);
  }

  @Test
  void half_a_character_in_a_name_is_not_json() {
    assertThat(refusal(utf8("{\"a\\ud800\":1}")).code()).isEqualTo(ErrorCode.MALFORMED_JSON);
  }

  static Stream<Arguments> names_that_an_answer_cannot_hold() {
    return Stream.of(
        arguments("n".repeat(40_000), "n".repeat(60) + "…"),
        arguments("n".repeat(59) + "😀😀", "n".repeat(59) + "\uFFFD…"),
        arguments("a\\u0000b\\u001b\\n", "a\uFFFDb\uFFFD\uFFFD"));
  }

  /** What a client with generated classes writes. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        """
        {"definitionKey":"d","messageKey":null,"recipients":null,"attributes":null,"content":null,
         "subscriptions":{"resubscribe":null},
         "recipient":{"contactKey":"c","to":"1","messageKey":null,"attributes":{"a":"1","b":null}}}""",
        """
        {"definitionKey":"d","subscriptions":null,"content":{"message":null},
         "recipient":{"contactKey":"c","to":"1","attributes":{"":null,"A":null,"a":"1"}}}""",
      })
  void takes_null_for_an_absent_field(String body) {
    for (SendRequest request :
        List.of(
            reader.keyed(utf8(body), "k"),
            reader.one(utf8(body), Optional.of("k")),
            reader.standalone(utf8(body), recipient -> "k").get(0))) {
      assertThat(request.unreadable()).isEmpty();
      assertThat(request.messageKey()).isEqualTo("k");
      assertThat(request.recipient().attributes()).containsExactly(entry("a", "1"));
      assertThat(request.message()).isNull();
      assertThat(request.resubscribe()).isFalse();
    }
  }

  @Test
  void takes_null_for_an_absent_field_with_many_recipients() {
    byte[] body =
        utf8(
            """
            {"definitionKey":"d","messageKey":null,"recipient":null,"attributes":null,
             "content":{"message":null},"subscriptions":null,
             "recipients":[{"messageKey":null,"contactKey":"c","to":"1","attributes":null}]}""");

    for (SendRequest request :
        List.of(reader.bare(body).get(0), reader.standalone(body, recipient -> "k").get(0))) {
      assertThat(request.unreadable()).isEmpty();
      assertThat(request.messageKey()).isNotBlank();
      assertThat(request.recipient().attributes()).isEmpty();
    }
  }

  @Test
  void gives_shared_attributes_to_recipients_whose_own_win() {
    byte[] body =
        utf8(
            """
            {"definitionKey":"d","attributes":{"Shop":"Ulm","Rate":1.5e1,"no":null},
             "recipients":[{"contactKey":"c","to":"1"},
                           {"attributes":{"SHOP":"Graz","x":"y"}},
                           {"attributes":{"shop":null}}]}""");

    for (List<SendRequest> requests :
        List.of(reader.bare(body), reader.standalone(body, recipient -> "k" + recipient))) {
      assertThat(requests).allMatch(request -> request.unreadable().isEmpty());
      assertThat(requests)
          .extracting(request -> request.recipient().attributes())
          .containsExactly(
              Map.of("Shop", "Ulm", "Rate", "15"),
              Map.of("Rate", "15", "SHOP", "Graz", "x", "y"),
              Map.of("Shop", "Ulm", "Rate", "15"));
    }
  }

  @ParameterizedTest(name = "{0} → {1} {2}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          []                  | attributes   | 10001
          "x"                 | attributes   | 10001
          {"a":[1]}           | attributes.a | 10001
          {"a":1e99999999999} | attributes.a | 10001
          {"":"1"}            | attributes   | 10005
          {"a":"1","A":"2"}   | attributes.A | 10005
          """)
  void reports_faults_of_shared_attributes_to_each_recipient(
      String attributes, String field, int code) {
    assertThat(reader.bare(utf8("{\"attributes\":" + attributes + ",\"recipients\":[{},{}]}")))
        .hasSize(2)
        .allSatisfy(
            request ->
                assertThat(request.unreadable())
                    .extracting(Fault::field, fault -> fault.code().number())
                    .containsExactly(tuple(field, code)));
  }

  /** 4 MB for each of 500 recipients would be 2 GB. */
  @Test
  void refuses_shared_attributes_that_grow_too_long() {
    String value = "x".repeat(1_500_000);
    String two = "{\"attributes\":{\"a\":\"" + value + "\"},\"recipients\":[{},{}]}";

    assertThat(reader.bare(utf8(two)).get(0).unreadable()).isEmpty();
    assertThat(reader.bare(utf8(two.replace("[{},", "[{},{},"))))
        .hasSize(3)
        .allSatisfy(
            request -> {
              assertThat(request.unreadable())
                  .extracting(Fault::field)
                  .containsExactly("attributes");
              assertThat(request.recipient().attributes()).isEmpty();
            });
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
          {"definitionKey":"d","recipient":{},"foo":null}                      | foo                        | 109122
          {"definitionKey":"d","recipient":{"foo":null}}                       | recipient.foo              | 109122
          {"definitionKey":"d","recipient":{},"attributes":{"a":"1"}}          | attributes                 | 109122
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
          {"a":1,"a":2}                      | line 1, column 8: the same name twice in one object
          {} {}                              | more text after the end of the object
          {'a':1}                            | line 1, column 2: text that is not JSON
          {"a":NaN}                          | line 1, column 9: text that is not JSON
          {"a":1.}                           | line 1, column 8: text that is not JSON
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
  void refuses_empty_bodies_arrays_and_binary_data() {
    assertThat(refusal(new byte[0]).code()).isEqualTo(ErrorCode.MALFORMED_JSON);
    assertThat(refusal(utf8("[]")).code()).isEqualTo(ErrorCode.WRONG_TYPE);
    assertThat(refusal(utf8("null")).code()).isEqualTo(ErrorCode.WRONG_TYPE);
    assertThat(refusal(new byte[] {'{', '"', (byte) 0xc3, (byte) 0x28, '"', ':', '1', '}'}).code())
        .isEqualTo(ErrorCode.MALFORMED_JSON);
  }

  @Test
  void says_that_a_body_is_compressed() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(utf8("{}"));
    }

    assertThat(refusal(bytes.toByteArray()).code()).isEqualTo(ErrorCode.MALFORMED_JSON);
    assertThat(refusal(bytes.toByteArray()).message()).contains("got gzip. Send it uncompressed");
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-8", "UTF-16BE", "UTF-16LE", "UTF-32BE", "UTF-32LE"})
  void reads_every_json_encoding_with_or_without_a_mark(String encoding) {
    for (String mark : List.of("", "\uFEFF")) {
      byte[] body =
          (mark + "{\"definitionKey\":\"dü\",\"recipient\":{\"attributes\":{\"n\":1.50}}}")
              .getBytes(Charset.forName(encoding));

      SendRequest request = reader.keyed(body, "k");

      assertThat(request.definitionKey()).isEqualTo("dü");
      assertThat(request.recipient().attributes()).containsEntry("n", "1.50");
    }
  }

  @Test
  void says_that_a_name_is_too_long() {
    assertThat(refusal(utf8("{\"" + "n".repeat(60_000) + "\":1}")).message())
        .contains("a name or a text is longer than the limit");
  }

  @Test
  void refuses_json_that_is_nested_without_end() {
    assertThat(refusal(utf8("[".repeat(100_000))).message()).contains("nested too deeply");
  }

  @Test
  void reads_many_recipients_and_makes_missing_keys() {
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
  void refuses_only_the_second_recipient_with_a_key() {
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
  void takes_the_body_key_or_asks_for_one() {
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
  void prefers_the_bodys_key_to_the_given_one() {
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
