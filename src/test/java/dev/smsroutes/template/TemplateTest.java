package dev.smsroutes.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.tuple;

import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Fault;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TemplateTest {

  @Nested
  class Parsing {
    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        quoteCharacter = '`',
        value = {
          // text | names | what the API alone can do
          "plain || ",
          "%%FirstName%%, hi | FirstName | ",
          "%%a%%%%b%% | a,b | ",
          "%%a%% and %%A%% and %%b%% | a,b | ",
          "%%First Name%% | First Name | ",
          "%%Größe%% %%order-no.%% %%a/b(c)%% | Größe,order-no.,a/b(c) | ",
          "100%%%name%% | name | ",
          "%%%name%%% | name | ",
          "50%% off || ",
          "50%% off, %%name%% | name | ",
          "%%name%%, 50%% off | name | ",
          "%% name %% || ",
          "%%%% || ",
          "% % %name% || ",
          "%%a%b%% || ",
          "%%=V(@x)=%% || %%=V(@x)=%%",
          "%%[ SET @x = 'a%%b' ]%%%%name%% | name | %%[ SET @x = 'a%%b' ]%%",
          "%%name%% %%[ never closed | name | %%[ never closed",
          "%%= never closed %%name%% || %%= never closed %%name%%",
          "%%%[ x ]%% || %%[ x ]%%",
          "%%_FirstName%% || %%_FirstName%%",
          "%%XTDayOfWeek%% %%xtdayofweek%% || %%XTDayOfWeek%%",
          "%%emailaddr%% %%jobid%% || %%emailaddr%%,%%jobid%%",
          "%%MSG(0).NOUN(1)%% || %%MSG(0).NOUN(1)%%",
          "%%xtra%% %%name_%% | xtra,name_ | ",
          // a value could stand between or right after literal percent signs, and run as script
          "%%%%n%%%% | n | %%",
          "a%% b %%n%% c%% | n | %%",
          "%%%%%%n%% | n | %%",
        })
    void distinguishes_placeholders_from_what_only_the_api_resolves(
        String text, String names, String apiOnly) {
      Template template = Template.parse(text);

      assertThat(String.join(",", template.names())).isEqualTo(names == null ? "" : names);
      assertThat(String.join(",", template.apiOnly())).isEqualTo(apiOnly == null ? "" : apiOnly);
      assertThat(template.leftToApi()).isEqualTo(apiOnly != null);
      assertThat(template.text()).isEqualTo(text);
    }

    @Test
    void takes_names_of_up_to_128_units() {
      String longest = "n".repeat(128);

      assertThat(Template.parse("%%" + longest + "%%").names()).containsExactly(longest);
      assertThat(Template.parse("%%" + longest + "n%%").names()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r", "\t", "\u0000", "\u0085", "\u2028"})
    void takes_no_control_character_into_a_name(String character) {
      assertThat(Template.parse("%%a" + character + "b%%").names()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"%", "%%[", "%%=", "%%a", "%%a%%", "%%%a", "]%%", "%%a%%%%", "%%_"})
    void takes_hostile_texts_in_linear_time(String piece) {
      String text = piece.repeat(1_000_000 / piece.length());

      // Far beyond what a linear pass needs, far below what a quadratic one does.
      Template template =
          Assertions.assertTimeoutPreemptively(Duration.ofSeconds(20), () -> Template.parse(text));

      assertThat(template.text()).hasSameSizeAs(text);
    }

    @Test
    void cuts_long_script_in_reports() {
      Template template = Template.parse("%%[ " + "x\n".repeat(500) + " ]%%");

      assertThat(template.apiOnly()).hasSize(1);
      assertThat(template.apiOnly().get(0)).hasSize(61).startsWith("%%[ x x x").endsWith("…");
    }
  }

  @Nested
  class Rendering {
    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        quoteCharacter = '`',
        value = {
          "%%FirstName%%, your 2FA token is %%password%% | Ann, your 2FA token is 4711",
          "%%firstname%%%%PASSWORD%% | Ann4711",
          "100%%%firstname%%% | 100%Ann%",
          "50%% off, %%firstname%% | 50%% off, Ann",
          "%%firstname%%: 50%% off | Ann: 50%% off",
          "[%%Empty%%] | []",
          "%% nothing %% here | %% nothing %% here",
          "%%Dollar%% | $1 \\0 {{x}}",
        })
    void puts_values_in(String text, String rendered) {
      Map<String, String> attributes =
          Map.of(
              "FirstName",
              "Ann",
              "Password",
              "4711",
              "empty",
              "",
              "dollar",
              "$1 \\0 {{x}}",
              "x",
              "unused %%");

      assertThat(Template.parse(text).check(attributes)).isEmpty();
      assertThat(Template.parse(text).render(attributes)).isEqualTo(rendered);
    }

    @Test
    void takes_the_first_of_names_that_differ_in_case_only() {
      Map<String, String> attributes = new LinkedHashMap<>();
      attributes.put("NAME", "first");
      attributes.put("name", "second");

      assertThat(Template.parse("%%name%%").render(attributes)).isEqualTo("first");
    }

    @Test
    void passes_lone_surrogates_through() {
      assertThat(Template.parse("\uD83D%%a%%").render(Map.of("a", "\uDE00x\uD83D")))
          .isEqualTo("\uD83D\uDE00x\uD83D");
    }

    @Test
    void refuses_a_text_that_is_left_to_the_api() {
      assertThatIllegalStateException()
          .isThrownBy(() -> Template.parse("%%xtyear%%").render(Map.of()));
    }

    @Test
    void refuses_what_check_refuses_without_a_value() {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Template.parse("%%a%%%%b%%").render(Map.of("a", "secret%", "b", "%")))
          .withMessageContaining("'a'")
          .withMessageNotContaining("secret");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Template.parse("%%a%%").render(Map.of("b", "secret")))
          .withMessageContaining("%%a%%")
          .withMessageNotContaining("secret");
    }
  }

  @Nested
  class Checking {
    @Test
    void names_every_missing_attribute_in_one_refusal() {
      Template template = Template.parse("%%FirstName%%: %%password%%, %%Code%%, %%PASSWORD%%");
      Map<String, String> attributes = Map.of("firstname", "Ann");

      assertThat(template.missing(attributes)).containsExactly("password", "Code");
      assertThat(template.check(attributes, "account-reset"))
          .containsExactly(
              new Fault(
                  "recipient.attributes.password",
                  ErrorCode.MISSING_FIELD,
                  "Definition 'account-reset' needs %%password%%, %%Code%%;"
                      + " the request has firstname"),
              new Fault(
                  "recipient.attributes.Code",
                  ErrorCode.MISSING_FIELD,
                  "Definition 'account-reset' needs %%Code%% too"));
    }

    @Test
    void speaks_of_the_requests_own_text_and_of_no_attributes() {
      assertThat(Template.parse("%%a%%").check(Map.of()))
          .extracting(Fault::message)
          .containsExactly(
              "The text in content.message needs %%a%%; the request has no attributes");
    }

    @Test
    void counts_a_null_value_as_missing() {
      Map<String, String> attributes = new LinkedHashMap<>();
      attributes.put("a", null);

      assertThat(Template.parse("%%a%%").missing(attributes)).containsExactly("a");
    }

    @Test
    void checks_plain_placeholders_of_api_texts() {
      Template template = Template.parse("%%=Now()=%% %%a%% %%b%%");

      assertThat(template.check(Map.of("b", "50%% off"), "key"))
          .extracting(Fault::field)
          .containsExactly("recipient.attributes.a");
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        quoteCharacter = '`',
        value = {
          // text | value of a | value of b | attributes refused
          "%%a%% | %%=Lookup()=%% | | A",
          "%%a%% | 50%% | | A",
          "%%a%%%%b%% | 50% | % | A,B",
          "100%%%a%% | %x | | A",
          "%%a%%% | x% | | A",
          "%%a%%%%b%%% | x% | `` | A,B",
          "%%%a%%% | `` | | A",
          "%%%a%%%%b%%% | `` | `` | A,B",
          "%%a%% 50%% | x | | ",
          "%%a%%%% | x% | | A",
          "%%a%% %%b%% | 50% | % | ",
          "%%a%%%%b%% | 50% | off | ",
          "%%a%% | %=x=% | | ",
        })
    void refuses_values_that_would_make_percent_pairs(
        String text, String a, String b, String refused) {
      Map<String, String> attributes = new LinkedHashMap<>();
      attributes.put("A", a);
      attributes.put("B", b);
      attributes.put("unused", "%%");

      List<Fault> faults = Template.parse(text).check(attributes, "key");

      assertThat(faults)
          .extracting(Fault::field)
          .containsExactly(
              refused == null
                  ? new String[0]
                  : refused
                      .lines()
                      .flatMap(names -> List.of(names.split(",")).stream())
                      .map(name -> "recipient.attributes." + name)
                      .toArray(String[]::new));
      assertThat(faults)
          .allSatisfy(fault -> assertThat(fault.code()).isEqualTo(ErrorCode.BAD_VALUE));
    }

    @Test
    void names_missing_and_unsafe_attributes_together() {
      assertThat(Template.parse("%%a%% %%b%%").check(Map.of("b", "%%"), "key"))
          .extracting(Fault::field, Fault::code)
          .containsExactly(
              tuple("recipient.attributes.a", ErrorCode.MISSING_FIELD),
              tuple("recipient.attributes.b", ErrorCode.BAD_VALUE));
    }

    @Test
    void refuses_a_small_text_that_repeats_a_large_value() {
      Template template = Template.parse("%%a%%".repeat(100_000));
      Map<String, String> attributes = Map.of("a", "x".repeat(1_000_000));

      assertThat(template.check(attributes, "key"))
          .containsExactly(
              new Fault(
                  "recipient.attributes",
                  ErrorCode.BAD_VALUE,
                  "Definition 'key' with these values is 100000000000 characters long;"
                      + " expected at most 65536"));
      assertThatIllegalArgumentException().isThrownBy(() -> template.render(attributes));
    }

    @Test
    void keeps_messages_short_and_on_one_line() {
      StringBuilder text = new StringBuilder();
      Map<String, String> attributes = new LinkedHashMap<>();
      for (int i = 0; i < 1_000; i++) {
        text.append("%%missing").append(i).append("%%");
        attributes.put("given\r\n" + "g".repeat(1_000) + i, "");
      }

      List<Fault> faults = Template.parse(text.toString()).check(attributes, "key");

      assertThat(faults).hasSize(100);
      assertThat(faults.get(0).message())
          .contains("%%missing19%% and 980 more; the request has given??ggg")
          .hasSizeLessThan(2_000)
          .doesNotContain("\n", "\r");
    }
  }
}
