package dev.smsroutes.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;

/** The settings that files of {@code deploy} make in the environment. */
public final class Variables {
  private static final Set<String> SETTINGS = settings();

  private Variables() {}

  private static Set<String> settings() {
    Properties defaults = new Properties();
    try (Reader file = Files.newBufferedReader(Path.of("application.properties"))) {
      defaults.load(file);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return defaults.stringPropertyNames().stream()
        .map(key -> key.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_"))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** A variable that is no setting would be ignored, whatever its author meant. */
  public static void assertSettings(Set<String> variables) {
    assertThat(SETTINGS).containsAll(variables);
  }
}
