package dev.smsroutes.cli;

import dev.smsroutes.access.Key;
import dev.smsroutes.api.ApiEndpoints;
import dev.smsroutes.api.ApiProbe;
import dev.smsroutes.api.ApiTls;
import dev.smsroutes.api.TokenException;
import dev.smsroutes.app.OthersMayRead;
import dev.smsroutes.app.Stores;
import dev.smsroutes.batch.result.BatchFolders;
import dev.smsroutes.broker.BrokerOptions.Queues;
import dev.smsroutes.broker.EmbeddedBroker;
import dev.smsroutes.broker.RequestQueue;
import dev.smsroutes.config.Address;
import dev.smsroutes.config.Configuration;
import dev.smsroutes.config.InvalidSettingsException;
import dev.smsroutes.config.JmsOptions;
import dev.smsroutes.definition.Definition;
import dev.smsroutes.definition.DefinitionDirectory;
import dev.smsroutes.definition.InvalidDefinitionException;
import dev.smsroutes.disk.PrivateFiles;
import dev.smsroutes.ledger.Entry;
import dev.smsroutes.ledger.EntryState;
import dev.smsroutes.ledger.LedgerOptions;
import dev.smsroutes.ledger.LedgerRecords.Query;
import dev.smsroutes.ledger.LedgerUnavailableException;
import dev.smsroutes.ledger.NoLedgerException;
import dev.smsroutes.ledger.jdbc.JdbcLedger;
import dev.smsroutes.ledger.jdbc.JdbcRecords;
import jakarta.jms.JMSException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Looks at a configuration that works, and at what it needs. Used by one thread. */
final class Doctor {
  private static final long MEBIBYTE = 1024 * 1024;

  private static final Duration CLOCK_WARNS = Duration.ofSeconds(5);

  /** Nodes take each other for dead; an API refuses signatures and tokens. */
  private static final Duration CLOCK_FAILS = Duration.ofMinutes(1);

  private final Configuration configuration;
  private final List<Finding> findings;
  private final LedgerOptions ledger;
  private final boolean serving;

  /** How many processes share a ledger on a server. */
  private long nodes;

  /**
   * @param findings gets what is found
   */
  Doctor(Configuration configuration, List<Finding> findings) {
    this.configuration = configuration;
    this.findings = findings;
    this.ledger = Stores.ledgerToRead(configuration);
    this.serving = JdbcLedger.isInUse(ledger);
  }

  void examine(boolean offline) {
    settings();
    ports();
    rights();
    Optional<DefinitionDirectory> definitions = definitions();
    api(offline, definitions.map(DefinitionDirectory::all).orElse(List.of()));
    disk();
    ledger();
    queues();
    routes();
    keys();
  }

  private void settings() {
    try {
      Stores.requireApiIsNotForgotten(configuration);
    } catch (InvalidSettingsException e) {
      findings.add(Finding.fail("settings", e.getMessage(), "set it as the service has it"));
      return;
    }
    if (configuration.warnings().isEmpty()) {
      findings.add(Finding.ok("settings", "a start would accept them"));
    }
    configuration
        .warnings()
        .forEach(each -> findings.add(Finding.warn("settings", each, "docs/configuration.md")));
  }

  private void ports() {
    Map<String, Address> ports = new LinkedHashMap<>();
    ports.put("port http", configuration.http().address());
    configuration.management().ifPresent(address -> ports.put("port management", address));
    JmsOptions jms = configuration.jms();
    if (jms.enabled() && jms.brokerUrl().isEmpty()) {
      ports.put("port jms", new Address("sms.jms", jms.port().host(), jms.broker().port()));
    }
    ports.forEach((what, address) -> findings.add(port(what, address)));
  }

  private Finding port(String what, Address address) {
    String shown = address.host() + ":" + address.port();
    if (address.port() == 0) {
      return Finding.ok(what, "any free port");
    }
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(address.host(), address.port()));
      return serving
          ? Finding.warn(
              what, shown + " is free, while sms-routes serves", "has the service this setting?")
          : Finding.ok(what, shown + " is free");
    } catch (IOException e) {
      if (serving) {
        return Finding.ok(what, shown + " is in use, while sms-routes serves");
      }
      String todo = "end that process, or set " + address.portKey();
      return ledger.file().isEmpty()
          ? Finding.warn(what, shown + " is in use, by sms-routes or another process", todo)
          : Finding.fail(
              what, shown + " is in use, and no sms-routes serves with this ledger", todo);
    }
  }

  private void rights() {
    List<Path> folders = new ArrayList<>();
    ledger.file().map(file -> file.toAbsolutePath().getParent()).ifPresent(folders::add);
    if (configuration.files().enabled()) {
      BatchFolders batch = configuration.files().folders();
      folders.addAll(List.of(batch.inbox(), batch.results(), batch.done(), batch.failed()));
    }
    if (configuration.jms().enabled() && configuration.jms().brokerUrl().isEmpty()) {
      folders.add(configuration.jms().broker().directory());
    }
    List<String> closed =
        folders.stream()
            .filter(folder -> !canWrite(folder.toAbsolutePath()))
            .map(Path::toString)
            .toList();
    findings.add(
        closed.isEmpty()
            ? Finding.ok("folders", "can be written, or made")
            : Finding.fail(
                "folders",
                "this user cannot write " + String.join(", ", closed),
                "run it as the user of the service, or give that user the folders"));
    Optional<String> open = OthersMayRead.warning(configuration);
    findings.add(
        open.map(
                words ->
                    Finding.warn(
                        "others",
                        words.replaceFirst("; to end it: .*", ""),
                        words.replaceFirst("(?s).*; to end it: ", "")))
            .orElseGet(() -> Finding.ok("others", "cannot read what is kept")));
  }

  /** A folder that is missing is made at the start, below one that is there. */
  private static boolean canWrite(Path folder) {
    Path there = folder;
    while (there != null && !Files.exists(there)) {
      there = there.getParent();
    }
    return there != null && Files.isDirectory(there) && Files.isWritable(there);
  }

  private Optional<DefinitionDirectory> definitions() {
    try {
      DefinitionDirectory directory = DefinitionDirectory.load(configuration.definitions());
      String found = directory.all().size() + " in " + configuration.definitions();
      findings.add(
          directory.all().isEmpty()
              ? Finding.fail("definitions", found, "without one each request is refused")
              : Finding.ok("definitions", found + ", all readable"));
      return Optional.of(directory);
    } catch (InvalidDefinitionException e) {
      e.problems()
          .forEach(
              fault ->
                  findings.add(
                      Finding.fail(
                          "definitions", fault.toString(), "correct it; docs/definitions.md")));
      return Optional.empty();
    }
  }

  private void api(boolean offline, Collection<Definition> definitions) {
    Optional<ApiEndpoints> service = configuration.api().service();
    if (service.isEmpty()) {
      findings.add(
          Finding.warn(
              "token",
              "the sandbox: sms.api.url is empty, and no SMS leaves this machine",
              "set sms.api.url, unless you mean it"));
      return;
    }
    if (offline) {
      findings.add(Finding.ok("token", "not asked for (--offline)"));
      return;
    }
    Optional<ApiTls> certificates = configuration.api().tls().map(ApiTls::new);
    try (ApiProbe api =
        new ApiProbe(
            service.get(), configuration.api().client(1, certificates), Clock.systemUTC())) {
      token(api, definitions);
    } finally {
      certificates.ifPresent(ApiTls::close);
    }
  }

  private void token(ApiProbe api, Collection<Definition> definitions) {
    Optional<String> token = Optional.empty();
    try {
      token = Optional.of(api.token());
      findings.add(Finding.ok("token", "the API gives one"));
    } catch (TokenException e) {
      findings.add(Finding.fail("token", e.getMessage(), "check sms.api.*; docs/configuration.md"));
    }
    findings.add(
        api.date()
            .map(date -> clock("clock", "that of the API", Duration.between(date, api.now())))
            .orElseGet(
                () ->
                    Finding.warn(
                        "clock", "not compared: the API told no time", "compare it with NTP")));
    token.ifPresent(given -> atTheApi(api, given, definitions));
  }

  /**
   * @param what the row
   * @param whose another clock
   * @param ahead of that one, which may tell whole seconds
   */
  static Finding clock(String what, String whose, Duration ahead) {
    if (ahead.abs().compareTo(CLOCK_WARNS) <= 0) {
      return Finding.ok(what, "as " + whose + ", to a few seconds");
    }
    String found =
        "%d s %s %s"
            .formatted(ahead.abs().toSeconds(), ahead.isNegative() ? "behind" : "ahead of", whose);
    String todo = "set the clock, and keep it by NTP";
    return ahead.abs().compareTo(CLOCK_FAILS) <= 0
        ? Finding.warn(what, found, todo)
        : Finding.fail(what, found, todo);
  }

  private void atTheApi(ApiProbe api, String token, Collection<Definition> definitions) {
    Map<String, String> there;
    try {
      there = api.definitions(token);
    } catch (IOException e) {
      findings.add(
          Finding.warn(
              "definitions at the API",
              "not compared: " + e.getMessage(),
              "may the account read definitions?"));
      return;
    }
    Set<String> missing = new TreeSet<>();
    Set<String> inactive = new TreeSet<>();
    for (Definition each : definitions) {
      String status = there.get(each.key());
      if (each.active() && (status == null || status.equalsIgnoreCase("deleted"))) {
        missing.add(each.key());
      } else if (each.active() && !status.equalsIgnoreCase("active")) {
        inactive.add(each.key());
      }
    }
    if (!missing.isEmpty()) {
      findings.add(
          Finding.fail(
              "definitions at the API",
              "unknown there: " + String.join(", ", missing),
              "make them there, or remove them here"));
    }
    if (!inactive.isEmpty()) {
      findings.add(
          Finding.warn(
              "definitions at the API",
              "active here, not there: " + String.join(", ", inactive),
              "the API keeps such messages up to 3 days and sends them when it is active"));
    }
    if (missing.isEmpty() && inactive.isEmpty()) {
      findings.add(Finding.ok("definitions at the API", "all active ones are known and active"));
    }
  }

  private void disk() {
    Map<String, Path> places = new LinkedHashMap<>();
    ledger.file().ifPresent(file -> places.put("disk ledger", file));
    JmsOptions jms = configuration.jms();
    if (jms.enabled() && jms.brokerUrl().isEmpty()) {
      places.put("disk broker", jms.broker().directory());
    }
    if (configuration.files().enabled()) {
      places.put("disk results", configuration.files().folders().results());
    }
    places.forEach((what, path) -> findings.add(disk(what, path.toAbsolutePath())));
  }

  private Finding disk(String what, Path path) {
    Path there = path;
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    try {
      long free = Files.getFileStore(there).getUsableSpace();
      String found = free / MEBIBYTE + " MiB free";
      String todo = "free some space; the embedded broker stops below 256 MiB";
      long enough =
          Math.max(configuration.health().minDiskFreeBytes(), EmbeddedBroker.MIN_DISK_FREE_BYTES);
      return free >= enough
          ? Finding.ok(what, found)
          : free >= EmbeddedBroker.MIN_DISK_FREE_BYTES
              ? Finding.warn(what, found, todo)
              : Finding.fail(what, found, todo);
    } catch (IOException e) {
      return Finding.warn(what, "unknown: " + e.getClass().getSimpleName(), "look at it yourself");
    }
  }

  private void ledger() {
    try (JdbcRecords records = JdbcRecords.open(ledger, Clock.systemUTC())) {
      madeFor(records);
      database(records.databaseSettings());
      records
          .serverTime()
          .map(there -> Duration.between(there, Instant.now()))
          .ifPresent(ahead -> findings.add(clock("clock database", "that of the database", ahead)));
      entries(records);
      if (ledger.file().isEmpty()) {
        nodes = records.nodes();
        findings.add(Finding.ok("nodes", nodes + " processes serve with this ledger"));
      }
    } catch (NoLedgerException e) {
      findings.add(
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
      findings.add(Finding.fail("ledger", e.getMessage(), "docs/ledger.md, When it fails"));
    }
  }

  /** A start for another API is refused. */
  private void madeFor(JdbcRecords records) {
    records
        .madeFor()
        .filter(made -> !made.fits(configuration.madeFor()))
        .ifPresent(
            made ->
                findings.add(
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
    findings.add(
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
      findings.add(
          Finding.warn("ledger", found, "`sms-routes list --state PARKED`: a person decides"));
    } else if (isTooOld(age)) {
      findings.add(
          Finding.warn("ledger", found, "`sms-routes list --state WAITING,UNCERTAIN` says why"));
    } else {
      findings.add(Finding.ok("ledger", found));
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

  private void queues() {
    JmsOptions jms = configuration.jms();
    if (!jms.enabled()) {
      findings.add(Finding.ok("queues", "the JMS intake is off"));
      return;
    }
    Queues queues = jms.broker().queues();
    String url = jms.brokerUrl().orElse("tcp://127.0.0.1:" + jms.broker().port());
    try (RequestQueue queue = RequestQueue.connect(url, jms.broker().login(), queues)) {
      long aside = queue.count(queues.invalid()) + queue.count(queues.dead());
      String found =
          queue.count(queues.send())
              + " requests, "
              + queue.count(queues.invalid())
              + " refused, "
              + queue.count(queues.dead())
              + " dead letters";
      if (!queue.isServed()) {
        findings.add(
            Finding.warn("queues", found + ", and nobody takes requests", "start sms-routes"));
      } else {
        findings.add(
            aside == 0
                ? Finding.ok("queues", found)
                : Finding.warn("queues", found, "docs/jms.md, On sms.send.invalid"));
      }
    } catch (JMSException e) {
      findings.add(unread(jms));
    }
  }

  private Finding unread(JmsOptions jms) {
    if (jms.brokerUrl().isPresent()) {
      return Finding.fail(
          "queues", "the broker cannot be reached", "check sms.jms.broker-url, login and queues");
    }
    return serving || nodes > 0
        ? Finding.warn(
            "queues",
            "not read: the embedded broker speaks no CORE, or wants a login",
            "sms.jms.protocols, sms.jms.user")
        : Finding.ok("queues", "no process serves; the embedded broker starts with it");
  }

  private void routes() {
    long files = 0;
    for (String pattern : configuration.routes().split(",")) {
      if (pattern.strip().startsWith("file:")) {
        files += count(Path.of(pattern.strip().substring("file:".length())));
      }
    }
    findings.add(
        files > 0
            ? Finding.ok("routes", files + " files of " + configuration.routes())
            : Finding.fail(
                "routes",
                "no file of " + configuration.routes(),
                "run it in the folder where routes/ is, or set camel.main.routesIncludePattern"));
  }

  private static long count(Path pattern) {
    Path folder = Optional.ofNullable(pattern.getParent()).orElse(Path.of(""));
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(folder, pattern.getFileName().toString())) {
      long count = 0;
      for (Path file : files) {
        count += Files.isReadable(file) ? 1 : 0;
      }
      return count;
    } catch (IOException e) {
      return 0;
    }
  }

  private void keys() {
    Path file = configuration.access().keysFile();
    boolean needed = configuration.door().asks() || configuration.jms().port().asksForKeys();
    try {
      Collection<Key> keys = KeysEdit.read(file).values();
      Instant now = Instant.now();
      long valid = keys.stream().filter(key -> key.isValid(now)).count();
      String found = keys.size() + " callers, " + valid + " of them valid, in " + file;
      if (needed && valid == 0) {
        findings.add(Finding.fail("keys", found, "`sms-routes key create ID`"));
      } else if (Files.exists(file)
          && (PrivateFiles.othersMayRead(file) || PrivateFiles.groupMayRead(file))) {
        findings.add(Finding.warn("keys", "others may read " + file, "chmod go-rwx " + file));
      } else {
        findings.add(Finding.ok("keys", Files.exists(file) ? found : "there is no keys file"));
      }
    } catch (WrongUseException e) {
      findings.add(Finding.fail("keys", e.getMessage(), "correct it; docs/access.md"));
    } catch (IOException e) {
      findings.add(Finding.fail("keys", "cannot be read: " + file, "check its rights"));
    }
  }
}
