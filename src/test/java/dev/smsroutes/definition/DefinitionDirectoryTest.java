package dev.smsroutes.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.smsroutes.definition.Definition.Status;
import dev.smsroutes.definition.InvalidDefinitionException.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DefinitionDirectoryTest {
  private static final String GOOD =
      "{\"definitionKey\":\"good\",\"content\":{\"message\":\"Hi\"}}";

  @TempDir private Path directory;

  @Test
  void takes_what_the_api_returns_for_a_definition() throws IOException {
    write(
        "a.json",
        """
        {
          "requestId": "582bec09-6d04-4222-bbba-cea616495596",
          "name": "Reset",
          "definitionKey": "account-reset",
          "definitionId": "0f2e",
          "description": "Using new SMS Transactional API",
          "status": "inactive",
          "createdDate": "2019-05-14T21:05:00",
          "modifiedDate": "2019-05-14T21:05:00",
          "content": {"message": "%%FirstName%%, your 2FA token is %%password%%", "more": []},
          "subscriptions": {
            "shortCode": "8201221",
            "countryCode": "us",
            "autoAddSubscriber": true,
            "updateSubscriber": null,
            "keyword": "PASSWORD"
          },
          "options": {"urlShortenerOptions": {"isLinkShorteningEnabled": true}}
        }
        """);

    Definition definition = DefinitionDirectory.load(directory).find("account-reset").orElseThrow();

    assertThat(definition.name()).isEqualTo("Reset");
    assertThat(definition.status()).isEqualTo(Status.INACTIVE);
    assertThat(definition.active()).isFalse();
    assertThat(definition.template().names()).containsExactly("FirstName", "password");
    assertThat(definition.region()).contains("US");
    assertThat(definition.shortCode()).contains("8201221");
    assertThat(definition.keyword()).contains("PASSWORD");
  }

  @Test
  void takes_the_least_of_a_definition_as_active() throws IOException {
    write("a.json", GOOD);

    Definition definition = DefinitionDirectory.load(directory).find("good").orElseThrow();

    assertThat(definition.name()).isEqualTo("good");
    assertThat(definition.active()).isTrue();
    assertThat(definition.region()).isEmpty();
    assertThat(definition.shortCode()).isEmpty();
    assertThat(definition.keyword()).isEmpty();
  }

  @Test
  void takes_yaml_and_norway() throws IOException {
    write(
        "a.yml",
        """
        definitionKey: "norsk"
        status: Active
        content:
          message: >-
            %%Navn%%, pakken
            er på vei
        subscriptions:
          shortCode: 26000
          countryCode: NO
        """);

    Definition definition = DefinitionDirectory.load(directory).find("norsk").orElseThrow();

    assertThat(definition.template().text()).isEqualTo("%%Navn%%, pakken er på vei");
    assertThat(definition.region()).contains("NO");
    assertThat(definition.shortCode()).contains("26000");
  }

  @ParameterizedTest
  @CsvSource({"'\"de\"', DE", "'\"49\"', DE", "49, DE", "'\"+47\"', NO", "1, US", "'\" us \"', US"})
  void takes_countries_and_calling_codes(String countryCode, String region) throws IOException {
    write(
        "a.json",
        "{\"definitionKey\":\"k\",\"content\":{\"message\":\"m\"},\"subscriptions\":{\"countryCode\":"
            + countryCode
            + "}}");

    assertThat(DefinitionDirectory.load(directory).find("k").orElseThrow().region())
        .contains(region);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // content of the file | field | what the reason says
        "{\"definitionKey\":\"k\"| | line 1, column 21",
        "{\"definitionKey\":\"k\"} x| | line 1, column 2",
        "{\"definitionKey\":\"k\",\"definitionKey\":\"l\"}| | Duplicate field 'definitionKey' (line 1",
        "[]| | got a list",
        "`  `| | got nothing",
        "{\"content\":{\"message\":\"m\"}}| definitionKey | got none",
        "{\"definitionkey\":\"k\",\"content\":{\"message\":\"m\"}}| definitionKey | there is 'definitionkey'",
        "{\"definitionKey\":7,\"content\":{\"message\":\"m\"}}| definitionKey | got a number; put it in quotes",
        "{\"definitionKey\":\" \",\"content\":{\"message\":\"m\"}}| definitionKey | got an empty one",
        "{\"definitionKey\":\"k \",\"content\":{\"message\":\"m\"}}| definitionKey | without spaces",
        "{\"definitionKey\":\"k\"}| content.message | got none",
        "{\"definitionKey\":\"k\",\"content\":null}| content.message | got none",
        "{\"definitionKey\":\"k\",\"content\":\"m\"}| content | got a text",
        "{\"definitionKey\":\"k\",\"content\":{}}| content.message | got none",
        "{\"definitionKey\":\"k\",\"content\":{\"message\":\"\"}}| content.message | got an empty one",
        "{\"definitionKey\":\"k\",\"content\":{\"message\":[\"m\"]}}| content.message | got a list",
        "{\"definitionKey\":\"k\",\"content\":{\"message\":\"m\"},\"status\":\"Paused\"}| status | got 'Paused'",
        "{\"definitionKey\":\"k\",\"content\":{\"message\":\"m\"},\"name\":{}}| name | got an object",
        "{\"definitionKey\":\"k\",\"content\":{\"message\":\"m\"},\"subscriptions\":[]}| subscriptions | got a list",
        "{\"definitionKey\":\"k\",\"content\":{\"message\":\"m\"},\"subscriptions\":{\"countryCode\":\"XX\"}}| subscriptions.countryCode | got 'XX'",
        "{\"definitionKey\":\"k\",\"content\":{\"message\":\"m\"},\"subscriptions\":{\"countryCode\":\"800\"}}| subscriptions.countryCode | got '800'",
        "{\"definitionKey\":\"k\",\"content\":{\"message\":\"m\"},\"subscriptions\":{\"countryCode\":false}}| subscriptions.countryCode | got true or false",
        "{\"definitionKey\":\"k\",\"content\":{\"message\":\"m\"},\"subscriptions\":{\"keyword\":1}}| subscriptions.keyword | got a number",
        "{\"definitionKey\":\"k\",\"content\":{\"message\":\"m\"},\"subscriptions\":{\"autoAddSubscriber\":\"yes\"}}| subscriptions.autoAddSubscriber | got a text",
      })
  void refuses_a_bad_json_file(String content, String field, String reason) throws IOException {
    write("bad.json", content);

    assertThat(problems())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.file()).isEqualTo("bad.json");
              assertThat(problem.field()).isEqualTo(field == null ? "" : field);
              assertThat(problem.reason()).contains(reason).doesNotContain("\n");
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "definitionKey: k;content: [m| | line 2, column 12",
        "definitionKey: k;content:;  message: %%a%%, hi| | (line 3, column 12); put a text that begins with % in quotes",
        "%%a%%| | (line 1, column 2); put a text that begins with % in quotes",
        "definitionKey: k;definitionKey: l| | Duplicate field 'definitionKey' (line 2",
        "definitionKey: k;content:;\tmessage: m| | (line 3, column 1)",
        "definitionKey: k;content:;  message: m;---;a: b| | got another (line 5",
        "definitionKey: &x k;content:;  message: *x| | expected no aliases (*name); got one (line 3",
        "# nothing| | got nothing",
        "definitionKey: 7;content:;  message: m| definitionKey | got a number; put it in quotes",
        "definitionKey: k;content:;  message: true| content.message | got true or false; put it in quotes",
        "just a text| | got a text",
      })
  void refuses_a_bad_yaml_file(String content, String field, String reason) throws IOException {
    write("bad.yaml", content.replace(';', '\n'));

    assertThat(problems())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.field()).isEqualTo(field == null ? "" : field);
              assertThat(problem.reason()).contains(reason).doesNotContain("\n");
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"json", "yaml"})
  void refuses_hostile_nesting_with_a_reason(String extension) throws IOException {
    write("deep." + extension, "{\"a\":" + "[".repeat(100_000));

    assertThat(problems()).singleElement().satisfies(p -> assertThat(p.reason()).contains("nest"));
  }

  @Test
  void refuses_a_file_of_more_than_4_mebibytes() throws IOException {
    write("good.json", GOOD + " ".repeat(4 * 1024 * 1024 - GOOD.length()));
    assertThat(DefinitionDirectory.load(directory).all()).hasSize(1);

    write("good.json", GOOD + " ".repeat(4 * 1024 * 1024 + 1 - GOOD.length()));
    assertThat(problems())
        .extracting(Problem::reason)
        .containsExactly("expected at most 4194304 bytes; got more");
  }

  @Test
  void takes_a_yaml_file_of_4_mebibytes() throws IOException {
    String end = "definitionKey: big\ncontent:\n  message: hi\n";
    String comment = "#".repeat(63) + "\n";
    int bytes = 4 * 1024 * 1024;
    // The library's own limit is 3 MB, and counts up to the last thing that is not a comment.
    write("a.yaml", comment.repeat((bytes - end.length()) / comment.length()) + end);

    assertThat(DefinitionDirectory.load(directory).find("big")).isPresent();
  }

  @Test
  void reads_only_utf_8_with_or_without_a_mark() throws IOException {
    write("bom.json", "\uFEFF" + GOOD);
    write("bom.yaml", "\uFEFFdefinitionKey: other\ncontent: {message: Grüße}");
    assertThat(DefinitionDirectory.load(directory).all()).hasSize(2);

    Files.writeString(
        directory.resolve("latin.json"), GOOD.replace("Hi", "Grüße"), StandardCharsets.ISO_8859_1);
    assertThat(problems())
        .containsExactly(new Problem("latin.json", "", "expected UTF-8; got other bytes"));
  }

  private static final String META = "my-key.transactionalSMS-meta";

  /** As the tool retrieves it: without the text, which stands next to it, indented by the tool. */
  private static final String RETRIEVED =
      """
      {
          "name": "My definition",
          "definitionKey": "my-key",
          "description": "bla bla",
          "status": "Active",
          "createdDate": "2022-11-07T02:24:00",
          "modifiedDate": "2022-11-07T02:25:00",
          "subscriptions": {
              "shortCode": "4912312345678",
              "countryCode": "",
              "autoAddSubscriber": true,
              "updateSubscriber": true,
              "keyword": "MYKEY"
          }
      }
      """;

  /** What the file holds, and the text that is sent. */
  static Stream<Arguments> texts() {
    return Stream.of(
        arguments("Hello %%Name%%", "Hello %%Name%%"),
        arguments("Hello %%Name%%\n", "Hello %%Name%%"),
        arguments("Hello %%Name%%\r\n\r\n", "Hello %%Name%%"),
        arguments("\uFEFFGrüße\r\nund mehr\n", "Grüße\nund mehr"),
        arguments("line1\n%%[\n    SET @a = 'b'\n]%%\n", "line1\n%%[\n    SET @a = 'b'\n]%%"),
        arguments(
            "{\"message\": \"no JSON is looked for\"}", "{\"message\": \"no JSON is looked for\"}"),
        arguments("  two blanks stay  \n", "  two blanks stay  "));
  }

  @ParameterizedTest
  @MethodSource("texts")
  void takes_the_text_from_the_file_next_to_it(String held, String text) throws IOException {
    for (String content :
        List.of(
            RETRIEVED,
            RETRIEVED.replace("\"status\"", "\"content\": null, \"status\""),
            RETRIEVED.replace("\"status\"", "\"content\": {\"message\": null}, \"status\""))) {
      write(META + ".json", content);
      write(META + ".amp", held);

      DefinitionDirectory definitions = DefinitionDirectory.load(directory);

      assertThat(definitions.find("my-key").orElseThrow().template().text()).isEqualTo(text);
      assertThat(definitions.report()).hasSize(1);
    }
  }

  @Test
  void takes_the_text_of_a_yaml_file_from_its_neighbour() throws IOException {
    write("a.yaml", "definitionKey: k");
    write("a.amp", "Hi");
    write("b.json", GOOD);

    assertThat(DefinitionDirectory.load(directory).all())
        .extracting(definition -> definition.template().text())
        .containsExactly("Hi", "Hi");
  }

  @Test
  void names_every_fault_of_text_files_at_once() throws IOException {
    write("alone.amp", "Hi");
    write("both.json", GOOD);
    write("both.amp", "Hi");
    write("empty.json", RETRIEVED);
    write("empty.amp", "\r\n \n");
    write("latin.json", RETRIEVED);
    Files.writeString(directory.resolve("latin.amp"), "Grüße", StandardCharsets.ISO_8859_1);
    write("long.json", RETRIEVED);
    write("long.amp", "x".repeat(4 * 1024 * 1024 + 1));
    write("missing.json", RETRIEVED);
    write("wrong.json", GOOD.replace("\"Hi\"", "7"));
    write("wrong.amp", "Hi");

    assertThat(problems().stream().map(Problem::toString).distinct())
        .containsExactly(
            "alone.amp: expected a definition next to this text; there is no alone.json or .yaml",
            "both.json: content.message: expected the text in one place; got it here and in"
                + " both.amp",
            "empty.amp: expected a text; got an empty file",
            "latin.amp: expected UTF-8; got other bytes",
            "long.amp: expected at most 4194304 bytes; got more",
            "missing.json: content.message: expected the text to send; got none, and there is no"
                + " missing.amp with it",
            "wrong.json: content.message: expected the text in one place; got it here and in"
                + " wrong.amp",
            "wrong.json: content.message: expected a text; got a number; put it in quotes");
  }

  @Test
  void names_all_faults_of_all_files_at_once() throws IOException {
    write("a.json", GOOD);
    write("b.json", "{\"content\":{\"message\":1},\"status\":\"x\"}");
    write("c.yaml", "definitionKey: [");
    write("d.json", GOOD);

    InvalidDefinitionException fault =
        catchThrowableOfType(
            InvalidDefinitionException.class, () -> DefinitionDirectory.load(directory));

    assertThat(fault.problems())
        .extracting(problem -> problem.file() + " " + problem.field())
        .containsExactly(
            "b.json definitionKey",
            "b.json status",
            "b.json content.message",
            "c.yaml ",
            "d.json definitionKey");
    assertThat(fault)
        .hasMessageStartingWith("The send definitions cannot be used:\n  b.json: definitionKey: ")
        .hasMessageEndingWith(
            "\n  d.json: definitionKey: expected a unique key; 'good' is defined in a.json"
                + " too");
  }

  @Test
  void says_which_property_names_the_folder_when_it_is_missing() throws IOException {
    assertThatThrownBy(() -> DefinitionDirectory.load(directory.resolve("none")))
        .isInstanceOf(InvalidDefinitionException.class)
        .hasMessageContaining("there is no such folder")
        .hasMessageContaining("sms.definitions.directory");

    write("a.json", GOOD);
    assertThatThrownBy(() -> DefinitionDirectory.load(directory.resolve("a.json")))
        .isInstanceOf(InvalidDefinitionException.class)
        .hasMessageContaining("this is a file");
  }

  @Test
  void warns_of_an_empty_folder() {
    DefinitionDirectory definitions = DefinitionDirectory.load(directory);

    assertThat(definitions.all()).isEmpty();
    assertThat(definitions.find("k")).isEmpty();
    assertThat(definitions.report())
        .singleElement()
        .asString()
        .startsWith("No definition in ")
        .contains("every request will be refused");
  }

  @Test
  void passes_over_hidden_files_and_mentions_others() throws IOException {
    write(".hidden.json", "no json");
    write("README.md", "# about");
    write("json", "no extension");
    Files.createDirectory(directory.resolve("old.json"));
    Files.createDirectory(directory.resolve("old.amp"));
    write("a.JSON", GOOD);

    DefinitionDirectory definitions = DefinitionDirectory.load(directory);

    assertThat(definitions.all()).extracting(Definition::key).containsExactly("good");
    assertThat(definitions.report())
        .hasSize(5)
        .anyMatch(line -> line.startsWith("README.md in "))
        .anyMatch(line -> line.startsWith("old.json in "))
        .noneMatch(line -> line.contains("hidden"));
  }

  @Test
  void compares_keys_exactly_and_offers_the_nearest() throws IOException {
    write("a.json", GOOD.replace("good", "account-reset"));
    write("b.json", GOOD.replace("good", "--"));

    DefinitionDirectory definitions = DefinitionDirectory.load(directory);

    assertThat(definitions.find("Account-Reset")).isEmpty();
    assertThat(definitions.nearest("AccountReset")).contains("account-reset");
    assertThat(definitions.nearest("order")).isEmpty();
    assertThat(definitions.nearest("??")).isEmpty();
    assertThat(definitions.nearest("a".repeat(5_000_000))).isEmpty();
  }

  @Test
  void loads_and_reports_the_bundled_definitions() {
    DefinitionDirectory definitions = DefinitionDirectory.load(Path.of("definitions"));

    assertThat(definitions.report())
        .containsExactly(
            "Definition account-reset (Active): needs %%FirstName%%, %%password%%;"
                + " at least 1 part of GSM 03.38",
            "Definition newsletter-teaser (Active): needs %%Topic%%; left to the API:"
                + " %%=ProperCase(_FirstName)=%%, %%xtdayofweek%%; at least 1 part of GSM 03.38",
            "Definition order-shipped (Active): needs %%FirstName%%, %%OrderNumber%%, %%Total%%,"
                + " %%DeliveryDate%%, %%TrackingUrl%%, %%Carrier%%; at least 1 part of GSM 03.38",
            "Definition retired-offer (Inactive): needs %%FirstName%%;"
                + " at least 1 part of GSM 03.38");
    assertThat(definitions.find("order-shipped").orElseThrow().region()).contains("DE");
    assertThat(definitions.find("newsletter-teaser").orElseThrow().keyword()).contains("NEWS");
  }

  @Test
  void reports_what_forces_ucs2() throws IOException {
    write("a.json", GOOD.replace("Hi", "Olá " + "x".repeat(70)));

    assertThat(DefinitionDirectory.load(directory).report())
        .containsExactly(
            "Definition good (Active): no placeholders; 2 parts of UCS-2, for 'á' (U+00E1)");
  }

  private List<Problem> problems() {
    return catchThrowableOfType(
            InvalidDefinitionException.class, () -> DefinitionDirectory.load(directory))
        .problems();
  }

  private void write(String name, String content) throws IOException {
    Files.writeString(directory.resolve(name), content);
  }
}
