package dev.smsroutes.cli;

import dev.smsroutes.config.Configuration;
import dev.smsroutes.config.InvalidSettingsException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** The option of every command that goes by the settings. */
final class SettingsOption {
  @Option(
      names = {"-s", "--set"},
      paramLabel = "KEY=VALUE",
      description = "Sets a key of application.properties; wins over all other sources.")
  private Map<String, String> overrides = new LinkedHashMap<>();

  /** What was given, by key. */
  Map<String, String> overrides() {
    return Collections.unmodifiableMap(overrides);
  }

  /** What was given, and one thing more. */
  Map<String, String> with(String key, String value) {
    Map<String, String> all = new LinkedHashMap<>(overrides);
    all.put(key, value);
    return all;
  }

  /**
   * The settings, with these.
   *
   * @throws InvalidSettingsException if they cannot work
   */
  Configuration read() {
    return Configuration.read(overrides);
  }
}
