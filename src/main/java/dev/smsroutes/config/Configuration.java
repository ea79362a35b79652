package dev.smsroutes.config;

import dev.smsroutes.ledger.LedgerOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.PropertiesComponent;

/**
 * What a command needs to know that works beside a serving process: read from the same sources, in
 * the same order and by the same rules as when it serves, but nothing is started. Immutable.
 *
 * @param ledger where the record is
 * @param jms where the queues are
 * @param definitions the folder of the send definitions
 * @param maxParts the most parts of one message
 * @param files where batch files are, and what they may be like
 * @param maxRecipients the most recipients of one request
 * @param maxRate the most calls in a second; 0 for no ceiling
 * @param contactPolicy who is not to be sent anything, and when nobody is
 */
public record Configuration(
    LedgerOptions ledger,
    JmsOptions jms,
    Path definitions,
    int maxParts,
    FileOptions files,
    int maxRecipients,
    double maxRate,
    ContactPolicyOptions contactPolicy) {
  /** Where settings are looked for; the first place that has a key wins. */
  public static final String LOCATIONS =
      "file:application.properties;optional=true,classpath:application.properties";

  /**
   * Reads the settings.
   *
   * @param overrides property keys and values that win over all other sources
   * @throws InvalidSettingsException if any of these settings cannot work, or there is no such key
   */
  public static Configuration read(Map<String, String> overrides) {
    // Camel's own reader, so that placeholders in values mean the same as when it serves.
    CamelContext context = new DefaultCamelContext(false);
    try {
      PropertiesComponent properties = context.getPropertiesComponent();
      properties.addLocation(LOCATIONS);
      Properties winners = new Properties();
      winners.putAll(Precedence.over(keys(), overrides));
      properties.setOverrideProperties(winners);
      Precedence.askEnvironmentLast(context);
      context.build();
      return read(properties);
    } finally {
      context.stop();
    }
  }

  private static Configuration read(PropertiesComponent properties) {
    Settings settings = new Settings(properties::resolveProperty);
    refuseUnknownKeys(properties, settings);
    Optional<LedgerOptions> ledger = settings.group(() -> ledger(settings));
    Optional<JmsOptions> jms =
        settings.group(() -> JmsOptions.from(key -> properties.resolveProperty(key).orElse(null)));
    Path definitions = settings.path("sms.definitions.directory");
    int maxParts = maxParts(settings);
    boolean filesEnabled = settings.flag("sms.file.enabled");
    Optional<FileOptions> files =
        settings.group(
            () ->
                FileOptions.from(
                    filesEnabled, key -> properties.resolveProperty(key).orElse(null)));
    int maxRecipients = settings.number("sms.http.max-recipients", 1, 100_000);
    double maxRate = settings.decimal("sms.api.max-rate");
    ContactPolicyOptions contactPolicy = ContactPolicyOptions.from(settings);
    settings.check();
    return new Configuration(
        ledger.orElseThrow(),
        jms.orElseThrow(),
        definitions,
        maxParts,
        files.orElseThrow(),
        maxRecipients,
        maxRate,
        contactPolicy);
  }

  public static LedgerOptions ledger(Settings settings) {
    return new LedgerOptions(
        settings.text("sms.ledger.url"),
        settings.optional("sms.ledger.user"),
        settings.optional("sms.ledger.password"),
        settings.duration("sms.ledger.retention", Duration.ofMillis(1)),
        settings.duration("sms.ledger.open-retention", Duration.ofMillis(1)),
        settings.flag("sms.ledger.keep-personal-data"));
  }

  public static int maxParts(Settings settings) {
    return settings.number("sms.message.max-parts", 1, 255);
  }

  /** A misspelt key would silently leave its default in place. */
  public static void refuseUnknownKeys(PropertiesComponent properties, Settings settings) {
    Properties known = defaults();
    properties.loadProperties(key -> key.startsWith("sms.")).stringPropertyNames().stream()
        .filter(key -> !known.containsKey(key))
        .sorted()
        .forEach(key -> settings.fault(key + ": there is no such key; see application.properties"));
    RenamedKeys.refuse(properties, settings);
  }

  /** All keys that may be set, and those of earlier versions. */
  public static Set<String> keys() {
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
