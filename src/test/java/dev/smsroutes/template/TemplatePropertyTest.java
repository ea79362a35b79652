package dev.smsroutes.template;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.Statistics;

class TemplatePropertyTest {
  /** The same names, said in another way. */
  private static final Pattern PLACEHOLDER =
      Pattern.compile("%%([^%\\[=\\s][^%]*[^%\\s]|[a-zA-Z])%%");

  @Property(tries = 20_000)
  void a_rendered_text_is_never_a_template(
      @ForAll("texts") String text, @ForAll("attributes") Map<String, String> attributes) {
    Template template = Template.parse(text);
    boolean rendered =
        !template.names().isEmpty()
            && !template.leftToApi()
            && template.check(attributes, "key").isEmpty();
    Statistics.label("rendered").collect(rendered);
    if (rendered) {
      String result = template.render(attributes);
      Template again = Template.parse(result);

      assertThat(again.names()).isEmpty();
      assertThat(again.apiOnly()).isEmpty();
      assertThat(pairs(result)).isEqualTo(pairsOfLiterals(text, template));
      assertThat(pairs(result)).isLessThanOrEqualTo(2); // one run of two or three
    }
  }

  @Property(tries = 5_000)
  void reports_exactly_the_missing_names(
      @ForAll("texts") String text, @ForAll("attributes") Map<String, String> attributes) {
    Template template = Template.parse(text);
    List<String> given =
        attributes.keySet().stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();

    assertThat(template.missing(attributes))
        .isEqualTo(
            template.names().stream()
                .filter(name -> !given.contains(name.toLowerCase(Locale.ROOT)))
                .toList());
  }

  @Property(tries = 5_000)
  void values_arrive_as_they_are(
      @ForAll("words") String before,
      @ForAll("words") String value,
      @ForAll("words") String after) {
    assertThat(
            Template.parse(before + "%%NAME%%" + after + "%%name%%").render(Map.of("Name", value)))
        .isEqualTo(before + value + after + value);
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.of(
            "%",
            "%", "%%", "%%a%%", "%%B%%", "%%b%%", "%%a%%", "[", "=", "]", "a", " ", "x", "%%_c%%")
        .list()
        .ofMaxSize(9)
        .map(pieces -> String.join("", pieces));
  }

  @Provide
  Arbitrary<Map<String, String>> attributes() {
    Arbitrary<String> values =
        Arbitraries.of("%", "%%", "[", "=", "]", "=x=", "a", "_c", " ", "")
            .list()
            .ofMaxSize(3)
            .map(pieces -> String.join("", pieces));
    return Arbitraries.maps(Arbitraries.of("A", "b", "unused"), values)
        .ofMinSize(1)
        .map(HashMap::new);
  }

  @Provide
  Arbitrary<String> words() {
    return Arbitraries.strings().excludeChars('%').ofMaxLength(40);
  }

  /** The percent pairs that stand in the text itself, once its placeholders are gone. */
  private static int pairsOfLiterals(String text, Template template) {
    int pairs = 0;
    Matcher matcher = PLACEHOLDER.matcher(text);
    int from = 0;
    while (matcher.find(from)) {
      pairs += pairs(text.substring(from, matcher.start()));
      from = matcher.end();
    }
    return pairs + pairs(text.substring(from));
  }

  private static int pairs(String text) {
    int pairs = 0;
    for (int at = text.indexOf("%%"); at >= 0; at = text.indexOf("%%", at + 1)) {
      pairs++;
    }
    return pairs;
  }
}
