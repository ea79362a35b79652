package dev.smsroutes.config;

import java.util.Map;
import java.util.TreeMap;
import org.apache.camel.spi.PropertiesComponent;

/**
 * Keys of earlier versions. A key that is no longer read would silently leave its default in place,
 * so it stops the start with its new name.
 */
final class RenamedKeys {
  private static final String NONE = "";

  /** Old key, and the new one; none where there is nothing to set any more. */
  static final Map<String, String> NEW_NAMES =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("camel.server.host", "sms.http.host"),
              Map.entry("camel.server.port", "sms.http.port"),
              Map.entry("camel.server.maxBodySize", "sms.http.max-body-bytes"),
              Map.entry("camel.server.enabled", NONE),
              Map.entry("camel.server.path", NONE),
              Map.entry("camel.server.fileUploadEnabled", NONE),
              Map.entry("camel.management.enabled", "sms.management.enabled"),
              Map.entry("camel.management.host", "sms.management.host"),
              Map.entry("camel.management.port", "sms.management.port"),
              Map.entry("camel.management.healthCheckEnabled", NONE),
              Map.entry("camel.management.healthPath", NONE),
              Map.entry("camel.management.metricsEnabled", NONE),
              Map.entry("camel.metrics.enabled", NONE),
              Map.entry("camel.metrics.path", NONE)));

  private RenamedKeys() {}

  static void refuse(PropertiesComponent properties, Settings settings) {
    properties
        .loadProperties(
            key ->
                key.startsWith("camel.server.")
                    || key.startsWith("camel.management.")
                    || key.startsWith("camel.metrics."))
        .stringPropertyNames()
        .stream()
        .sorted()
        .forEach(key -> settings.fault(key + ": " + answer(key)));
  }

  private static String answer(String key) {
    String now = NEW_NAMES.getOrDefault(key, NONE);
    return now.equals(NONE)
        ? "there is no such key any more, since the HTTP server is not Camel's: remove it"
        : "is now " + now + " (in the environment " + Precedence.variable(now) + ")";
  }
}
