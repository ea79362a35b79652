package dev.smsroutes.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Outcome.State;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Keeps what the documentation says true, as far as a machine can tell. */
class DocsTest {
  private static final Path README = Path.of("README.md");
  private static final Path SETTINGS = Path.of("application.properties");
  private static final Path ANSWERS = Path.of("docs/answers.md");

  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.+)$");
  private static final Pattern CODE_BLOCK = Pattern.compile("(?ms)^```(\\w*)\\n(.*?)^```$");
  private static final Pattern SETTING =
      Pattern.compile("`((?:sms|camel)\\.[a-zA-Z.-]+)(?:=[^`]*)?`");
  private static final Pattern SAMPLE = Pattern.compile("(samples/[a-z.-]*[a-z])");

  private static final Path CHANGES = Path.of("CHANGELOG.md");
  private static final Pattern FORMER = Pattern.compile("camel\\.(server|management|metrics)\\.");

  /** Names that look like settings and are queues. */
  private static final Set<String> QUEUES =
      Set.of("sms.send", "sms.send.invalid", "sms.send.dead", "sms.reply.shop", "sms.reply.");

  static List<Path> pages() throws IOException {
    try (Stream<Path> docs = Files.walk(Path.of("docs"))) {
      return Stream.concat(
              Stream.of(README, Path.of("CHANGELOG.md")),
              docs.filter(file -> file.toString().endsWith(".md")))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("pages")
  void links_lead_somewhere(Path page) throws IOException {
    for (String link : links(page)) {
      Path target = target(page, link);
      assertThat(target).as("%s in %s", link, page).exists();
      int hash = link.indexOf('#');
      if (hash >= 0) {
        assertThat(anchors(target)).as("%s in %s", link, page).contains(link.substring(hash + 1));
      }
    }
  }

  @Test
  void every_page_can_be_reached_from_the_readme() throws IOException {
    Set<Path> seen = new HashSet<>();
    Deque<Path> open = new ArrayDeque<>(List.of(README));
    while (!open.isEmpty()) {
      Path page = open.remove();
      if (!seen.add(page) || !page.toString().endsWith(".md")) {
        continue;
      }
      for (String link : links(page)) {
        open.add(target(page, link));
      }
    }
    assertThat(seen).containsAll(pages());
  }

  @ParameterizedTest
  @EnumSource(ErrorCode.class)
  void every_code_has_a_row_in_the_answers(ErrorCode code) throws IOException {
    assertThat(firstCells(ANSWERS)).contains(Integer.toString(code.number()));
  }

  @ParameterizedTest
  @EnumSource(State.class)
  void every_outcome_has_a_row_in_the_answers(State state) throws IOException {
    assertThat(firstCells(ANSWERS)).contains("`" + state + "`");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("pages")
  void settings_that_are_named_exist(Path page) throws IOException {
    List<String> named =
        found(SETTING, Files.readString(page)).stream()
            .map(match -> match.group(1))
            .filter(name -> !QUEUES.contains(name))
            .filter(name -> !name.endsWith("."))
            // The changes tell operators which keys are gone.
            .filter(name -> !page.equals(CHANGES) || !FORMER.matcher(name).lookingAt())
            .toList();
    assertThat(settings().stringPropertyNames()).as("%s", page).containsAll(named);
  }

  @Test
  void every_setting_is_explained() throws IOException {
    boolean explained = false;
    for (String line : Files.readAllLines(SETTINGS)) {
      if (line.isBlank()) {
        explained = false;
      } else if (line.startsWith("#")) {
        explained = !line.startsWith("# ---");
      } else {
        assertThat(explained).as("%s has a comment above it, or above its group", line).isTrue();
      }
    }
  }

  @Test
  void the_intake_that_is_shown_is_the_one_that_is_tested() throws IOException {
    assertThat(blocks(Path.of("docs/own-intake.md"), "yaml"))
        .contains(Files.readString(Path.of("routes/examples/order-intake.camel.yaml")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("pages")
  void samples_that_are_named_exist(Path page) throws IOException {
    for (MatchResult sample : found(SAMPLE, Files.readString(page))) {
      assertThat(Path.of(sample.group(1))).as("in %s", page).exists();
    }
  }

  @Test
  void examples_of_answers_are_json() throws IOException {
    List<String> examples = blocks(ANSWERS, "json");
    assertThat(examples).hasSizeGreaterThan(5);
    for (String example : examples) {
      assertThat(JsonMapper.builder().build().readTree(example).isObject()).isTrue();
    }
  }

  private static List<String> links(Path page) throws IOException {
    String text = CODE_BLOCK.matcher(Files.readString(page)).replaceAll("");
    return found(LINK, text).stream()
        .map(match -> match.group(1))
        .filter(link -> !link.contains("://"))
        .toList();
  }

  private static Path target(Path page, String link) {
    String path = link.replaceFirst("#.*", "");
    return path.isEmpty() ? page : page.resolveSibling(path).normalize();
  }

  /** As GitHub makes them. */
  private static List<String> anchors(Path page) throws IOException {
    return found(HEADING, Files.readString(page)).stream()
        .map(match -> match.group(1).toLowerCase(Locale.ROOT))
        .map(heading -> heading.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
        .toList();
  }

  private static List<String> firstCells(Path page) throws IOException {
    return Files.readAllLines(page).stream()
        .filter(line -> line.startsWith("|"))
        .flatMap(line -> Arrays.stream(line.split("\\|")[1].split(",")))
        .map(String::strip)
        .toList();
  }

  private static List<String> blocks(Path page, String language) throws IOException {
    return found(CODE_BLOCK, Files.readString(page)).stream()
        .filter(match -> match.group(1).equals(language))
        .map(match -> match.group(2))
        .toList();
  }

  private static List<MatchResult> found(Pattern pattern, String text) {
    return pattern.matcher(text).results().toList();
  }

  private static Properties settings() throws IOException {
    Properties settings = new Properties();
    try (Reader reader = Files.newBufferedReader(SETTINGS)) {
      settings.load(reader);
    }
    return settings;
  }
}
