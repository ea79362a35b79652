package dev.smsroutes.config;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.component.properties.PropertiesComponent;

/**
 * Which source of a setting wins: the command line, then the JVM's {@code -D}, then the
 * environment, then the files. Camel by itself lets the environment win over all others, so that
 * {@code SMS_API_URL} would turn even the demo towards the real API.
 */
final class Precedence {
  private Precedence() {}

  /**
   * What wins over the files.
   *
   * @param keys the keys that may be set by the environment
   * @param overrides keys and values that win over all
   */
  static Map<String, String> over(Set<String> keys, Map<String, String> overrides) {
    Map<String, String> winners = new LinkedHashMap<>();
    for (String key : keys) {
      String value = System.getenv(variable(key));
      if (value != null) {
        winners.put(key, value);
      }
    }
    System.getProperties().stringPropertyNames().stream()
        .filter(key -> key.startsWith("sms.") || key.startsWith("camel."))
        .forEach(key -> winners.put(key, System.getProperty(key)));
    winners.putAll(overrides);
    return winners;
  }

  /** The name of a key in the environment: {@code SMS_API_CLIENT_ID} for sms.api.client-id. */
  static String variable(String key) {
    return key.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_");
  }

  /** Leaves to the environment what no file gives: a placeholder of a site's own routes. */
  static void askEnvironmentLast(CamelContext context) {
    PropertiesComponent properties = (PropertiesComponent) context.getPropertiesComponent();
    properties.setEnvironmentVariableMode(PropertiesComponent.ENVIRONMENT_VARIABLES_MODE_FALLBACK);
    properties.setSystemPropertiesMode(PropertiesComponent.SYSTEM_PROPERTIES_MODE_FALLBACK);
  }
}
