package dev.smsroutes.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.batch.result.DurableFile;
import dev.smsroutes.cli.Selected.Visitor;
import dev.smsroutes.config.Configuration;
import dev.smsroutes.ledger.Entry;
import dev.smsroutes.ledger.LedgerRecords;
import dev.smsroutes.records.EntryJson;
import dev.smsroutes.records.StoredRequest;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Writes entries for other programs. */
@Command(
    name = "export",
    description = {
      "Writes messages of the ledger as CSV or JSON lines.",
      "All of them unless a selection is given, oldest first, without numbers, contact keys,"
          + " attributes and texts. A file is written as a whole or not at all, and is overwritten only"
          + " with --force."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  sms-routes export --out ledger.csv",
      "  sms-routes export --state REFUSED --since 2026-11-01 --out refused.csv",
      "  sms-routes export --state PARKED --personal-data --format ndjson > parked.ndjson"
    })
public final class ExportCommand extends RecordsCommand {
  enum ExportFormat {
    csv,
    ndjson
  }

  /** After so many entries it checks whether the reader is still there. */
  private static final int FLUSH_EVERY = 1_000;

  @Mixin private SelectionOptions selection;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "${COMPLETION-CANDIDATES}; csv unless given.")
  private ExportFormat format = ExportFormat.csv;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Where to write; without it, to the standard output.")
  private Path file;

  @Option(names = "--force", description = "Overwrites the file if it is there.")
  private boolean force;

  @Option(
      names = "--personal-data",
      description =
          "Adds number, contact key, attributes and text where they are stored; a file is then"
              + " readable by its owner only.")
  private boolean personalData;

  @Override
  void check() {
    selection.check();
    if (force && file == null) {
      throw new WrongUseException("--force: expected together with --out FILE");
    }
  }

  @Override
  int run(Configuration configuration, LedgerRecords records) throws IOException {
    Selected selected = selection.selected(records, selection.states(), entry -> true);
    Progress progress = new Progress(err(), Terminal.ofProcess().isThere(), "entries written");
    List<String> missing;
    try {
      missing = file == null ? toOutput(selected, progress) : toFile(selected, progress);
    } finally {
      progress.end();
    }
    if (file != null) {
      tell(progress.count() + " entries written to " + file.toAbsolutePath());
    }
    missing.forEach(key -> tell("Not in the ledger: " + DisplayText.text(key)));
    return missing.isEmpty() ? ExitCode.DONE : ExitCode.FAILED;
  }

  @Override
  Optional<String> audited() {
    return personalData
        ? Optional.of("with personal data to " + (file == null ? "the output" : file.toString()))
        : Optional.empty();
  }

  private List<String> toOutput(Selected selected, Progress progress) throws IOException {
    List<String> missing = write(selected, out(), progress);
    requireOut();
    return missing;
  }

  private List<String> toFile(Selected selected, Progress progress) throws IOException {
    Path target = file.toAbsolutePath().normalize();
    refuseToOverwrite(target);
    try (DurableFile durable =
        personalData
            ? DurableFile.ofOwner(target.getParent(), target.getFileName().toString())
            : new DurableFile(target.getParent(), target.getFileName().toString())) {
      Writer out = new OutputStreamWriter(durable.out(), StandardCharsets.UTF_8);
      List<String> missing = write(selected, out, progress);
      out.flush();
      refuseToOverwrite(target);
      durable.commit();
      return missing;
    }
  }

  private void refuseToOverwrite(Path target) {
    if (Files.isDirectory(target) || (!force && Files.exists(target))) {
      throw new WrongUseException(
          "--out: "
              + file
              + (Files.isDirectory(target)
                  ? " is a folder"
                  : " exists already; --force overwrites it"));
    }
  }

  private List<String> write(Selected selected, Writer out, Progress progress) throws IOException {
    if (format == ExportFormat.csv) {
      EntryCsv csv = new EntryCsv(out, personalData);
      List<String> missing = each(selected, progress, entry -> csv.write(json(entry)));
      csv.finish();
      return missing;
    }
    return each(
        selected,
        progress,
        entry -> {
          out.write(json(entry).toString());
          out.write('\n');
        });
  }

  private List<String> each(Selected selected, Progress progress, Visitor<IOException> visitor)
      throws IOException {
    return selected.each(
        entry -> {
          visitor.visit(entry);
          progress.step();
          if (file == null && progress.count() % FLUSH_EVERY == 0) {
            requireOut();
          }
        });
  }

  private ObjectNode json(Entry entry) {
    return personalData ? EntryJson.of(entry, StoredRequest.of(entry)) : EntryJson.of(entry);
  }
}
