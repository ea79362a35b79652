package dev.smsroutes.cli;

import dev.smsroutes.app.PipelineWiring;
import dev.smsroutes.audit.Audit;
import dev.smsroutes.broker.Protocol;
import dev.smsroutes.broker.RequestQueue;
import dev.smsroutes.config.Configuration;
import dev.smsroutes.config.JmsOptions;
import dev.smsroutes.ledger.Entry;
import dev.smsroutes.ledger.Entry.History;
import dev.smsroutes.ledger.EntryState;
import dev.smsroutes.ledger.LedgerRecords;
import dev.smsroutes.ledger.LedgerUnavailableException;
import dev.smsroutes.pipeline.DryRun;
import dev.smsroutes.records.Edits;
import dev.smsroutes.records.Replay;
import dev.smsroutes.records.Replay.Decision;
import dev.smsroutes.records.Replay.Go;
import dev.smsroutes.records.Replay.Order;
import dev.smsroutes.records.Replay.Skip;
import dev.smsroutes.records.Replay.SkipReason;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Replays messages through the serving process. */
@Command(
    name = "replay",
    description = {
      "Sends messages again, each under its own key.",
      "Opens them in the ledger and puts them on the queue of the serving process, which must be"
          + " running. The same order twice sends nothing twice.",
      "Takes PARKED, UNCERTAIN, WAITING and REFUSED ones; never those in progress or accepted.",
      "Each goes out for the caller on its record, with the rights that this caller has now."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  sms-routes replay --state PARKED --since 2d --dry-run",
      "  sms-routes replay --code 30000 --channel file --yes",
      "  sms-routes replay --key order-4711 --edit to=+14255550123",
      "  sms-routes replay --key order-4711 --new-key --accept-duplicates",
      "",
      "Exit code: 0 if all are sent; 1 if any is skipped; 2 if the command is wrong."
    })
public final class ReplayCommand extends RecordsCommand {
  private static final int MAX_NAME_CHARACTERS = 100;

  private final Terminal terminal;

  @Mixin private SelectionOptions selection;

  @Option(names = "--dry-run", description = "Shows what would happen, and changes nothing.")
  private boolean dryRun;

  @Option(names = "--yes", description = "Does not ask for confirmation.")
  private boolean yes;

  @Option(
      names = "--edit",
      paramLabel = "FIELD=VALUE",
      description =
          "Corrects the request: to=, contactKey=, attributes.NAME= or message=; with one --key"
              + " only. An empty value removes an attribute or the text.")
  private List<String> edits = new ArrayList<>();

  @Option(
      names = "--new-key",
      arity = "0..1",
      fallbackValue = "",
      paramLabel = "KEY",
      description =
          "Sends under a new key: this one (with one --key only), else KEY-r1, KEY-r2 and so on.")
  private String newKey;

  @Option(
      names = "--accept-duplicates",
      description = "Confirms that recipients may get a message twice; for --new-key.")
  private boolean acceptDuplicates;

  @Option(
      names = "--by",
      paramLabel = "NAME",
      description = "The operator's name, for the ledger; the system's user unless given.")
  private String by = System.getProperty("user.name", "unknown");

  /** What was done, for the audit log; null before. */
  private String replayed;

  public ReplayCommand() {
    this(Terminal.ofProcess());
  }

  ReplayCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  void check() {
    selection.check();
    if (selection.isEmpty()) {
      throw new WrongUseException(
          "replay: expected a selection: --key, --state, --code, --channel, --source, --since or"
              + " --until");
    }
    Set<EntryState> allowed = states();
    selection.states().stream()
        .filter(state -> !allowed.contains(state))
        .findFirst()
        .ifPresent(
            state -> {
              throw new WrongUseException(
                  "--state: expected "
                      + String.join(", ", allowed.stream().map(EntryState::name).sorted().toList())
                      + (state == EntryState.DUPLICATE
                          ? "; DUPLICATE only with --new-key --accept-duplicates"
                          : "; " + state + " is never replayed"));
            });
    boolean oneKey = selection.keys().size() == 1;
    if (!edits.isEmpty() && !oneKey) {
      throw new WrongUseException("--edit: expected together with exactly one --key");
    }
    edits();
    if ((newKey != null) != acceptDuplicates) {
      throw new WrongUseException(
          "--new-key and --accept-duplicates: expected both or neither; under a new key the API"
              + " accepts a message again, even if it has it already");
    }
    if (newKey != null && !newKey.isEmpty() && !oneKey) {
      throw new WrongUseException("--new-key=KEY: expected together with exactly one --key");
    }
    if (by.isBlank() || by.length() > MAX_NAME_CHARACTERS) {
      throw new WrongUseException("--by: expected 1 to " + MAX_NAME_CHARACTERS + " characters");
    }
  }

  @Override
  Optional<String> audited() {
    return dryRun || replayed == null ? Optional.empty() : Optional.of(replayed);
  }

  private Edits edits() {
    try {
      return Edits.of(edits);
    } catch (IllegalArgumentException e) {
      throw new WrongUseException("--edit: " + e.getMessage());
    }
  }

  private Set<EntryState> states() {
    Set<EntryState> states = EnumSet.copyOf(Replay.SAME_KEY);
    if (newKey != null) {
      states.add(EntryState.DUPLICATE);
    }
    return states;
  }

  @Override
  int run(Configuration configuration, LedgerRecords records) {
    JmsOptions jms = configuration.jms();
    String url = url(jms);
    try (DryRun dryRun = PipelineWiring.dryRun(configuration, Optional.empty());
        RequestQueue queue =
            RequestQueue.connect(url, jms.broker().login(), jms.broker().queues())) {
      if (!queue.isServed()) {
        tell(
            "No sms-routes takes requests from "
                + jms.broker().queues().send()
                + " at the moment: they wait there until it serves");
      }
      Order order = new Order(edits(), Optional.ofNullable(newKey), by, jms.maxBodyBytes());
      Replay replay =
          new Replay(
              records,
              queue,
              (request, caller) -> dryRun.prepare(List.of(request), caller).get(0).faults(),
              order,
              Clock.systemUTC());
      return run(replay, selected(records));
    } catch (JMSSecurityException e) {
      tell("The broker refused sms.jms.user and sms.jms.password; nothing was changed");
      return ExitCode.FAILED;
    } catch (JMSException e) {
      tell(
          "The broker cannot be reached: start sms-routes first, "
              + (jms.brokerUrl().isPresent()
                  ? "and check sms.jms.broker-url"
                  : "and check that sms.jms.port is its port (" + url + ")")
              + "; nothing was changed");
      return ExitCode.FAILED;
    }
  }

  private static String url(JmsOptions jms) {
    if (!jms.enabled()) {
      throw new WrongUseException(
          "sms.jms.enabled: expected true; a replay goes through the queue of the JMS intake");
    }
    if (jms.brokerUrl().isEmpty() && jms.broker().port() == 0) {
      throw new WrongUseException(
          "sms.jms.port: expected the port of the serving process; set it with --set");
    }
    if (jms.brokerUrl().isEmpty() && !jms.port().protocols().contains(Protocol.CORE)) {
      throw new WrongUseException(
          "sms.jms.protocols: expected CORE among them; a replay speaks it with the serving process");
    }
    return jms.brokerUrl().orElseGet(() -> "tcp://127.0.0.1:" + jms.broker().port());
  }

  /**
   * Also selects entries that an interrupted replay opened but did not put on the queue: they were
   * in one of these states before.
   */
  private Selected selected(LedgerRecords records) {
    Set<EntryState> asked = selection.states().isEmpty() ? states() : selection.states();
    Set<EntryState> looked = EnumSet.copyOf(asked);
    if (newKey == null) {
      looked.add(EntryState.WAITING);
    }
    return selection.selected(
        records,
        looked,
        entry ->
            asked.contains(entry.state())
                || records.history(entry.messageKey()).filter(History::waitsForReplay).isPresent());
  }

  private int run(Replay replay, Selected selected) throws JMSException {
    if (!dryRun && !yes && selection.keys().isEmpty() && !agreed(replay, selected)) {
      return ExitCode.FAILED;
    }
    ReplayTally tally = new ReplayTally();
    try {
      List<String> missing = selected.each(entry -> one(replay, entry, tally));
      missing.forEach(
          key -> skip(key, new Skip(SkipReason.MISSING, "it is not in the ledger"), tally));
    } catch (JMSException e) {
      tell(
          "The broker cannot be reached any more. Repeat the same command once sms-routes serves:"
              + " it goes on where this one ended");
      tally.broken();
    } catch (LedgerUnavailableException e) {
      tell(e.getMessage());
      tally.broken();
    }
    out().println(tally.summary(dryRun));
    replayed =
        (selection.keys().isEmpty() ? "a selection" : Audit.names(selection.keys()))
            + ": "
            + tally.summary(false);
    return tally.exitCode();
  }

  private boolean agreed(Replay replay, Selected selected) throws JMSException {
    ReplayTally tally = new ReplayTally();
    selected.each(entry -> tally.count(replay.decide(entry)));
    if (!terminal.isThere()) {
      tell(tally.summary(true) + "; add --yes to do it, or --dry-run to see each of them");
      return false;
    }
    if (!terminal.agrees(tally.summary(true) + ". Go on?")) {
      tell("Nothing was changed");
      return false;
    }
    return true;
  }

  private void one(Replay replay, Entry entry, ReplayTally tally) throws JMSException {
    Decision decision = replay.decide(entry);
    if (decision instanceof Go go && !dryRun) {
      decision = replay.carryOut(go).map(Decision.class::cast).orElse(go);
    }
    if (decision instanceof Skip skip) {
      skip(entry.messageKey(), skip, tally);
    } else if (decision instanceof Go go) {
      tally.count(go);
      String key = go.request().messageKey();
      out()
          .println(
              (dryRun ? "would replay " : "replayed ")
                  + DisplayText.text(entry.messageKey())
                  + (key.equals(entry.messageKey()) ? "" : " as " + DisplayText.text(key)));
    }
  }

  private void skip(String key, Skip skip, ReplayTally tally) {
    tally.count(skip);
    out().println("skipped " + DisplayText.text(key) + ": " + DisplayText.text(skip.words()));
  }
}
