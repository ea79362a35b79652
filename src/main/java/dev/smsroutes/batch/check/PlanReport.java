package dev.smsroutes.batch.check;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.batch.check.BatchPlan.Estimate;
import dev.smsroutes.batch.check.BatchPlan.Finding;
import dev.smsroutes.batch.check.BatchPlan.Sending;
import dev.smsroutes.batch.result.FaultSummary;
import dev.smsroutes.batch.result.FaultSummary.Cause;
import dev.smsroutes.model.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A plan as a program reads it, and as a person does. Both say the same. */
public final class PlanReport {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int MAX_CHARACTERS = 10;
  private static final int MAX_REGIONS = 10;

  /** What could break a line, or change how a terminal shows the rest. */
  private static final String STRANGE = "[\\p{C}\\p{Zl}\\p{Zp}]";

  private PlanReport() {}

  /** One JSON object on one line, without a line end. */
  public static String json(BatchPlan plan) {
    return tree(plan).toString();
  }

  /** One JSON object with its fields on lines of their own; ends with a line end. */
  static String prettyJson(BatchPlan plan) {
    return tree(plan).toPrettyString() + "\n";
  }

  private static ObjectNode tree(BatchPlan plan) {
    ObjectNode json = JSON.createObjectNode();
    json.put("file", plan.file());
    plan.unreadable().ifPresent(why -> json.put("unreadable", why));
    json.put("rows", plan.rows());
    json.put("valid", plan.valid());
    json.put("refused", plan.refused());
    json.put("parked", plan.parked());
    ObjectNode outcomes = json.putObject("outcomes");
    plan.outcomes().forEach((state, count) -> outcomes.put(state.name(), count));
    ArrayNode codes = json.putArray("refusedByCode");
    plan.refusedByCode()
        .forEach(
            (code, count) ->
                codes
                    .addObject()
                    .put("code", code)
                    .put("words", ErrorCode.words(code))
                    .put("rows", count.longValue()));
    json.putObject("duplicates")
        .put("sameRequest", plan.duplicates().sameRequest())
        .put("otherRequest", plan.duplicates().otherRequest());
    json.putObject("ledger")
        .put("resumed", plan.record().resumed())
        .put("acceptedBefore", plan.record().accepted());
    sending(json.putObject("toSend"), plan.sending());
    ArrayNode findings = json.putArray("findings");
    for (Finding finding : plan.findings()) {
      ObjectNode one = findings.addObject().put("row", finding.row());
      if (finding.item() > 0) {
        one.put("item", finding.item());
      }
      one.put("column", finding.column())
          .put("code", finding.code())
          .put("message", finding.message());
    }
    json.put("moreFindings", plan.moreFindings());
    plan.faults().write(json);
    return json;
  }

  private static void sending(ObjectNode json, Sending sending) {
    json.put("rows", sending.rows());
    json.put("parts", sending.parts());
    ObjectNode byParts = json.putObject("byParts");
    sending.byParts().forEach((parts, count) -> byParts.put(Integer.toString(parts), count));
    json.put("leftToApi", sending.leftToApi());
    json.putObject("encodings").put("GSM", sending.gsm()).put("UCS-2", sending.ucs2());
    ArrayNode characters = json.putArray("forcedUcs2");
    top(sending)
        .forEach(
            entry ->
                characters
                    .addObject()
                    .put("codePoint", codePoint(entry.getKey()))
                    .put("name", name(entry.getKey()))
                    .put("rows", entry.getValue().longValue()));
    ObjectNode regions = json.putObject("countries");
    sending.regions().forEach((region, count) -> regions.put(region, count.longValue()));
    Estimate estimate = sending.estimate();
    json.putObject("estimate")
        .put("calls", estimate.calls())
        .put("messagesPerSecond", estimate.messagesPerSecond())
        .put("seconds", estimate.time().toSeconds())
        .put("basis", estimate.basis());
  }

  /** Lines, without line ends. */
  public static List<String> text(BatchPlan plan) {
    List<String> lines = new ArrayList<>();
    String file = plan.file().replaceAll(STRANGE, "?");
    if (plan.unreadable().isPresent()) {
      lines.add(file + ": no row of it can be read, and nothing of it would be sent");
      lines.add("  " + plan.unreadable().get());
      return lines;
    }
    Sending sending = plan.sending();
    lines.add(file + (plan.record().resumed() ? ": was interrupted, and would go on" : ""));
    line(lines, "rows", plan.rows(), "");
    line(lines, "valid", plan.valid(), "");
    line(lines, "  to be sent", sending.rows(), "");
    line(lines, "  accepted before", plan.record().accepted(), "by the ledger; not sent again");
    line(lines, "refused", plan.refused(), "");
    plan.refusedByCode().forEach((code, n) -> line(lines, "  " + code, n, ErrorCode.words(code)));
    if (plan.parked() > 0) {
      line(lines, "parked", plan.parked(), "a person has to decide about them first");
    }
    line(
        lines,
        "keys that occur twice",
        plan.duplicates().sameRequest() + plan.duplicates().otherRequest(),
        plan.duplicates().sameRequest()
            + " with the same request, sent once; "
            + plan.duplicates().otherRequest()
            + " with another one, refused");
    line(lines, "parts", sending.parts(), byParts(sending));
    line(lines, "GSM 03.38", sending.gsm(), "rows");
    line(lines, "UCS-2", sending.ucs2(), "rows" + (sending.ucs2() > 0 ? ", because of" : ""));
    top(sending)
        .forEach(
            entry ->
                line(
                    lines,
                    "  " + codePoint(entry.getKey()),
                    entry.getValue(),
                    name(entry.getKey())));
    if (sending.leftToApi() > 0) {
      line(lines, "left to the API", sending.leftToApi(), "rows, whose length nobody knows here");
    }
    lines.add("  countries              " + regions(sending));
    Estimate estimate = sending.estimate();
    line(lines, "calls", estimate.calls(), "about");
    lines.add(
        "  time                   about %s, at %s a second: %s"
            .formatted(
                time(estimate.time()), decimal(estimate.messagesPerSecond()), estimate.basis()));
    FaultSummary faults = plan.faults();
    if (!faults.causes().isEmpty()) {
      lines.add("");
      faults.causes().forEach(cause -> lines.add("  " + cause(cause)));
    }
    if (faults.more() > 0) {
      lines.add("  and " + faults.more() + " more");
    }
    return lines;
  }

  private static void line(List<String> lines, String what, long count, String note) {
    lines.add("  %-22s %10d  %s".formatted(what, count, note).stripTrailing());
  }

  private static String byParts(Sending sending) {
    return sending.byParts().entrySet().stream()
        .map(entry -> entry.getValue() + " of " + entry.getKey())
        .collect(Collectors.joining(", "));
  }

  private static String regions(Sending sending) {
    List<Map.Entry<String, Long>> all = byCount(sending.regions()).toList();
    String shown =
        all.stream()
            .limit(MAX_REGIONS)
            .map(entry -> entry.getKey() + " " + entry.getValue())
            .collect(Collectors.joining(", "));
    if (all.size() > MAX_REGIONS) {
      shown += ", and " + (all.size() - MAX_REGIONS) + " more";
    }
    return shown.isEmpty() ? "-" : shown;
  }

  private static String cause(Cause cause) {
    String told =
        cause
            .definitionKey()
            .map(
                definition ->
                    "%s: %s row%s of %s (%s)"
                        .formatted(
                            cause.message(),
                            FaultSummary.grouped(cause.rows()),
                            cause.rows() == 1 ? "" : "s",
                            definition,
                            cause.places()))
            .orElseGet(
                () ->
                    cause.places()
                        + (cause.column().isEmpty() ? "" : "  " + cause.column())
                        + "  "
                        + cause.code()
                        + "  "
                        + cause.message());
    return told.replaceAll(STRANGE, "?").stripTrailing();
  }

  private static Stream<Map.Entry<Integer, Long>> top(Sending sending) {
    return byCount(sending.beyondGsm()).limit(MAX_CHARACTERS);
  }

  private static <K extends Comparable<K>> Stream<Map.Entry<K, Long>> byCount(Map<K, Long> counts) {
    return counts.entrySet().stream()
        .sorted(
            Comparator.comparing((Map.Entry<K, Long> entry) -> -entry.getValue())
                .thenComparing(Map.Entry::getKey));
  }

  private static String codePoint(int character) {
    return String.format("U+%04X", character);
  }

  private static String name(int character) {
    String name = character == 0 ? "others" : Character.getName(character);
    return name == null ? "unassigned" : name;
  }

  private static String decimal(double number) {
    return String.format(Locale.ROOT, number == Math.rint(number) ? "%.0f" : "%.2f", number);
  }

  private static String time(Duration time) {
    if (time.toMinutes() < 2) {
      return Math.max(1, time.toSeconds()) + " s";
    }
    return time.toHours() < 2
        ? time.toMinutes() + " min"
        : time.toHours() + " h " + time.toMinutesPart() + " min";
  }
}
