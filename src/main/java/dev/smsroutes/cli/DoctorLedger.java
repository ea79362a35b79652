package dev.smsroutes.cli;

import dev.smsroutes.config.Configuration;
import dev.smsroutes.ledger.Entry;
import dev.smsroutes.ledger.EntryState;
import dev.smsroutes.ledger.LedgerOptions;
import dev.smsroutes.ledger.LedgerRecords.Query;
import dev.smsroutes.ledger.LedgerUnavailableException;
import dev.smsroutes.ledger.NoLedgerException;
import dev.smsroutes.ledger.jdbc.JdbcRecords;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** The ledger: its database, and what is open in it. Used by one thread. */
final class DoctorLedger {
  private final Configuration configuration;
  private final LedgerOptions ledger;
  private final Consumer<Finding> findings;

  /**
   * @param findings gets what is found
   */
  DoctorLedger(Configuration configuration, LedgerOptions ledger, Consumer<Finding> findings) {
    this.configuration = configuration;
    this.ledger = ledger;
    this.findings = findings;
  }

  /**
   * @return how many processes share a ledger on a server; 0 for one in a file
   */
  long examine() {
    long nodes = 0;
    try (JdbcRecords records = JdbcRecords.open(ledger, Clock.systemUTC())) {
      madeFor(records);
      database(records.databaseSettings());
      records
          .serverTime()
          .map(there -> Duration.between(there, Instant.now()))
          .ifPresent(
              ahead ->
                  findings.accept(
                      DoctorApi.clock("clock database", "that of the database", ahead)));
      entries(records);
      if (ledger.file().isEmpty()) {
        nodes = records.nodes();
        findings.accept(Finding.ok("nodes", nodes + " processes serve with this ledger"));
      }
    } catch (NoLedgerException e) {
      findings.accept(
          switch (e.found()) {
            case NOTHING -> Finding.ok("ledger", "not there yet; the first start makes it");
            case OLDER ->
                Finding.warn(
                    "ledger",
                    e.getMessage(),
                    "a start of this version updates it; docs/ledger.md, Upgrade");
            case NEWER -> Finding.fail("ledger", e.getMessage(), "docs/ledger.md, Upgrade");
          });
    } catch (LedgerUnavailableException e) {
      findings.accept(Finding.fail("ledger", e.getMessage(), "docs/ledger.md, When it fails"));
    }
    return nodes;
  }

  /** A start for another API is refused. */
  private void madeFor(JdbcRecords records) {
    records
        .madeFor()
        .filter(made -> !made.fits(configuration.madeFor()))
        .ifPresent(
            made ->
                findings.accept(
                    Finding.fail(
                        "ledger",
                        "it was made for " + made + ", and not for " + configuration.madeFor(),
                        "set another sms.ledger.url, or the right sms.api.url; docs/ledger.md, One"
                            + " ledger, one API")));
  }

  private void database(Map<String, String> settings) {
    Map<String, String> expected =
        ledger.file().isPresent()
            ? Map.of("journal_mode", "wal", "synchronous", "2", "encoding", "UTF-8")
            : Map.of(
                "server_encoding", "UTF8",
                "fsync", "on",
                "full_page_writes", "on",
                "synchronous_commit", "on");
    List<String> wrong =
        new TreeSet<>(expected.keySet())
            .stream()
                .filter(name -> !expected.get(name).equals(settings.get(name)))
                .map(name -> name + "=" + settings.get(name) + " instead of " + expected.get(name))
                .toList();
    String all =
        settings.entrySet().stream()
            .map(each -> each.getKey() + "=" + each.getValue())
            .collect(Collectors.joining(" "));
    findings.accept(
        wrong.isEmpty()
            ? Finding.ok("database", all)
            : Finding.fail(
                "database", String.join(", ", wrong), "a crash may lose messages: docs/ledger.md"));
  }

  private void entries(JdbcRecords records) {
    long parked = records.count(Query.of(EntryState.PARKED));
    Query open =
        Query.of(
            EntryState.ADMITTED, EntryState.ATTEMPTED, EntryState.WAITING, EntryState.UNCERTAIN);
    List<Entry> oldest = records.list(open, Optional.empty(), 1);
    Duration age =
        oldest.isEmpty()
            ? Duration.ZERO
            : Duration.between(oldest.get(0).admittedAt(), Instant.now());
    String found =
        records.count(open)
            + " open"
            + (oldest.isEmpty() ? "" : ", the oldest for " + shown(age))
            + ", "
            + parked
            + " parked";
    if (parked > 0) {
      findings.accept(
          Finding.warn("ledger", found, "`sms-routes list --state PARKED`: a person decides"));
    } else if (isTooOld(age)) {
      findings.accept(
          Finding.warn("ledger", found, "`sms-routes list --state WAITING,UNCERTAIN` says why"));
    } else {
      findings.accept(Finding.ok("ledger", found));
    }
  }

  /** As health takes it. */
  private boolean isTooOld(Duration age) {
    Duration limit = configuration.health().oldestOpenAfter();
    return !limit.isZero() && age.compareTo(limit) > 0;
  }

  private static String shown(Duration age) {
    return age.toHours() > 0 ? age.toHours() + " h" : age.toMinutes() + " min";
  }
}
