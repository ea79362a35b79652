package dev.smsroutes.config;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The configuration as values, read once at start: what {@code application.properties} explains.
 *
 * <p>All faults are collected, so that a site learns of them in one go: call {@link #check()} when
 * everything has been read. Values of secrets never appear in a message. Not thread-safe.
 */
public final class Settings {
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

  private final Function<String, Optional<String>> source;
  private final List<String> faults = new ArrayList<>();

  /**
   * @param source gives the value of a key after all precedences, or empty if nobody gave one
   */
  public Settings(Function<String, Optional<String>> source) {
    this.source = source;
  }

  /** The text of a key that has a default; trimmed. */
  String text(String key) {
    return optional(key).orElse("");
  }

  /** The text of a key that may be left empty; trimmed. */
  public Optional<String> optional(String key) {
    return source.apply(key).map(String::trim).filter(value -> !value.isEmpty());
  }

  /** A text without which nothing can work. */
  public String required(String key, String why) {
    Optional<String> value = optional(key);
    if (value.isEmpty()) {
      faults.add(key + ": expected a value, because " + why + "; it is empty");
    }
    return value.orElse("");
  }

  public int number(String key, int least, int most) {
    String value = text(key);
    try {
      int number = Integer.parseInt(value);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below, together with a number that is out of range.
    }
    wrong(key, "a whole number from " + least + " to " + most, value);
    return least;
  }

  public double decimal(String key) {
    String value = text(key);
    try {
      return Double.parseDouble(value);
    } catch (NumberFormatException e) {
      wrong(key, "a number", value);
      return 0;
    }
  }

  public boolean flag(String key) {
    String value = text(key).toLowerCase(Locale.ROOT);
    if (!value.equals("true") && !value.equals("false")) {
      wrong(key, "true or false", value);
    }
    return value.equals("true");
  }

  public Duration duration(String key, Duration least) {
    String value = text(key);
    try {
      Duration duration = Times.read(value);
      if (duration.compareTo(least) >= 0) {
        return duration;
      }
    } catch (IllegalArgumentException e) {
      // Told below.
    }
    wrong(key, "a time of at least " + least.toMillis() + "ms, such as 500ms, 10s or 5m", value);
    return least;
  }

  public Path path(String key) {
    String value = text(key);
    try {
      if (!value.isEmpty()) {
        return Path.of(value);
      }
    } catch (InvalidPathException e) {
      // Told below.
    }
    wrong(key, "a path", value);
    return Path.of("");
  }

  public String oneOf(String key, String... allowed) {
    String value = text(key);
    for (String one : allowed) {
      if (one.equals(value)) {
        return value;
      }
    }
    wrong(key, String.join(" or ", allowed), value);
    return allowed[0];
  }

  /**
   * The base URL of a service that gets credentials: https, or plain http on this machine.
   *
   * @param allowPlainHttp whether http is allowed to any host
   */
  public String serviceUrl(String key, String value, boolean allowPlainHttp) {
    try {
      URI uri = new URI(value);
      String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
      if (uri.getHost() == null || !(scheme.equals("https") || scheme.equals("http"))) {
        wrong(key, "a URL such as https://host", value);
      } else if (uri.getRawUserInfo() != null
          || uri.getRawQuery() != null
          || uri.getRawFragment() != null) {
        faults.add(key + ": expected a URL without user, query and fragment");
      } else if (scheme.equals("http") && !allowPlainHttp && !LOOPBACK.contains(uri.getHost())) {
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

  /**
   * Reads values that another room reads and checks by itself.
   *
   * @return empty if they were wrong, which is noted
   */
  public <T> Optional<T> group(Supplier<T> reading) {
    try {
      return Optional.of(reading.get());
    } catch (IllegalArgumentException e) {
      faults.add(e.getMessage());
      return Optional.empty();
    }
  }

  /** Where a server is to listen; the port has to be free, unless it is 0. */
  public Address address(String hostKey, String portKey) {
    Address address = new Address(text(hostKey), number(portKey, 0, 65_535));
    if (address.port() != 0) {
      try (ServerSocket probe = new ServerSocket()) {
        probe.setReuseAddress(true);
        probe.bind(new InetSocketAddress(address.host(), address.port()));
      } catch (IOException e) {
        wrong(
            portKey,
            "a port of " + address.host() + " (" + hostKey + ") that is free",
            text(portKey));
      }
    }
    return address;
  }

  /** Notes a fault of a kind that this class does not know. */
  public void fault(String message) {
    faults.add(message);
  }

  /**
   * To be called when all has been read.
   *
   * @throws InvalidSettingsException if any value was wrong; names all of them
   */
  public void check() {
    if (!faults.isEmpty()) {
      throw new InvalidSettingsException(faults.stream().distinct().toList());
    }
  }

  private void wrong(String key, String expected, String came) {
    faults.add(key + ": expected " + expected + "; '" + came + "' came");
  }
}
