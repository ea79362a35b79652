package dev.smsroutes.config;

import dev.smsroutes.ledger.MadeFor;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;

/** The hosts that a URL of a database or a broker names, of which it may have several. */
final class UrlHosts {
  private static final Pattern AUTHORITY = Pattern.compile("//([^/?#)]*)");

  private UrlHosts() {}

  /** Whether any of them is not this machine. Without a host, drivers connect to this machine. */
  static boolean isElsewhere(String url) {
    return !url.startsWith("vm:")
        && AUTHORITY
            .matcher(url)
            .results()
            .flatMap(found -> Arrays.stream(found.group(1).split(",")))
            .map(UrlHosts::host)
            .anyMatch(host -> !host.isEmpty() && !MadeFor.isLoopback(host));
  }

  private static String host(String authority) {
    String host = authority.substring(authority.lastIndexOf('@') + 1);
    return host.replaceFirst(":\\d*$", "").toLowerCase(Locale.ROOT);
  }
}
