package dev.smsroutes.cli;

import dev.smsroutes.config.Configuration;
import dev.smsroutes.ledger.Entry;
import dev.smsroutes.ledger.EntryState;
import dev.smsroutes.ledger.LedgerRecords;
import dev.smsroutes.ledger.LedgerRecords.Query;
import dev.smsroutes.records.EntryJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists messages that need attention, or a selection, without numbers and attributes. */
@Command(
    name = "list",
    description = {
      "Lists messages of the ledger that may need a person, or others.",
      "Without --state or --all: PARKED, UNCERTAIN, WAITING, REFUSED and DUPLICATE ones. The newest"
          + " are last. Works while sms-routes serves, or without it."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  sms-routes list",
      "  sms-routes list --state PARKED,UNCERTAIN --since 2d",
      "  sms-routes list --all --channel file --source batch.csv --limit 500",
      "  sms-routes list --caller shop --since 1d",
      "  sms-routes list --code 109121 --json"
    })
public final class ListCommand extends RecordsCommand {
  private static final int USUAL_LIMIT = 50;
  private static final int MAX_SOURCE_WIDTH = 40;
  private static final List<String> TITLES =
      List.of("key", "state", "code", "attempts", "channel", "source", "changed");

  /** Where callers are known. */
  private static final List<String> WITH_CALLERS =
      Stream.concat(TITLES.stream(), Stream.of("caller")).toList();

  @Mixin private SelectionOptions selection;

  @Option(names = "--all", description = "In any state.")
  private boolean all;

  @Option(names = "--json", description = "One JSON object on each line.")
  private boolean json;

  @Override
  void check() {
    selection.check();
    if (all && !selection.states().isEmpty()) {
      throw new WrongUseException("--all: expected without --state");
    }
  }

  @Override
  int run(Configuration configuration, LedgerRecords records) throws IOException {
    return selection.keys().isEmpty() ? bySelection(records) : byKeys(records);
  }

  private int byKeys(LedgerRecords records) throws IOException {
    List<Entry> entries = new ArrayList<>();
    List<String> missing =
        Selected.of(records, selection.keys(), selection.query(Set.of()), 0, entry -> true)
            .each(entries::add);
    print(entries);
    missing.forEach(key -> tell("Not in the ledger: " + DisplayText.text(key)));
    return missing.isEmpty() ? ExitCode.DONE : ExitCode.FAILED;
  }

  private int bySelection(LedgerRecords records) throws IOException {
    Query query = selection.query(states());
    List<Entry> entries = records.newest(query, selection.limit().orElse(USUAL_LIMIT));
    long more = records.count(query) - entries.size();
    if (entries.isEmpty()) {
      tell(selection.isEmpty() && !all ? "Nothing needs attention" : "Nothing found");
      return ExitCode.DONE;
    }
    print(entries);
    if (more > 0) {
      tell(more + " older ones are not shown; --limit shows more, export writes all");
    }
    return ExitCode.DONE;
  }

  private Set<EntryState> states() {
    if (all) {
      return Set.of();
    }
    return selection.states().isEmpty() ? SelectionOptions.ATTENTION : selection.states();
  }

  private void print(List<Entry> entries) throws IOException {
    if (json) {
      entries.forEach(entry -> out().println(EntryJson.of(entry)));
    } else if (!entries.isEmpty()) {
      boolean callers = entries.stream().anyMatch(entry -> entry.caller().isPresent());
      Table.print(
          callers ? WITH_CALLERS : TITLES,
          entries.stream().map(entry -> cells(entry, callers)).toList(),
          out());
    }
    requireOut();
  }

  private static List<String> cells(Entry entry, boolean callers) {
    Stream<String> cells =
        Stream.of(
            DisplayText.text(entry.messageKey()),
            entry.state().name(),
            entry.code().map(code -> Integer.toString(code)).orElse("-"),
            Integer.toString(entry.attempts()),
            DisplayText.text(entry.origin().channel()),
            DisplayText.beginning(entry.origin().source(), MAX_SOURCE_WIDTH),
            DisplayText.time(entry.changedAt()));
    return (callers
            ? Stream.concat(cells, Stream.of(DisplayText.text(entry.caller().orElse("-"))))
            : cells)
        .toList();
  }
}
