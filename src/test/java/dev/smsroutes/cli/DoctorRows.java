package dev.smsroutes.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** What {@code sms-routes doctor --json} said. */
final class DoctorRows {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private DoctorRows() {}

  /**
   * The state of each row, and what was found, by name.
   *
   * @param exit how the command has to end
   * @param secret what it must not say
   */
  static Map<String, String> of(Said said, int exit, String secret) throws IOException {
    assertThat(said.exit()).as(said.out() + said.err()).isEqualTo(exit);
    assertThat(said.out() + said.err()).doesNotContain(secret);
    Map<String, String> rows = new LinkedHashMap<>();
    for (String line : said.lines()) {
      JsonNode row = JSON.readTree(line);
      rows.merge(
          row.path("what").asText(),
          row.path("state").asText() + ": " + row.path("found").asText(),
          (one, other) -> one + "; " + other);
    }
    return rows;
  }
}
