package dev.smsroutes.config;

import dev.smsroutes.ledger.MadeFor;
import dev.smsroutes.tls.TlsFiles;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The one reader of settings: it knows how a value is written, and no default.
 *
 * <p>It collects all faults, so that an operator learns of them in one go: call {@link #check()}
 * when everything has been read. What a method returns for a wrong value must not be used after
 * that. No message shows the value of a secret. Not thread-safe.
 */
final class Settings {
  private static final String FILE = "-file";

  private final Function<String, Optional<String>> source;
  private final List<String> faults;
  private final List<String> warnings;

  /**
   * @param source gives the value of a key after all precedences; empty for a key without a value
   */
  Settings(Function<String, Optional<String>> source) {
    this(source, new ArrayList<>(), new ArrayList<>());
  }

  private Settings(
      Function<String, Optional<String>> source, List<String> faults, List<String> warnings) {
    this.source = source;
    this.faults = faults;
    this.warnings = warnings;
  }

  /**
   * The same settings with other defaults; their faults are told together.
   *
   * @param others by key; they hold where a key has the value of {@code defaults}
   */
  Settings withDefaults(Map<String, String> others, Properties defaults) {
    return new Settings(
        key ->
            source
                .apply(key)
                .map(
                    value ->
                        others.containsKey(key) && value.trim().equals(defaults.getProperty(key))
                            ? others.get(key)
                            : value),
        faults,
        warnings);
  }

  /** The text of a key; trimmed. */
  String text(String key) {
    return optional(key).orElse("");
  }

  /** The text of a key that may be left empty; trimmed. */
  Optional<String> optional(String key) {
    return source.apply(key).map(String::trim).filter(value -> !value.isEmpty());
  }

  /**
   * A secret: the text of its key, or that of the file that the key {@code <key>-file} names. It is
   * to be asked for each time it is used, because the file may change. No message shows it.
   */
  Optional<Supplier<String>> secret(String key) {
    String fileKey = key + FILE;
    Optional<String> written = secretText(key);
    Optional<Path> file = optional(fileKey).map(text -> path(fileKey));
    if (written.isPresent() && file.isPresent()) {
      fault(fileKey + ": expected only one of " + key + " and " + fileKey + "; got both");
      return Optional.of(written::get);
    }
    return file.<Supplier<String>>map(path -> secretFile(fileKey, path))
        .or(() -> written.map(text -> () -> text));
  }

  /** Whether a secret is set, in one way or the other. */
  boolean hasSecret(String key) {
    return secretText(key).isPresent() || optional(key + FILE).isPresent();
  }

  private Supplier<String> secretFile(String key, Path path) {
    SecretFile secret = group(() -> SecretFile.open(key, path));
    if (secret == null) {
      return () -> "";
    }
    if (secret.isOpenToAll()) {
      warnings.add(
          key + ": every user of this machine may read " + path + "; expected its owner only");
    }
    return secret;
  }

  /** Camel's own message for a value that it cannot resolve quotes the value. */
  private Optional<String> secretText(String key) {
    try {
      return optional(key);
    } catch (IllegalArgumentException e) {
      fault(
          key
              + ": expected a value without {{; Camel takes that for the beginning of a placeholder."
              + " Write the secret into a file, and name it in "
              + key
              + FILE);
      return Optional.empty();
    }
  }

  int number(String key, int least, int most) {
    return (int) number(key, (long) least, (long) most);
  }

  long number(String key, long least, long most) {
    boolean bounded = most < Long.MAX_VALUE;
    String range = bounded ? " from " + least + " to " + most : " of at least " + least;
    return value(
        key, "a whole number" + range, Long::parseLong, n -> n >= least && n <= most, least);
  }

  double decimal(String key, double least) {
    return value(key, "a number of at least " + least, Double::parseDouble, n -> n >= least, least);
  }

  boolean flag(String key) {
    String value = text(key).toLowerCase(Locale.ROOT);
    if (!value.equals("true") && !value.equals("false")) {
      wrong(key, "true or false", value);
    }
    return value.equals("true");
  }

  /** A time; 0 is one. */
  Duration duration(String key) {
    return duration(key, Duration.ZERO, "a time such as 500ms, 10s or 1h30m");
  }

  Duration positiveDuration(String key) {
    return duration(key, Duration.ofMillis(1), "a time of at least 1ms, such as 500ms, 10s or 5m");
  }

  private Duration duration(String key, Duration least, String expected) {
    return value(key, expected, Times::read, time -> time.compareTo(least) >= 0, least);
  }

  Path path(String key) {
    // Not one for all: folders must differ.
    return value(
        key, "a path", text -> Path.of(text), path -> !path.toString().isEmpty(), Path.of(key));
  }

  Optional<Path> optionalPath(String key) {
    return optional(key).map(written -> path(key));
  }

  /**
   * One of several words.
   *
   * @param words all of them, for the message
   * @param meaning of a word; empty for one that has none
   * @return null for a word without a meaning
   */
  <T> T word(String key, String words, Function<String, Optional<T>> meaning) {
    return value(key, words, text -> meaning.apply(text).orElse(null), Objects::nonNull, null);
  }

  /**
   * A value of any kind.
   *
   * @param expected what it is, for the message
   * @param reader throws {@link IllegalArgumentException} or {@link DateTimeException} for a text
   *     that cannot be read
   * @param fits whether a value that was read may be used
   * @param otherwise what is returned for a wrong value
   */
  <T> T value(
      String key, String expected, Function<String, T> reader, Predicate<T> fits, T otherwise) {
    String text = text(key);
    try {
      T value = reader.apply(text);
      if (fits.test(value)) {
        return value;
      }
    } catch (IllegalArgumentException | DateTimeException e) {
      // Told below, together with a value that does not fit.
    }
    wrong(key, expected, text);
    return otherwise;
  }

  /**
   * The base URL of a service that gets credentials: https, or plain http on this machine.
   *
   * @param allowPlainHttp whether http is allowed to any host
   */
  String serviceUrl(String key, String value, boolean allowPlainHttp) {
    try {
      URI uri = new URI(value);
      String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
      if (uri.getHost() == null || !(scheme.equals("https") || scheme.equals("http"))) {
        wrong(key, "a URL such as https://host", value);
      } else if (uri.getRawUserInfo() != null
          || uri.getRawQuery() != null
          || uri.getRawFragment() != null) {
        fault(key + ": expected a URL without user, query and fragment");
      } else if (scheme.equals("http") && !allowPlainHttp && !MadeFor.isLoopback(uri.getHost())) {
        wrong(
            key,
            "https, because credentials go there (sms.api.allow-plain-http=true allows http)",
            value);
      }
    } catch (URISyntaxException e) {
      wrong(key, "a URL such as https://host", value);
    }
    return value.replaceAll("/+$", "");
  }

  /** The URL of a host that is called over plain HTTP, and nothing more. */
  Optional<URI> hostUrl(String key, String value) {
    try {
      URI uri = new URI(value);
      if ("http".equalsIgnoreCase(uri.getScheme())
          && uri.getHost() != null
          && uri.getRawUserInfo() == null
          && Optional.ofNullable(uri.getRawPath()).orElse("").length() <= 1
          && uri.getRawQuery() == null) {
        return Optional.of(uri);
      }
    } catch (URISyntaxException e) {
      // Told below.
    }
    wrong(key, "a URL such as http://host:3128, without user and password", value);
    return Optional.empty();
  }

  /**
   * Builds a value that checks itself.
   *
   * @param building throws {@link IllegalArgumentException} with a line for each fault, which
   *     begins with the key
   * @return null if there were faults, which are noted
   */
  <T> T group(Supplier<T> building) {
    try {
      return building.get();
    } catch (IllegalArgumentException e) {
      e.getMessage().lines().forEach(this::fault);
      return null;
    }
  }

  /** The PEM files of a server; empty if none is named, or not enough of them, which is noted. */
  Optional<TlsFiles> tlsFiles(String keys) {
    Optional<Path> certificate = optionalPath(keys + "certificate-file");
    Optional<Path> key = optionalPath(keys + "key-file");
    Optional<Path> clientCa = optionalPath(keys + "client-ca-file");
    if (certificate.isEmpty() && key.isEmpty() && clientCa.isEmpty()) {
      return Optional.empty();
    }
    if (certificate.isEmpty() || key.isEmpty()) {
      fault(
          keys
              + (certificate.isEmpty() ? "certificate-file" : "key-file")
              + ": expected a file, because another key of "
              + keys
              + "* names one; it is empty");
      return Optional.empty();
    }
    return Optional.of(new TlsFiles(keys, certificate.get(), key.get(), clientCa));
  }

  /** Where the server of these keys is to listen. */
  Address address(String keys) {
    return new Address(keys, text(keys + ".host"), number(keys + ".port", 0, 65_535));
  }

  /** Whether a host, as written, is this machine: what is sent there does not leave it. */
  static boolean isLoopback(String host) {
    return MadeFor.isLoopback(host.toLowerCase(Locale.ROOT));
  }

  /** That nobody listens there yet, unless any free port will do. */
  void requireFree(Address address) {
    if (address.port() == 0) {
      return;
    }
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(address.host(), address.port()));
    } catch (IOException e) {
      wrong(
          address.portKey(),
          "a port of " + address.host() + " (" + address.keys() + ".host) that is free",
          Integer.toString(address.port()));
    }
  }

  /**
   * Notes a fault, unless there is one of its key: a value that cannot be read breaks other rules
   * as well, of which nobody needs to hear.
   *
   * @param fault begins with the key and a colon
   */
  void fault(String fault) {
    int colon = fault.indexOf(':') + 1;
    if (colon == 0
        || faults.stream().noneMatch(told -> told.startsWith(fault.substring(0, colon)))) {
      faults.add(fault);
    }
  }

  /** Notes what works, but hardly as the operator means it. */
  void warning(String warning) {
    warnings.add(warning);
  }

  List<String> warnings() {
    return warnings.stream().distinct().toList();
  }

  /**
   * To be called when all has been read.
   *
   * @throws InvalidSettingsException if any value was wrong; names all of them
   */
  void check() {
    if (!faults.isEmpty()) {
      throw new InvalidSettingsException(faults);
    }
  }

  private void wrong(String key, String expected, String got) {
    fault(key + ": expected " + expected + "; got " + shown(got));
  }

  /** A URL may have a user, a password or a token in it. */
  private static String shown(String got) {
    return got.contains("://") && got.matches("(?s).*[@?#;].*")
        ? "another one, which may hold a secret and is not shown"
        : "'" + got + "'";
  }
}
