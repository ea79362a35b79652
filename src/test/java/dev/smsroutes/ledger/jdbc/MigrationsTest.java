package dev.smsroutes.ledger.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a migration leaves fits the version before it: the rule of its README. */
class MigrationsTest {
  private static final Path FOLDER = Path.of("src/main/resources/ledger");
  private static final Pattern NAME = Pattern.compile("V(\\d+)__[a-z_]+[.]sql");
  private static final Pattern CREATE_TABLE = Pattern.compile("create table (\\w+) \\(.+\\)");
  private static final Pattern CREATE_INDEX =
      Pattern.compile("create index \\w+ on \\w+ \\([\\w, ]+\\)( where .+)?");
  private static final Pattern ADD_COLUMN =
      Pattern.compile("alter table \\w+ add column \\w+ (text|integer|smallint|bigint)( .+)?");
  private static final Pattern NARROWS =
      Pattern.compile("\\b(unique|check|references|primary|generated)\\b");

  @Test
  void are_numbered_without_a_gap() throws IOException {
    List<Integer> versions =
        files().stream()
            .map(file -> NAME.matcher(file.getFileName().toString()))
            .filter(Matcher::matches)
            .map(name -> Integer.valueOf(name.group(1)))
            .sorted()
            .toList();

    assertThat(versions)
        .hasSameSizeAs(files())
        .isEqualTo(IntStream.rangeClosed(1, versions.size()).boxed().toList());
  }

  @Test
  void only_add() throws IOException {
    for (Path file : files()) {
      assertThat(statements(Files.readString(file)).filter(each -> !adds(each)))
          .as("%s: see README.md next to it", file.getFileName())
          .isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE TABLE note (id TEXT PRIMARY KEY, what TEXT NOT NULL)",
        "CREATE INDEX note_by_time ON note (at, id) WHERE at IS NOT NULL",
        "ALTER TABLE message ADD COLUMN later TEXT",
        "ALTER TABLE message\n  ADD COLUMN later BIGINT NOT NULL DEFAULT 0"
      })
  void may_add(String statement) {
    assertThat(statements(statement + ";")).allMatch(MigrationsTest::adds).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "DROP TABLE event",
        "ALTER TABLE message DROP COLUMN parts",
        "ALTER TABLE message RENAME COLUMN code TO errorcode",
        "ALTER TABLE message RENAME TO messages",
        "ALTER TABLE message ALTER COLUMN code TYPE BIGINT",
        "ALTER TABLE message ADD COLUMN later TEXT NOT NULL",
        "ALTER TABLE message ADD COLUMN later TEXT UNIQUE",
        "ALTER TABLE message ADD COLUMN later INTEGER CHECK (later > 0)",
        "ALTER TABLE message ADD COLUMN later TEXT REFERENCES node (id)",
        "ALTER TABLE message ADD CONSTRAINT later CHECK (code > 0)",
        "CREATE UNIQUE INDEX later ON message (request_id)",
        "CREATE TRIGGER later AFTER INSERT ON message BEGIN SELECT 1",
        "UPDATE message SET state = 'SENT'",
        "DELETE FROM event"
      })
  void may_not_change_or_narrow(String statement) {
    assertThat(statements(statement + ";")).noneMatch(MigrationsTest::adds).hasSize(1);
  }

  private static boolean adds(String statement) {
    if (CREATE_TABLE.matcher(statement).matches() || CREATE_INDEX.matcher(statement).matches()) {
      return true;
    }
    return ADD_COLUMN.matcher(statement).matches()
        && !NARROWS.matcher(statement).find()
        && (!statement.contains("not null") || statement.contains(" default "));
  }

  private static Stream<String> statements(String sql) {
    return Arrays.stream(sql.replaceAll("--[^\n]*", "").split(";"))
        .map(each -> each.strip().replaceAll("\\s+", " ").toLowerCase(Locale.ROOT))
        .filter(each -> !each.isEmpty());
  }

  private static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.filter(file -> file.toString().endsWith(".sql")).sorted().toList();
    }
  }
}
