package dev.smsroutes.config;

import dev.smsroutes.config.SandboxChoice.When;
import dev.smsroutes.ledger.LedgerOptions;
import dev.smsroutes.ledger.MadeFor;
import dev.smsroutes.throttle.ThrottleOptions;
import dev.smsroutes.trace.TraceOptions;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.spi.PropertiesComponent;
import org.apache.camel.util.AntPathMatcher;

/**
 * All settings, read once: by a start and by each command from the same sources, in the same order
 * and by the same rules. {@code application.properties} explains each key, and holds the only
 * defaults. Immutable.
 *
 * @param api where the SMS API is, and how it is called
 * @param throttle how fast it is called
 * @param maxParts the most parts of one message
 * @param definitions the folder of the send definitions
 * @param contactPolicy who is never sent a message, and when messages may leave
 * @param access what callers may do
 * @param ledger where the record of the API is
 * @param sandboxLedger where the record of the sandbox is: with the default, in a folder of its own
 * @param http the HTTP intake
 * @param door who may come in to the HTTP intake
 * @param managementDoor who may come in to management
 * @param files the file intake
 * @param jms the JMS intake
 * @param sandbox when the sandbox starts, and where
 * @param health from when on something counts as stuck
 * @param traces how spans get to a collector; empty if traces are off
 * @param management where health and meters are; empty if they are switched off
 * @param stopTimeout how long a stop waits for what is in progress
 * @param secretsOfRoutes secrets that only routes read, by key
 * @param routes the patterns of the route files, separated by commas
 * @param logFormat how lines of the log are written
 * @param warnings what works, but hardly as the operator means it; to be told once at start
 */
public record Configuration(
    ApiOptions api,
    ThrottleOptions throttle,
    int maxParts,
    Path definitions,
    ContactPolicyOptions contactPolicy,
    AccessOptions access,
    LedgerOptions ledger,
    LedgerOptions sandboxLedger,
    HttpOptions http,
    DoorOptions door,
    DoorOptions managementDoor,
    FileOptions files,
    JmsOptions jms,
    SandboxChoice sandbox,
    HealthOptions health,
    Optional<TraceOptions> traces,
    Optional<Address> management,
    Duration stopTimeout,
    Map<String, Supplier<String>> secretsOfRoutes,
    String routes,
    LogFormat logFormat,
    List<String> warnings) {
  /** Where settings are looked for; the first place that has a key wins. */
  private static final String LOCATIONS =
      "file:application.properties;optional=true,classpath:application.properties";

  /** Where the sandbox keeps what is at the default place otherwise. */
  private static final Map<String, String> SANDBOX_PLACES =
      Map.of(
          "sms.ledger.url", "jdbc:sqlite:data/sandbox/ledger.db",
          "sms.jms.directory", "data/sandbox/broker");

  /** A secret in a file is given to the routes under the key without {@code -file}. */
  private static final List<String> SECRETS_OF_ROUTES =
      List.of("sms.sftp.password", "sms.sftp.private-key-passphrase");

  private static final String ROUTES = "camel.main.routesIncludePattern";
  private static final String FILE = "file:";
  private static final String STOP_TIMEOUT = "camel.main.shutdownTimeout";

  /**
   * Reads the settings for a command.
   *
   * @param overrides property keys and values that win over all other sources
   * @throws InvalidSettingsException if any setting cannot work, or there is no such key
   */
  public static Configuration read(Map<String, String> overrides) {
    return read(overrides, Purpose.COMMAND, policy -> policy);
  }

  /**
   * Reads the settings for a start, which needs credentials and free ports as well.
   *
   * @param overrides property keys and values that win over all other sources
   * @param opening opens the suppression list; an {@link IllegalArgumentException} of it is told
   *     with all other faults
   * @throws InvalidSettingsException if any setting cannot work, or there is no such key
   */
  public static Configuration readToServe(
      Map<String, String> overrides, Function<ContactPolicyOptions, ?> opening) {
    return read(overrides, Purpose.SERVE, opening);
  }

  /**
   * As for a start, but its ports may be in use: a process may serve already.
   *
   * @param opening as for {@link #readToServe}
   * @throws InvalidSettingsException if a start would be refused for another reason
   */
  public static Configuration readToExamine(
      Map<String, String> overrides, Function<ContactPolicyOptions, ?> opening) {
    return read(overrides, Purpose.EXAMINE, opening);
  }

  /** What for the settings are read. */
  enum Purpose {
    COMMAND,
    EXAMINE,
    SERVE
  }

  private static Configuration read(
      Map<String, String> overrides, Purpose purpose, Function<ContactPolicyOptions, ?> opening) {
    // Camel's own reader, so that placeholders in values mean the same as in routes.
    CamelContext context = new DefaultCamelContext(false);
    try {
      PropertiesComponent properties = context.getPropertiesComponent();
      properties.addLocation(LOCATIONS);
      Properties winners = new Properties();
      winners.putAll(Precedence.over(keys(), overrides));
      properties.setOverrideProperties(winners);
      Precedence.askEnvironmentLast(context);
      context.build();
      Settings settings = new Settings(properties::resolveProperty);
      refuseUnknownKeys(properties, settings);
      return read(settings, purpose, opening);
    } finally {
      context.stop();
    }
  }

  static Configuration read(
      Settings settings, Purpose purpose, Function<ContactPolicyOptions, ?> opening) {
    settings.word(
        "sms.definitions.source",
        "directory",
        word -> Optional.of(word).filter("directory"::equals));
    ApiOptions api = ApiOptions.from(settings);
    ContactPolicyOptions policy = ContactPolicyOptions.from(settings);
    AccessOptions access = AccessOptions.from(settings);
    HttpOptions http = HttpOptions.from(settings);
    DoorOptions door = DoorOptions.intake(settings);
    DoorOptions managementDoor = DoorOptions.management(settings);
    FileOptions files = FileOptions.from(settings);
    // The sandbox keeps its work apart from that of the API.
    Settings sandboxed = settings.withDefaults(SANDBOX_PLACES, defaults());
    JmsOptions jms = JmsOptions.from(api.service().isEmpty() ? sandboxed : settings, api.isReal());
    LedgerOptions ledger = settings.group(() -> ledger(settings));
    LedgerOptions sandboxLedger = sandboxed.group(() -> ledger(sandboxed));
    int senders = senders(http, files, jms);
    ThrottleOptions throttle =
        settings.group(() -> throttle(settings, senders, api.responseTimeout()));
    int maxParts = settings.number("sms.message.max-parts", 1, 255);
    Path definitions = settings.path("sms.definitions.directory");
    SandboxChoice sandbox = SandboxChoice.from(settings);
    HealthOptions health = HealthOptions.from(settings);
    Optional<TraceOptions> traces = TraceSettings.read(settings);
    LogFormat logFormat = LogFormat.from(settings);
    boolean managed = settings.flag("sms.management.enabled");
    Optional<Address> management =
        Optional.of(settings.address("sms.management")).filter(there -> managed);
    Duration stopTimeout = Duration.ofSeconds(settings.number(STOP_TIMEOUT, 1, 86_400));
    if (http.queued() && !jms.enabled()) {
      settings.fault(
          "sms.http.mode: queued needs the queue of the JMS intake; sms.jms.enabled is false");
    }
    if (purpose != Purpose.COMMAND) {
      api.requireCredentials(settings);
      door.requireChoice(settings, http.address().host(), api.isReal());
      management.ifPresent(there -> managementDoor.requireChoice(settings, there.host(), false));
      requireSandboxIsMeant(settings, api, sandbox, jms);
      jms.requireChoice(settings, api.isReal());
      if (purpose == Purpose.SERVE) {
        settings.requireFree(http.address());
        management.ifPresent(settings::requireFree);
      }
      settings.group(() -> opening.apply(policy));
      requireFoldersOfRoutes(settings);
    }
    Map<String, Supplier<String>> ofRoutes = new TreeMap<>();
    for (String key : SECRETS_OF_ROUTES) {
      settings.secret(key).ifPresent(secret -> ofRoutes.put(key, secret));
    }
    requireEncryption(settings);
    warn(settings, http, stopTimeout);
    door.warning(http.address()).ifPresent(settings::warning);
    management.flatMap(managementDoor::warning).ifPresent(settings::warning);
    settings.check();
    return new Configuration(
        api,
        throttle,
        maxParts,
        definitions,
        policy,
        access,
        ledger,
        sandboxLedger,
        http,
        door,
        managementDoor,
        files,
        jms,
        sandbox,
        health,
        traces,
        management,
        stopTimeout,
        ofRoutes,
        settings.text("camel.main.routesIncludePattern"),
        logFormat,
        settings.warnings());
  }

  /**
   * A lost {@code sms.api.url} must not turn a gateway into a sandbox, which accepts messages and
   * sends none.
   */
  private static void requireSandboxIsMeant(
      Settings settings, ApiOptions api, SandboxChoice sandbox, JmsOptions jms) {
    if (api.service().isPresent() || sandbox.when() == When.TRUE || sandbox.when() == null) {
      return;
    }
    ApiOptions.hintOfApi(settings)
        .map(key -> key + " is set")
        .or(() -> hintOfService(settings, sandbox, jms))
        .ifPresent(
            why ->
                settings.fault(
                    ApiOptions.URL
                        + ": expected the URL of the SMS API, because "
                        + why
                        + "; it is empty"
                        + (sandbox.when() == When.AUTO
                            ? ", and the sandbox sends no SMS (sms.sandbox.enabled=true allows it)"
                            : "")));
  }

  private static Optional<String> hintOfService(
      Settings settings, SandboxChoice sandbox, JmsOptions jms) {
    if (sandbox.when() == When.FALSE) {
      return Optional.of("sms.sandbox.enabled=false forbids the sandbox");
    }
    if (jms.enabled() && jms.brokerUrl().filter(UrlHosts::isElsewhere).isPresent()) {
      return Optional.of("sms.jms.broker-url names a broker on another host");
    }
    return UrlHosts.isElsewhere(settings.text("sms.ledger.url"))
        ? Optional.of("sms.ledger.url names a database on another host")
        : Optional.empty();
  }

  /** Camel itself would only say the name of a folder that is not there. */
  private static void requireFoldersOfRoutes(Settings settings) {
    for (String written : settings.text(ROUTES).split(",")) {
      String pattern = written.trim();
      if (!pattern.startsWith(FILE) || !AntPathMatcher.INSTANCE.isPattern(pattern)) {
        continue;
      }
      String root = AntPathMatcher.INSTANCE.determineRootDir(pattern).substring(FILE.length());
      File folder = new File(root).getAbsoluteFile();
      if (!folder.isDirectory() || !folder.canRead()) {
        settings.fault(
            ROUTES
                + ": expected a folder with route files that can be read; got '"
                + folder.toPath().normalize()
                + "': "
                + (folder.isDirectory()
                    ? "this process may not access it"
                    : folder.exists() ? "it is no folder" : "there is no such folder")
                + ". Start sms-routes in the folder where routes/ is, or set that key");
      }
    }
  }

  private static LedgerOptions ledger(Settings settings) {
    Optional<Supplier<String>> password = settings.secret("sms.ledger.password");
    return new LedgerOptions(
        settings.text("sms.ledger.url"),
        settings.optional("sms.ledger.user"),
        () -> password.map(Supplier::get),
        settings.duration("sms.ledger.retention"),
        settings.duration("sms.ledger.open-retention"),
        settings.flag("sms.ledger.keep-personal-data"));
  }

  private static ThrottleOptions throttle(
      Settings settings, int senders, Duration responseTimeout) {
    int maxConcurrency = settings.number("sms.api.max-concurrency", 0, 100_000);
    Duration slowAfter = settings.duration("sms.api.slow-after");
    // An answer that takes as long as the time-out has no time to be slow.
    Duration longest = responseTimeout.multipliedBy(9).dividedBy(10);
    return new ThrottleOptions(
        maxConcurrency == 0 ? senders : maxConcurrency,
        settings.decimal("sms.api.max-rate", 0),
        slowAfter.compareTo(longest) < 0 ? slowAfter : longest,
        settings.duration("sms.api.probe-interval"),
        settings.duration("sms.api.longest-pause"));
  }

  /** How many messages all intakes together can have on their way to the API. */
  public int senders() {
    return senders(http, files, jms);
  }

  private static int senders(HttpOptions http, FileOptions files, JmsOptions jms) {
    return http.senders() + files.concurrency() + jms.concurrency();
  }

  /**
   * Whether a sandbox would be a mistake: callers from elsewhere reach this process, and no
   * operator has said that the sandbox is meant.
   */
  public boolean sandboxIsHardlyMeant() {
    return sandbox.when() != When.TRUE
        && (!Settings.isLoopback(http.address().host())
            || door.publicUrl().isPresent()
            || (jms.enabled() && !Settings.isLoopback(jms.port().host())));
  }

  /** The API whose messages this process handles. */
  public MadeFor madeFor() {
    return api.madeFor();
  }

  private static void warn(Settings settings, HttpOptions http, Duration stopTimeout) {
    if (http.deadline().compareTo(stopTimeout) >= 0) {
      settings.warning(
          "sms.http.deadline: expected less than %s (%d s); got %d ms. A stop leaves callers without an answer who wait longer than that"
              .formatted(STOP_TIMEOUT, stopTimeout.toSeconds(), http.deadline().toMillis()));
    }
    String ledger = settings.text("sms.ledger.url");
    if (ledger.matches("(?i).*[?&]password=.*")) {
      settings.warning(
          "sms.ledger.url: expected a URL without a password; set sms.ledger.password-file or"
              + " sms.ledger.password");
    }
  }

  /** A password and the recipients' numbers travel to the database. */
  private static void requireEncryption(Settings settings) {
    String ledger = settings.text("sms.ledger.url");
    if (ledger.startsWith("jdbc:postgresql:")
        && UrlHosts.isElsewhere(ledger)
        && !ledger.matches("(?i).*[?&]sslmode=.*")) {
      settings.fault(
          "sms.ledger.url: expected sslmode in the URL of a database on another host:"
              + " sslmode=verify-full, or sslmode=disable for a connection in clear text");
    }
  }

  /**
   * Has Camel look for settings in the places and in the order of {@link #read}.
   *
   * @param overrides property keys and values that win over all other sources
   */
  public void prepare(Main main, Map<String, String> overrides) {
    main.setPropertyPlaceholderLocations(LOCATIONS);
    Precedence.over(keys(), overrides).forEach(main::addOverrideProperty);
    secretsOfRoutes.forEach((key, secret) -> main.addOverrideProperty(key, secret.get()));
    main.addMainListener(
        new MainListenerSupport() {
          @Override
          public void beforeInitialize(BaseMainSupport configured) {
            Precedence.askEnvironmentLast(configured.getCamelContext());
          }
        });
  }

  /** A misspelt key would silently leave its default in place. */
  private static void refuseUnknownKeys(PropertiesComponent properties, Settings settings) {
    Properties known = defaults();
    properties.loadProperties(key -> key.startsWith("sms.")).stringPropertyNames().stream()
        .filter(key -> !known.containsKey(key))
        .sorted()
        .forEach(key -> settings.fault(key + ": there is no such key; see application.properties"));
    RenamedKeys.refuse(properties, settings);
  }

  /** All keys that may be set, and those of earlier versions. */
  private static Set<String> keys() {
    Set<String> keys = new HashSet<>(defaults().stringPropertyNames());
    keys.addAll(RenamedKeys.NEW_NAMES.keySet());
    return keys;
  }

  static Properties defaults() {
    Properties defaults = new Properties();
    try (InputStream in = Configuration.class.getResourceAsStream("/application.properties")) {
      defaults.load(in);
    } catch (IOException e) {
      throw new IllegalStateException("Cannot read the defaults", e);
    }
    return defaults;
  }
}
