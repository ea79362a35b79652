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

/** Lists batch files in progress and those that have ended, without their content. */
@Command(
    name = "status",
    description = {
      "Lists batch files that are being sent, that are paused, that are not taken and why, and that"
          + " have ended, the newest first.",
      "A file without progress for 10 s is marked as stale: its process was killed, hangs, or its"
          + " disk is full. Works while sms-routes serves, or without it."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  sms-routes status",
      "  sms-routes status --limit 0",
      "  sms-routes status --format json"
    })
public final class StatusCommand extends QuietCommand {
  private static final int MAX_NAME_WIDTH = 60;
  private static final List<String> TITLES =
      List.of(
          "name", "state", "rows", "accepted", "refused", "unsettled", "parts", "rows/s", "when");

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "The maximum number of ended files; 20 unless given, 0 for none.")
  private int limit = 20;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "table for people; json for programs, one object on each line.")
  private ListFormat format = ListFormat.table;

  @Override
  int run() throws IOException {
    requireLimit(limit);
    print(
        BatchOverview.of(settings().read().files().folders(), limit, Clock.systemUTC().instant()));
    return ExitCode.DONE;
  }

  private void print(BatchOverview overview) throws IOException {
    PrintWriter out = out();
    if (format == ListFormat.json) {
      overview.running().forEach(batch -> out.println(batch.json()));
      overview.paused().forEach(batch -> out.println(batch.json()));
      overview.untaken().forEach(each -> out.println(each.json()));
      overview.past().forEach(batch -> out.println(batch.json()));
    } else {
      List<List<String>> rows = new ArrayList<>();
      overview.running().forEach(batch -> rows.add(cells(batch)));
      overview.paused().forEach(batch -> rows.add(cells(batch)));
      overview.untaken().forEach(each -> rows.add(cells(each)));
      overview.past().forEach(batch -> rows.add(cells(batch)));
      if (rows.isEmpty()) {
        tell(limit == 0 ? "No file is being sent" : "No file is being sent, and none has ended");
      } else {
        Table.print(TITLES, rows, out);
      }
    }
    if (overview.waiting() > 0) {
      tell(
          overview.waiting() == 1
              ? "1 file waits in the inbox"
              : overview.waiting() + " files wait in the inbox");
    }
    for (String name : overview.strange()) {
      tell("Not shown, because it cannot be read: " + DisplayText.text(name));
    }
    requireOut();
  }

  private static List<String> cells(Running batch) {
    BatchProgress progress = batch.progress();
    return List.of(
        DisplayText.beginning(progress.as(), MAX_NAME_WIDTH),
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
    return cells(batch.file(), BatchProgress.Phase.PAUSED.word(), "-");
  }

  private static List<String> cells(Untaken each) {
    return cells(each.name(), Untaken.STATE, each.why().reason());
  }

  /** Of a file of which no row was read. */
  private static List<String> cells(String name, String state, String when) {
    return List.of(
        DisplayText.beginning(name, MAX_NAME_WIDTH), state, "-", "-", "-", "-", "-", "-", when);
  }

  private static List<String> cells(Past batch) {
    String when =
        DisplayText.time(batch.finished())
            + batch.failed().map(why -> ", " + DisplayText.text(why)).orElse("");
    if (batch.report().isEmpty()) {
      return cells(batch.as(), batch.state(), when);
    }
    Counts counts = batch.report().get().counts();
    return List.of(
        DisplayText.beginning(batch.as(), MAX_NAME_WIDTH),
        batch.state(),
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
