package dev.smsroutes.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.ledger.LedgerRecords.Query;
import dev.smsroutes.ledger.jdbc.JdbcRecords;
import dev.smsroutes.model.Outcome.State;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Selected entries, while others come. */
class SelectedIT {
  private static final Query ALL =
      new Query(
          Set.of(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());

  @TempDir private Path folder;

  @Test
  void skips_entries_that_are_newer_than_the_selection() {
    try (LedgerFile ledger = new LedgerFile(folder.resolve("ledger.db"), false)) {
      ledger.ago(Duration.ofHours(1)).add("a", State.PARKED).add("b", State.PARKED);
      try (JdbcRecords records = ledger.beside()) {
        Selected selected = Selected.of(records, List.of(), ALL, Integer.MAX_VALUE, entry -> true);
        ledger.add("c", State.PARKED);

        List<String> visited = new ArrayList<>();
        selected.each(
            entry -> {
              visited.add(entry.messageKey());
              ledger.add(entry.messageKey() + "-r1", State.PARKED);
            });

        assertThat(visited).containsExactly("a", "b");
      }
    }
  }

  @Test
  void nothing_selected_stays_nothing() {
    try (LedgerFile ledger = new LedgerFile(folder.resolve("ledger.db"), false);
        JdbcRecords records = ledger.beside()) {
      Selected selected = Selected.of(records, List.of(), ALL, Integer.MAX_VALUE, entry -> true);
      ledger.add("a", State.PARKED);

      List<String> visited = new ArrayList<>();
      assertThat(selected.each(entry -> visited.add(entry.messageKey()))).isEmpty();
      assertThat(visited).isEmpty();
    }
  }
}
