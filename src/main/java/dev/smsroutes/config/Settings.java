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
 * The one reader of settings: it knows how a value is written, and no default.
 *
 * <p>It collects all faults, so that an operator learns of them in one go: call {@link #check()}
 * when everything has been read. What a method returns for a wrong value must not be used after
 * that. No message shows the value of a secret. Not thread-safe.
 */
final class Settings {
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

  private final Function<String, Optional<String>> source;
  private final List<String> faults = new ArrayList<>();

  /**
   * @param source gives the value of a key after all precedences; empty for a key without a value
   */
  Settings(Function<String, Optional<String>> source) {
    this.source = source;
  }

  /** The text of a key; trimmed. */
  String text(String key) {
    return optional(key).orElse("");
  }

  /** The text of a key that may be left empty; trimmed. */
  Optional<String> optional(String key) {
    return source.apply(key).map(String::trim).filter(value -> !value.isEmpty());
  }

  int number(String key, int least, int most) {
    return (int) number(key, (long) least, (long) most);
  }

  long number(String key, long least, long most) {
    String value = text(key);
    boolean bounded = most < Long.MAX_VALUE;
    try {
      long number = Long.parseLong(value);
      if (number >= least && number <= most) {
        return number;
      }
      if (!bounded) {
        fault(key + ": expected at least " + least + "; " + number + " came");
      }
    } catch (NumberFormatException e) {
      // Told below, together with a number that is out of range.
    }
    String range = bounded ? " from " + least + " to " + most : " of at least " + least;
    wrong(key, "a whole number" + range, value);
    return least;
  }

  double decimal(String key, double least) {
    String value = text(key);
    try {
      double number = Double.parseDouble(value);
      if (number >= least) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below, together with a number that is too small, and with NaN.
    }
    wrong(key, "a number of at least " + least, value);
    return least;
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
    String value = text(key);
    try {
      Duration duration = Times.read(value);
      if (duration.compareTo(least) >= 0) {
        return duration;
      }
    } catch (IllegalArgumentException e) {
      // Told below.
    }
    wrong(key, expected, value);
    return least;
  }

  Path path(String key) {
    String value = text(key);
    try {
      if (!value.isEmpty()) {
        return Path.of(value);
      }
    } catch (InvalidPathException e) {
      // Told below.
    }
    wrong(key, "a path", value);
    // Not one for all: folders must differ.
    return Path.of(key);
  }

  /**
   * One of several words.
   *
   * @param words all of them, for the message
   * @param meaning of a word; empty for one that has none
   * @return null for a word without a meaning
   */
  <T> T word(String key, String words, Function<String, Optional<T>> meaning) {
    String value = text(key);
    Optional<T> found = meaning.apply(value);
    if (found.isEmpty()) {
      wrong(key, words, value);
    }
    return found.orElse(null);
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

  /** Where the server of these keys is to listen. */
  Address address(String keys) {
    return new Address(keys, text(keys + ".host"), number(keys + ".port", 0, 65_535));
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

  private void wrong(String key, String expected, String came) {
    fault(key + ": expected " + expected + "; '" + came + "' came");
  }
}
