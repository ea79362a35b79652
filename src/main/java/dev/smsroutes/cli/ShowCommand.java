package dev.smsroutes.cli;

import dev.smsroutes.config.Configuration;
import dev.smsroutes.ledger.Entry;
import dev.smsroutes.ledger.LedgerRecords;
import dev.smsroutes.model.SendRequest;
import dev.smsroutes.records.EntryJson;
import dev.smsroutes.records.StoredRequest;
import dev.smsroutes.records.Timeline;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows all that the ledger knows about messages. */
@Command(
    name = "show",
    description = {
      "Shows all that the ledger knows about messages.",
      "State, attempts, history and request. It masks the number, and shows only the names of the"
          + " other values."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  sms-routes show order-4711-shipped",
      "  sms-routes show order-4711-shipped --personal-data",
      "  sms-routes show --json order-4711-shipped order-4712-shipped"
    })
public final class ShowCommand extends RecordsCommand {
  @Parameters(arity = "1..*", paramLabel = "KEY", description = "The message keys.")
  private List<String> keys;

  @Option(
      names = "--personal-data",
      description = "Shows number, contact key, attributes and text in full.")
  private boolean personalData;

  @Option(names = "--json", description = "One JSON object on each line.")
  private boolean json;

  @Override
  int run(Configuration configuration, LedgerRecords records) throws IOException {
    int exit = ExitCode.DONE;
    boolean first = true;
    for (String key : keys) {
      Optional<Entry.History> history = records.history(key);
      if (history.isEmpty()) {
        tell("Not in the ledger: " + DisplayText.text(key));
        exit = ExitCode.FAILED;
        continue;
      }
      if (!first && !json) {
        out().println();
      }
      first = false;
      print(history.get());
    }
    requireOut();
    return exit;
  }

  private void print(Entry.History history) {
    Entry entry = history.entry();
    Optional<SendRequest> request =
        StoredRequest.of(entry).map(stored -> personalData ? stored : StoredRequest.masked(stored));
    if (json) {
      out().println(EntryJson.of(entry, request, history.events()));
      return;
    }
    line("key", entry.messageKey());
    line("state", entry.state().name());
    line("code", entry.code().map(code -> Integer.toString(code)).orElse("-"));
    line("message", entry.message().isEmpty() ? "-" : entry.message());
    line("uncertain", entry.uncertain() ? "yes, the API may have accepted an attempt" : "no");
    line("attempts", Integer.toString(entry.attempts()));
    line("definition", entry.definitionKey());
    line("channel", entry.origin().channel());
    line("source", entry.origin().source().isEmpty() ? "-" : entry.origin().source());
    entry.caller().ifPresent(id -> line("caller", id));
    line("request id", entry.requestId().orElse("-"));
    entry.correlation().callerRequestId().ifPresent(id -> line("caller's request id", id));
    entry.correlation().traceId().ifPresent(id -> line("trace id", id));
    out().println("history");
    Timeline.of(history)
        .forEach(
            moment -> out().println("  " + moment.at() + "  " + DisplayText.text(moment.what())));
    request.ifPresentOrElse(
        this::request, () -> out().println("request      erased when the message was settled"));
  }

  private void request(SendRequest request) {
    out().println("request" + (personalData ? "" : "      (--personal-data shows it)"));
    line("  to", request.recipient().to());
    line("  contactKey", request.recipient().contactKey());
    request.recipient().attributes().forEach((name, value) -> line("  attributes." + name, value));
    if (request.message() != null) {
      line("  message", request.message());
    }
    if (request.resubscribe()) {
      line("  resubscribe", "true");
    }
  }

  private void line(String name, String value) {
    String shown = DisplayText.text(name);
    out().println(shown + " ".repeat(Math.max(1, 13 - shown.length())) + DisplayText.text(value));
  }
}
