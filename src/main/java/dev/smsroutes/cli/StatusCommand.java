package dev.smsroutes.cli;

import dev.smsroutes.batch.overview.BatchOverview;
import dev.smsroutes.batch.overview.BatchOverview.Past;
import dev.smsroutes.batch.overview.BatchOverview.Paused;
import dev.smsroutes.batch.overview.BatchOverview.Running;
import dev.smsroutes.batch.overview.Untaken;
import dev.smsroutes.batch.result.BatchReport.Counts;
import dev.smsroutes.batch.run.BatchProgress;
import dev.smsroutes.model.Outcome.State;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows which batch files are sent and what became of those before: nothing of their content. */
@Command(
    name = "status",
    description = {
      "Lists batch files that are being sent, that are paused, that are not taken and why, and that"
          + " have ended, the newest first.",
      "One of which nothing was heard for 10 s is marked as stale: its process was killed, hangs, or"
          + " has no room on its disk. Works beside the process that serves, or without one."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  sms-routes status",
      "  sms-routes status --limit 0",
      "  sms-routes status --format json"
    })
public final class StatusCommand extends QuietCommand {
  private static final int WIDEST_NAME = 60;
  private static final List<String> TITLES =
      List.of(
          "name", "state", "rows", "accepted", "refused", "unsettled", "parts", "rows/s", "when");

  /** How it is shown. */
  enum Format {
    table,
    json
  }

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "At most so many files that have ended; 20 unless given, 0 for none.")
  private int limit = 20;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "table for people; json for programs, one object on each line.")
  private Format format = Format.table;

  @Override
  int run() throws IOException {
    requireLimit(limit);
    print(
        BatchOverview.of(settings().read().files().folders(), limit, Clock.systemUTC().instant()));
    return ExitCode.DONE;
  }

  private void print(BatchOverview overview) throws IOException {
    PrintWriter out = out();
    PrintWriter err = err();
    if (format == Format.json) {
      overview.running().forEach(batch -> out.println(batch.json()));
      overview.paused().forEach(batch -> out.println(batch.json()));
      overview.untaken().forEach(each -> out.println(each.json()));
      overview.past().forEach(batch -> out.println(batch.json()));
    } else if (overview.running().isEmpty()
        && overview.paused().isEmpty()
        && overview.untaken().isEmpty()
        && overview.past().isEmpty()) {
      err.println(
          limit == 0 ? "No file is being sent" : "No file is being sent, and none has ended");
    } else {
      List<List<String>> rows = new ArrayList<>();
      overview.running().forEach(batch -> rows.add(cells(batch)));
      overview.paused().forEach(batch -> rows.add(cells(batch)));
      overview.untaken().forEach(each -> rows.add(cells(each)));
      overview.past().forEach(batch -> rows.add(cells(batch)));
      Table.print(TITLES, rows, out);
    }
    if (overview.waiting() > 0) {
      err.println(
          overview.waiting() == 1
              ? "1 file in the inbox waits for its turn"
              : overview.waiting() + " files in the inbox wait for their turn");
    }
    overview
        .strange()
        .forEach(name -> err.println("Cannot be read, and is left out: " + DisplayText.text(name)));
    requireOut();
  }

  private static List<String> cells(Running batch) {
    BatchProgress progress = batch.progress();
    return List.of(
        DisplayText.beginning(progress.as(), WIDEST_NAME),
        progress.state().word() + (batch.stale() ? " (stale)" : ""),
        progress.rows() + (progress.total().isPresent() ? "/" + progress.total().getAsLong() : ""),
        Long.toString(progress.accepted()),
        Long.toString(progress.refused()),
        Long.toString(progress.unsettled()),
        "-",
        rate(progress.rate()),
        batch.stale()
            ? "last seen " + DisplayText.time(progress.at())
            : progress.left().map(left -> shown(left) + " left").orElse("-"));
  }

  private static List<String> cells(Paused batch) {
    return List.of(
        DisplayText.beginning(batch.file(), WIDEST_NAME),
        "paused",
        "-",
        "-",
        "-",
        "-",
        "-",
        "-",
        "-");
  }

  private static List<String> cells(Untaken each) {
    return List.of(
        DisplayText.beginning(each.name(), WIDEST_NAME),
        Untaken.STATE,
        "-",
        "-",
        "-",
        "-",
        "-",
        "-",
        each.why().reason());
  }

  private static List<String> cells(Past batch) {
    String name = DisplayText.beginning(batch.as(), WIDEST_NAME);
    String state = batch.state();
    String when =
        DisplayText.time(batch.finished())
            + batch.failed().map(why -> ", " + DisplayText.text(why)).orElse("");
    if (batch.report().isEmpty()) {
      return List.of(name, state, "-", "-", "-", "-", "-", "-", when);
    }
    Counts counts = batch.report().get().counts();
    return List.of(
        name,
        state,
        Long.toString(counts.rows()),
        Long.toString(counts.of(State.ACCEPTED, State.ACCEPTED_EARLIER)),
        Long.toString(counts.of(State.REFUSED, State.DUPLICATE)),
        Long.toString(counts.of(State.WAITING, State.UNCERTAIN, State.PARKED)),
        Long.toString(counts.parts()),
        rate(batch.report().get().rate()),
        when);
  }

  private static String rate(double rate) {
    return String.format(Locale.ROOT, "%.1f", rate);
  }

  private static String shown(Duration time) {
    return time.toHours() > 0
        ? time.toHours() + "h " + time.toMinutesPart() + "m"
        : time.toMinutes() > 0
            ? time.toMinutes() + "m " + time.toSecondsPart() + "s"
            : time.toSeconds() + "s";
  }
}
