package dev.smsroutes.cli;

import dev.smsroutes.config.Configuration;
import dev.smsroutes.config.LogFormat;
import dev.smsroutes.contactpolicy.SuppressionFile;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** The option of every command that reads the settings. */
final class SettingsOption {
  @Option(
      names = {"-s", "--set"},
      paramLabel = "KEY=VALUE",
      description = "Sets a key of application.properties; overrides all other sources.")
  private Map<String, String> overrides = new LinkedHashMap<>();

  private LogFormat logFormat = LogFormat.TEXT;

  Map<String, String> overrides() {
    return Collections.unmodifiableMap(overrides);
  }

  Map<String, String> with(String key, String value) {
    Map<String, String> all = new LinkedHashMap<>(overrides);
    all.put(key, value);
    return all;
  }

  /** As for a start, whether a process serves or not. */
  Configuration readToExamine() {
    return Configuration.readToExamine(
        overrides, policy -> policy.open().map(SettingsOption::closed));
  }

  private static boolean closed(SuppressionFile file) {
    file.close();
    return true;
  }

  Configuration read() {
    Configuration configuration = Configuration.read(overrides);
    logFormat = configuration.logFormat();
    return configuration;
  }

  /** How the log is to be written, once the settings were read. */
  LogFormat logFormat() {
    return logFormat;
  }
}
