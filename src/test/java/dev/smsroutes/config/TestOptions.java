package dev.smsroutes.config;

import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Function;

/** Options for tests that start one room: the defaults of the file, and what the test changes. */
public final class TestOptions {
  private TestOptions() {}

  public static FileOptions files(Map<String, String> changes) {
    return read(changes, FileOptions::from);
  }

  public static JmsOptions jms(Map<String, String> changes) {
    return read(changes, settings -> JmsOptions.from(settings, false));
  }

  private static <T> T read(Map<String, String> changes, Function<Settings, T> reading) {
    Properties values = Configuration.defaults();
    values.putAll(changes);
    Settings settings = new Settings(key -> Optional.ofNullable(values.getProperty(key)));
    T options = reading.apply(settings);
    settings.check();
    return options;
  }
}
