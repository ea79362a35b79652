package dev.smsroutes.cli;

import dev.smsroutes.app.Stores;
import dev.smsroutes.config.Configuration;
import dev.smsroutes.config.InvalidSettingsException;
import dev.smsroutes.definition.Definition;
import dev.smsroutes.definition.DefinitionDirectory;
import dev.smsroutes.definition.InvalidDefinitionException;
import dev.smsroutes.ledger.LedgerOptions;
import dev.smsroutes.ledger.jdbc.JdbcLedger;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/** Looks at a configuration that works, and at what it needs. Used by one thread. */
final class Doctor {
  private final Configuration configuration;
  private final Consumer<Finding> findings;

  /**
   * @param findings gets what is found
   */
  Doctor(Configuration configuration, Consumer<Finding> findings) {
    this.configuration = configuration;
    this.findings = findings;
  }

  /**
   * @param offline does not ask the API
   */
  void examine(boolean offline) {
    LedgerOptions ledger = Stores.ledgerToRead(configuration);
    boolean serving = JdbcLedger.isInUse(ledger);
    DoctorMachine machine = new DoctorMachine(configuration, ledger, serving, findings);
    settings();
    machine.ports();
    machine.rights();
    Collection<Definition> definitions = definitions();
    new DoctorApi(configuration, findings).examine(offline, definitions);
    machine.disks();
    long nodes = new DoctorLedger(configuration, ledger, findings).examine();
    new DoctorQueues(configuration.jms(), findings).examine(serving || nodes > 0);
    machine.routes();
    machine.keys();
  }

  private void settings() {
    try {
      Stores.requireApiIsNotForgotten(configuration);
    } catch (InvalidSettingsException e) {
      findings.accept(Finding.fail("settings", e.getMessage(), "set it as the service has it"));
      return;
    }
    if (configuration.warnings().isEmpty()) {
      findings.accept(Finding.ok("settings", "a start would accept them"));
    }
    configuration
        .warnings()
        .forEach(each -> findings.accept(Finding.warn("settings", each, "docs/configuration.md")));
  }

  private Collection<Definition> definitions() {
    try {
      DefinitionDirectory directory = DefinitionDirectory.load(configuration.definitions());
      String found = directory.all().size() + " in " + configuration.definitions();
      findings.accept(
          directory.all().isEmpty()
              ? Finding.fail("definitions", found, "without one each request is refused")
              : Finding.ok("definitions", found + ", all readable"));
      return directory.all();
    } catch (InvalidDefinitionException e) {
      e.problems()
          .forEach(
              fault ->
                  findings.accept(
                      Finding.fail(
                          "definitions", fault.toString(), "correct it; docs/definitions.md")));
      return List.of();
    }
  }
}
