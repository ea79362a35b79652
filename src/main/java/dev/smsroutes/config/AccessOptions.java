package dev.smsroutes.config;

import dev.smsroutes.access.Keys;
import java.nio.file.Path;
import java.util.List;

/**
 * The keys that say what callers may do, read and checked. Immutable.
 *
 * @param keysFile the callers and their rights; need not exist
 */
public record AccessOptions(Path keysFile) {
  static AccessOptions from(Settings settings) {
    return new AccessOptions(settings.path("sms.http.keys-file"));
  }

  /**
   * Reads the callers for the first time.
   *
   * @throws InvalidSettingsException naming the key, if that cannot be done
   */
  public Keys open() {
    try {
      return Keys.open(keysFile);
    } catch (IllegalArgumentException e) {
      throw new InvalidSettingsException(List.of(e.getMessage()));
    }
  }
}
