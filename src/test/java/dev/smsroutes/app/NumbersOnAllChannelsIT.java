package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.testing.RunningBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every channel reads numbers alike: what the API got decides. */
@Timeout(120)
class NumbersOnAllChannelsIT {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String REFUSED = "refused";

  @TempDir private static Path folder;

  private static RunningBundle bundle;

  /** Country of the definition, number as written, and what the API is to get. */
  private record Case(String country, String written, String sent) {}

  private static final List<Case> CASES =
      List.of(
          new Case("BR", "0055 11 98765-4321", "5511987654321"),
          new Case("TH", "0049 151 12345678", REFUSED),
          new Case("none", "4915112345678.0", "4915112345678"),
          new Case("DE", "+49 151 1234567/8", REFUSED),
          new Case("DE", "0151 1234567 (2)", REFUSED),
          new Case("DE", "0151/1234567", "491511234567"),
          new Case("none", "(+44) 7911 123456", "447911123456"),
          new Case("none", "\u202a+44\u202f7911\u2011123456\u202c", "447911123456"),
          new Case("none", "9123456789", REFUSED),
          new Case("none", "+52 1 55 1234 5678", REFUSED),
          new Case("MX", "1 55 1234 5678", REFUSED),
          new Case("AR", "011 15-2345-6789", REFUSED),
          new Case("US", "(201) 555-0123", "12015550123"));

  @BeforeAll
  static void start() throws IOException {
    Path definitions = Files.createDirectories(folder.resolve("definitions"));
    for (String country : CASES.stream().map(Case::country).distinct().toList()) {
      ObjectNode definition = JSON.createObjectNode().put("definitionKey", "h-" + country);
      definition.putObject("content").put("message", "Hello");
      if (!country.equals("none")) {
        definition.putObject("subscriptions").put("countryCode", country);
      }
      Files.writeString(definitions.resolve("h-" + country + ".json"), definition.toString());
    }
    bundle =
        RunningBundle.startWithFiles(
            folder,
            RunningBundle.withBroker(folder, "sms.definitions.directory", definitions.toString()));
  }

  @AfterAll
  static void stop() {
    bundle.close();
  }

  @Test
  void sends_the_same_digits_over_http_files_and_jms() throws Exception {
    StringBuilder csv = new StringBuilder("definitionKey,messageKey,contactKey,to\n");
    StringBuilder lines = new StringBuilder();
    Map<String, String> expected = new LinkedHashMap<>();
    for (int i = 0; i < CASES.size(); i++) {
      Case one = CASES.get(i);
      bundle.keyed("keyed-" + i, request(one, null));
      bundle.bare(bare(one, "bare-" + i));
      csv.append("h-%s,csv-%d,c,\"%s\"\n".formatted(one.country(), i, one.written()));
      lines.append(request(one, "lines-" + i)).append('\n');
      for (String channel : List.of("keyed-", "bare-", "csv-", "lines-", "jms-")) {
        expected.put(channel + i, one.sent());
      }
    }
    drop("numbers.csv", csv.toString());
    drop("numbers.ndjson", lines.toString());
    bundle.queue(
        IntStream.range(0, CASES.size())
            .mapToObj(i -> request(CASES.get(i), "jms-" + i).toString())
            .toList());

    Map<String, String> accepted =
        expected.entrySet().stream()
            .filter(entry -> !entry.getValue().equals(REFUSED))
            .collect(
                Collectors.toMap(
                    Map.Entry::getKey, Map.Entry::getValue, (a, b) -> a, TreeMap::new));
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () ->
                Files.exists(folder.resolve("done/numbers.csv"))
                    && Files.exists(folder.resolve("done/numbers.ndjson"))
                    && got().keySet().containsAll(accepted.keySet()));
    assertThat(got()).isEqualTo(accepted);
  }

  /** What the API accepted: message key and number. */
  private static Map<String, String> got() {
    Map<String, String> got = new TreeMap<>();
    bundle
        .sandbox()
        .messages()
        .forEach(
            message ->
                got.put(
                    message.path("messageKey").asText(),
                    bundle
                        .sandbox()
                        .body(message.path("messageKey").asText())
                        .at("/recipient/to")
                        .asText()));
    return got;
  }

  private static ObjectNode request(Case one, String messageKey) {
    ObjectNode request = JSON.createObjectNode().put("definitionKey", "h-" + one.country());
    if (messageKey != null) {
      request.put("messageKey", messageKey);
    }
    request.putObject("recipient").put("contactKey", "c").put("to", one.written());
    return request;
  }

  private static ObjectNode bare(Case one, String messageKey) {
    ObjectNode request = JSON.createObjectNode().put("definitionKey", "h-" + one.country());
    request
        .putArray("recipients")
        .addObject()
        .put("messageKey", messageKey)
        .put("contactKey", "c")
        .put("to", one.written());
    return request;
  }

  private static void drop(String name, String content) throws IOException {
    Path aside = Files.writeString(folder.resolve(name), content);
    Files.move(aside, folder.resolve("inbox").resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }
}
