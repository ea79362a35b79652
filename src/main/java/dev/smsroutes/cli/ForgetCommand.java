package dev.smsroutes.cli;

import dev.smsroutes.broker.RequestQueue;
import dev.smsroutes.config.Configuration;
import dev.smsroutes.config.JmsOptions;
import dev.smsroutes.definition.Definition;
import dev.smsroutes.definition.DefinitionDirectory;
import dev.smsroutes.ledger.LedgerRecords;
import dev.smsroutes.model.Person;
import jakarta.jms.JMSException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Erases what is kept of one person. */
@Command(
    name = "forget",
    description = {
      "Erases number, contact key, attributes and text of one person from what is kept.",
      "Searches the ledger, the queues of the serving process, and the files of ended batches. Keys"
          + " and outcomes stay, so that nothing is sent twice. A message that waits is never sent."
          + " Works while sms-routes serves; without it the queues cannot be searched."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  sms-routes forget --dry-run +14255550123",
      "  sms-routes forget ada@example.com",
      "  sms-routes forget @person.txt",
      "",
      "Exit code: 0 if all is erased, or nothing was found; 1 if something is left, which is named;",
      "2 if the command is wrong."
    })
public final class ForgetCommand extends RecordsCommand {
  private static final int MAX_NAME_CHARACTERS = 100;

  private final Terminal terminal = Terminal.ofProcess();

  @Parameters(
      paramLabel = "NUMBER|CONTACT",
      description =
          "A number with country code in any form, or exactly a contact key; @FILE reads it from a"
              + " file, so that no list of processes shows it.")
  private String who;

  @Option(names = "--dry-run", description = "Shows what would be erased, and changes nothing.")
  private boolean dryRun;

  @Option(
      names = "--by",
      paramLabel = "NAME",
      description = "The operator's name, for the ledger; the system's user unless given.")
  private String by = System.getProperty("user.name", "unknown");

  /** How much was erased, for the audit log; negative before. */
  private long erased = -1;

  @Override
  void check() {
    if (by.isBlank() || by.length() > MAX_NAME_CHARACTERS) {
      throw new WrongUseException("--by: expected 1 to " + MAX_NAME_CHARACTERS + " characters");
    }
  }

  @Override
  int run(Configuration configuration, LedgerRecords records) throws IOException {
    Person person = person();
    DefinitionDirectory definitions = DefinitionDirectory.load(configuration.definitions());
    Function<String, Optional<String>> regions =
        key -> definitions.find(key).flatMap(Definition::region);
    Progress progress = new Progress(err(), terminal.isThere(), "entries, messages and rows");
    ForgetTally tally = new ForgetTally(dryRun);
    Forget forget = new Forget(person, regions, dryRun, by, progress::step, tally);
    forget.ledger(records);
    queues(configuration.jms(), forget, tally);
    forget.files(configuration.files());
    progress.end();
    erased = tally.erased();
    tally.print(out());
    tally.left().forEach(this::tell);
    requireOut();
    return tally.left().isEmpty() ? ExitCode.DONE : ExitCode.FAILED;
  }

  @Override
  Optional<String> audited() {
    return dryRun || erased < 0
        ? Optional.empty()
        : Optional.of("one person: erased " + erased + " in ledger, queues and files");
  }

  private Person person() {
    if (who.isBlank()) {
      throw new WrongUseException("forget: expected a number or a contact key; got none");
    }
    Person person = Person.of(who.strip());
    if (!person.hasNumber()) {
      tell(
          "Looks for a contact key only: it is no number with country code, such as"
              + " +49 151 12345678");
    }
    return person;
  }

  private void queues(JmsOptions jms, Forget forget, ForgetTally tally) {
    if (!jms.enabled()) {
      return;
    }
    String url = jms.brokerUrl().orElseGet(() -> "tcp://127.0.0.1:" + jms.broker().port());
    try (RequestQueue queue =
        RequestQueue.connect(url, jms.broker().login(), jms.broker().queues())) {
      for (String name :
          List.of(
              jms.broker().queues().send(),
              jms.broker().queues().invalid(),
              jms.broker().queues().dead())) {
        forget.queue(queue, name);
      }
    } catch (JMSException e) {
      tally.left(
          "queues: the broker cannot be reached"
              + (jms.brokerUrl().isPresent()
                  ? " (sms.jms.broker-url)"
                  : " on port " + jms.broker().port() + "; start sms-routes")
              + ", and repeat the command");
    }
  }
}
