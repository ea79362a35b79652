package dev.smsroutes.config;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Which settings a start has, for the audit log: two starts with the same hash have the same
 * settings, as far as they are no secrets. Immutable.
 *
 * @param hash SHA-256 of all keys and values; secrets count as set or not set
 * @param changed the keys whose value is not the default, in order; without the values
 */
public record SettingsInForce(String hash, List<String> changed) {
  private static final Pattern SECRET =
      Pattern.compile(".*[.-](password|secret|passphrase|client-id|authorization)");

  /** A URL may hold a login. */
  private static final Pattern LOGIN =
      Pattern.compile("(?i)(?<=//)[^/@]*@|(?<=[?&](password|user)=)[^&]*");

  /**
   * @param source the value of a key
   */
  public static SettingsInForce of(Function<String, Optional<String>> source) {
    Properties defaults = Configuration.defaults();
    List<String> changed = new ArrayList<>();
    StringBuilder all = new StringBuilder();
    for (String key : new TreeSet<>(defaults.stringPropertyNames())) {
      String value = source.apply(key).orElse("");
      if (!value.equals(defaults.getProperty(key))) {
        changed.add(key);
      }
      all.append(key).append('=').append(shown(key, value)).append('\n');
    }
    return new SettingsInForce(sha256(all.toString()), List.copyOf(changed));
  }

  private static String shown(String key, String value) {
    if (SECRET.matcher(key).matches()) {
      return value.isEmpty() ? "" : "set";
    }
    return LOGIN.matcher(value).replaceAll("");
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }
}
