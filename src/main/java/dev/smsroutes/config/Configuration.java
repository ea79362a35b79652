package dev.smsroutes.config;

import dev.smsroutes.ledger.LedgerOptions;
import dev.smsroutes.throttle.ThrottleOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.function.Function;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.spi.PropertiesComponent;

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
 * @param ledger where the record is
 * @param http the HTTP intake
 * @param door who may come in to the HTTP intake
 * @param managementDoor who may come in to management
 * @param files the file intake
 * @param jms the JMS intake
 * @param sandboxPort 0 for any free one
 * @param management where health and meters are; empty if they are switched off
 * @param stopTimeout how long a stop waits for what is in progress
 */
public record Configuration(
    ApiOptions api,
    ThrottleOptions throttle,
    int maxParts,
    Path definitions,
    ContactPolicyOptions contactPolicy,
    AccessOptions access,
    LedgerOptions ledger,
    HttpOptions http,
    DoorOptions door,
    DoorOptions managementDoor,
    FileOptions files,
    JmsOptions jms,
    int sandboxPort,
    Optional<Address> management,
    Duration stopTimeout) {
  /** Where settings are looked for; the first place that has a key wins. */
  private static final String LOCATIONS =
      "file:application.properties;optional=true,classpath:application.properties";

  private static final String STOP_TIMEOUT = "camel.main.shutdownTimeout";

  /**
   * Reads the settings for a command.
   *
   * @param overrides property keys and values that win over all other sources
   * @throws InvalidSettingsException if any setting cannot work, or there is no such key
   */
  public static Configuration read(Map<String, String> overrides) {
    return read(overrides, false, policy -> policy);
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
    return read(overrides, true, opening);
  }

  private static Configuration read(
      Map<String, String> overrides, boolean serving, Function<ContactPolicyOptions, ?> opening) {
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
      return read(settings, serving, opening);
    } finally {
      context.stop();
    }
  }

  static Configuration read(
      Settings settings, boolean serving, Function<ContactPolicyOptions, ?> opening) {
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
    JmsOptions jms = JmsOptions.from(settings);
    LedgerOptions ledger = settings.group(() -> ledger(settings));
    int senders = senders(http, files, jms);
    ThrottleOptions throttle =
        settings.group(() -> throttle(settings, senders, api.responseTimeout()));
    int maxParts = settings.number("sms.message.max-parts", 1, 255);
    Path definitions = settings.path("sms.definitions.directory");
    int sandboxPort = settings.number("sms.sandbox.port", 0, 65_535);
    boolean managed = settings.flag("sms.management.enabled");
    Optional<Address> management =
        Optional.of(settings.address("sms.management")).filter(there -> managed);
    Duration stopTimeout = Duration.ofSeconds(settings.number(STOP_TIMEOUT, 1, 86_400));
    if (http.queued() && !jms.enabled()) {
      settings.fault(
          "sms.http.mode: queued needs the queue of the JMS intake; sms.jms.enabled is false");
    }
    if (serving) {
      api.requireCredentials(settings);
      door.requireChoice(settings, http.address().host(), api.isReal());
      management.ifPresent(there -> managementDoor.requireChoice(settings, there.host(), false));
      settings.requireFree(http.address());
      management.ifPresent(settings::requireFree);
      settings.group(() -> opening.apply(policy));
    }
    settings.check();
    return new Configuration(
        api,
        throttle,
        maxParts,
        definitions,
        policy,
        access,
        ledger,
        http,
        door,
        managementDoor,
        files,
        jms,
        sandboxPort,
        management,
        stopTimeout);
  }

  private static LedgerOptions ledger(Settings settings) {
    return new LedgerOptions(
        settings.text("sms.ledger.url"),
        settings.optional("sms.ledger.user"),
        settings.optional("sms.ledger.password"),
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

  /** What works, but hardly as the operator means it; to be told once at start. */
  public List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    if (http.deadline().compareTo(stopTimeout) >= 0) {
      warnings.add(
          "sms.http.deadline: expected less than %s (%d s); got %d ms. A stop leaves callers without an answer who wait longer than that"
              .formatted(STOP_TIMEOUT, stopTimeout.toSeconds(), http.deadline().toMillis()));
    }
    door.warning(http.address()).ifPresent(warnings::add);
    management.flatMap(managementDoor::warning).ifPresent(warnings::add);
    return warnings;
  }

  /**
   * Has Camel look for settings in the places and in the order of {@link #read}.
   *
   * @param overrides property keys and values that win over all other sources
   */
  public static void prepare(Main main, Map<String, String> overrides) {
    main.setPropertyPlaceholderLocations(LOCATIONS);
    Precedence.over(keys(), overrides).forEach(main::addOverrideProperty);
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
