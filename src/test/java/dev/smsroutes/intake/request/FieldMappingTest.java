package dev.smsroutes.intake.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.tuple;

import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Fault;
import dev.smsroutes.model.InvalidRequestException;
import dev.smsroutes.model.SendRequest;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FieldMappingTest {
  private static FieldMapping orders() {
    FieldMapping mapping = new FieldMapping();
    mapping.setDefinitionKey("order-shipped");
    mapping.setMessageKey("order-{order}-shipped");
    mapping.setContactKey("shop-{customer.number}");
    mapping.setTo("{customer.phone}");
    mapping.setMessage("%%FirstName%%, {order} stays as it is");
    mapping.getAttributes().put("FirstName", "{customer.name}");
    mapping.getAttributes().put("OrderNumber", "{order}");
    return mapping;
  }

  private static SendRequest read(String json) {
    return orders().fromJson(json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void fills_the_fields_in() {
    SendRequest request =
        read(
            """
            {"order": 4711, "customer": {"number": 17, "name": "Ada", "phone": "+1 425 555 0123"},
             "weight": {"kg": 2}}
            """);

    assertThat(request.unreadable()).isEmpty();
    assertThat(request.messageKey()).isEqualTo("order-4711-shipped");
    assertThat(request.definitionKey()).isEqualTo("order-shipped");
    assertThat(request.recipient().contactKey()).isEqualTo("shop-17");
    assertThat(request.recipient().to()).isEqualTo("+1 425 555 0123");
    assertThat(request.recipient().attributes())
        .containsExactly(entry("FirstName", "Ada"), entry("OrderNumber", "4711"));
    assertThat(request.message()).isEqualTo("%%FirstName%%, {order} stays as it is");
  }

  @Test
  void reads_a_map_as_a_data_format_leaves_it() {
    SendRequest request =
        orders()
            .fromMap(
                Map.of(
                    "order",
                    new BigDecimal("59.90"),
                    "customer.number",
                    "17",
                    "customer",
                    Map.of("phone", "123", "name", true)));

    assertThat(request.unreadable()).isEmpty();
    assertThat(request.messageKey()).isEqualTo("order-59.90-shipped");
    assertThat(request.recipient().contactKey()).isEqualTo("shop-17");
    assertThat(request.recipient().attributes()).containsEntry("FirstName", "true");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"order\": null, \"customer\": null}", "{\"order\": \" \"}"})
  void names_what_is_missing_with_the_names_of_the_site(String json) {
    SendRequest request = read(json);

    assertThat(request.messageKey()).isNull();
    assertThat(request.unreadable())
        .extracting(Fault::field, Fault::code, Fault::message)
        .containsExactly(
            tuple(
                "messageKey",
                ErrorCode.MISSING_MESSAGE_KEY,
                "Expected order, which gives messageKey; got none"),
            tuple(
                "recipient.contactKey",
                ErrorCode.MISSING_CONTACT_KEY,
                "Expected customer.number, which gives recipient.contactKey; got none"),
            tuple(
                "recipient.to",
                ErrorCode.MISSING_TO,
                "Expected customer.phone, which gives recipient.to; got none"));
  }

  @Test
  void leaves_out_an_attribute_whose_field_did_not_come() {
    assertThat(read("{\"customer\": {\"name\": \"\"}}").recipient().attributes())
        .containsExactly(entry("FirstName", ""));
  }

  @Test
  void refuses_arrays_and_objects_where_a_value_is_needed() {
    SendRequest request =
        read("{\"order\": [1], \"customer\": {\"number\": {}, \"phone\": \"1\"}}");

    assertThat(request.unreadable())
        .extracting(Fault::field, Fault::code)
        .containsExactly(
            tuple("messageKey", ErrorCode.WRONG_TYPE),
            tuple("recipient.contactKey", ErrorCode.WRONG_TYPE),
            tuple("recipient.attributes.OrderNumber", ErrorCode.WRONG_TYPE));
  }

  @ParameterizedTest
  @CsvSource({"1.25E7, 12500000", "1.50, 1.50", "4.711e3, 4711"})
  void writes_a_number_out(String number, String text) {
    SendRequest request = read("{\"order\": " + number + ", \"customer\": {}}");

    assertThat(request.messageKey()).isEqualTo("order-" + text + "-shipped");
    assertThat(orders().fromMap(Map.of("order", 1.25E7)).messageKey())
        .isEqualTo("order-12500000-shipped");
  }

  @Test
  void refuses_a_number_that_cannot_be_written_out() {
    SendRequest request =
        read("{\"order\": 12E45678901234, \"customer\": {\"number\": 1E999, \"phone\": \"1\"}}");

    assertThat(request.unreadable())
        .extracting(Fault::field, Fault::code)
        .containsExactly(
            tuple("messageKey", ErrorCode.WRONG_TYPE),
            tuple("recipient.contactKey", ErrorCode.WRONG_TYPE),
            tuple("recipient.attributes.OrderNumber", ErrorCode.WRONG_TYPE));
    assertThat(orders().fromMap(Map.of("order", Double.NaN)).unreadable().get(0).code())
        .isEqualTo(ErrorCode.WRONG_TYPE);
  }

  @Test
  void refuses_a_value_that_no_json_has() {
    Map<String, Object> own = new HashMap<>();
    own.put("order", new Object());

    assertThatThrownBy(() -> orders().fromMap(own)).isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void refuses_half_a_surrogate_pair() {
    assertThat(
            read("{\"order\": \"\\ud83d\", \"customer\": {\"number\": 1, \"phone\": 1}}")
                .unreadable())
        .extracting(Fault::field, Fault::code)
        .containsExactly(
            tuple("messageKey", ErrorCode.INVALID_MESSAGE_KEY),
            tuple("recipient.attributes.OrderNumber", ErrorCode.BAD_VALUE));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "{\"order\": 1, \"order\": 2}", "{} {}"})
  void refuses_what_is_no_json_object(String body) {
    assertThatThrownBy(() -> read(body)).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> orders().fromJson(null)).isInstanceOf(InvalidRequestException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{order", "order}", "{{order}}", "{}", "a{b{c}}"})
  void refuses_a_setting_with_a_brace_too_many(String text) {
    assertThatThrownBy(() -> new FieldMapping().getAttributes().put("Name", text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("attributes.Name")
        .hasMessageContaining(text);
  }

  @Property
  void never_evaluates_a_value(@ForAll @CharRange(from = '\0', to = '\ud7ff') String value) {
    FieldMapping mapping = new FieldMapping();
    mapping.setTo("<{a}{b}>");
    mapping.getAttributes().put("A", "{a}");

    SendRequest request = mapping.fromMap(Map.of("a", "{b}${body}" + value, "b", "x"));

    assertThat(request.recipient().to()).isEqualTo("<{b}${body}" + value + "x>");
    assertThat(request.recipient().attributes()).containsEntry("A", "{b}${body}" + value);
  }
}
