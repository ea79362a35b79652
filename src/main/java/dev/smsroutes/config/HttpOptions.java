package dev.smsroutes.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The keys {@code sms.http.*}. Immutable.
 *
 * @param address where the intake listens
 * @param hosts by which names the servers are called
 * @param maxKeyedBodyBytes a longer body of a request with one recipient is answered with 413
 * @param maxBodyBytes a longer body of any other request is answered with 413
 * @param maxBytesInFlight how many bytes all requests in progress may have together
 * @param queued whether every request is answered when it is on disk in the queue
 * @param deadline from the arrival of a request, the latest moment at which an attempt may begin
 * @param maxInFlight how many requests may be in progress
 * @param bodyTimeout how long a caller may take to send a body, and to take an answer
 * @param connections the limits of connections
 * @param maxRecipients the most recipients of one request
 * @param recipientsConcurrency how many recipients of all such requests are sent side by side
 * @param maxAttributes the most attributes of one recipient
 * @param maxAttributeNameLength the most characters of the name of an attribute
 * @param maxAttributeLength the most characters of the value of an attribute
 */
public record HttpOptions(
    Address address,
    Hosts hosts,
    int maxKeyedBodyBytes,
    int maxBodyBytes,
    long maxBytesInFlight,
    boolean queued,
    Duration deadline,
    int maxInFlight,
    Duration bodyTimeout,
    Connections connections,
    int maxRecipients,
    int recipientsConcurrency,
    int maxAttributes,
    int maxAttributeNameLength,
    int maxAttributeLength) {
  /** A name, an IPv4 address, or an IPv6 address in brackets. */
  private static final Pattern HOST = Pattern.compile("\\*|[a-z0-9._-]+|\\[[0-9a-f:.]+]");

  /** The part of the heap that requests in progress may have, unless a number of bytes is set. */
  private static final int PART_OF_HEAP = 16;

  /**
   * By which names the servers are called, besides their addresses. In lower case, without a port;
   * {@code *} is any name.
   *
   * @param intake the names of the intake
   * @param management the names of management
   */
  public record Hosts(Set<String> intake, Set<String> management) {}

  /**
   * The limits of connections to the intake.
   *
   * @param most how many may be open
   * @param headerTimeout from the opening of a connection to the end of its first headers
   * @param idleTimeout from an answer to the end of the next headers
   * @param maxHeaderBytes the maximum length of all headers of a request
   */
  public record Connections(
      int most, Duration headerTimeout, Duration idleTimeout, int maxHeaderBytes) {}

  static HttpOptions from(Settings settings) {
    int maxBodyBytes = settings.number("sms.http.max-body-bytes", 1, Integer.MAX_VALUE);
    return new HttpOptions(
        settings.address("sms.http"),
        hosts(settings),
        settings.number("sms.http.max-keyed-body-bytes", 1, Integer.MAX_VALUE),
        maxBodyBytes,
        maxBytesInFlight(settings, 2L * maxBodyBytes),
        "queued".equals(settings.word("sms.http.mode", "sync or queued", HttpOptions::mode)),
        settings.positiveDuration("sms.http.deadline"),
        settings.number("sms.http.max-in-flight", 1, 100_000),
        settings.positiveDuration("sms.http.body-timeout"),
        new Connections(
            settings.number("sms.http.max-connections", 1, 1_000_000),
            settings.positiveDuration("sms.http.header-timeout"),
            settings.positiveDuration("sms.http.idle-timeout"),
            settings.number("sms.http.max-header-bytes", 1_024, 1_048_576)),
        settings.number("sms.http.max-recipients", 1, 100_000),
        settings.number("sms.http.recipients-concurrency", 1, 1_000),
        settings.number("sms.http.max-attributes", 1, 100_000),
        settings.number("sms.http.max-attribute-name-length", 1, 50_000),
        settings.number("sms.http.max-attribute-length", 1, 1_000_000));
  }

  /**
   * @param least what a request with a body of the maximum length can get
   */
  private static long maxBytesInFlight(Settings settings, long least) {
    String key = "sms.http.max-bytes-in-flight";
    long bytes = settings.number(key, 0, Long.MAX_VALUE);
    if (bytes == 0) {
      return Math.max(least, Runtime.getRuntime().maxMemory() / PART_OF_HEAP);
    }
    if (bytes < least) {
      settings.fault(
          key
              + ": expected 0, or at least twice sms.http.max-body-bytes ("
              + least
              + "); got '"
              + bytes
              + "'");
    }
    return bytes;
  }

  private static Optional<String> mode(String word) {
    return Optional.of(word).filter(mode -> mode.equals("sync") || mode.equals("queued"));
  }

  private static Hosts hosts(Settings settings) {
    Set<String> intake = new TreeSet<>(names(settings, "sms.http.allowed-hosts"));
    settings
        .optional("sms.http.public-url")
        .map(url -> publicHost(settings, url))
        .ifPresent(intake::add);
    return new Hosts(Set.copyOf(intake), names(settings, "sms.management.allowed-hosts"));
  }

  private static String publicHost(Settings settings, String url) {
    try {
      URI uri = new URI(url);
      String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
      if (uri.getHost() != null && (scheme.equals("http") || scheme.equals("https"))) {
        return uri.getHost().toLowerCase(Locale.ROOT);
      }
    } catch (URISyntaxException e) {
      // Told below.
    }
    settings.fault(
        "sms.http.public-url: expected a URL such as https://sms.example.com; got '" + url + "'");
    return "";
  }

  private static Set<String> names(Settings settings, String key) {
    return settings.value(
        key,
        "names of hosts without ports, with commas between, or *",
        text ->
            Arrays.stream(text.split(","))
                .map(name -> name.strip().toLowerCase(Locale.ROOT))
                .filter(name -> !name.isEmpty())
                .collect(Collectors.toUnmodifiableSet()),
        names -> names.stream().allMatch(name -> HOST.matcher(name).matches()),
        Set.of());
  }

  /** How many messages of HTTP callers can be on their way to the API. */
  int senders() {
    return maxInFlight + recipientsConcurrency;
  }
}
