package dev.smsroutes.sandbox;

import io.vertx.core.MultiMap;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Refuses calls that a web page sent: a browser on this machine reaches a sandbox on loopback, and
 * what the sandbox remembers has numbers and texts. Such a call has the header {@code Origin}, or
 * {@code Sec-Fetch-Site} says that it crosses sites; after DNS rebinding {@code Host} has the
 * page's name. For one thread.
 */
final class BrowserCheck {
  private static final Pattern LOOPBACK =
      Pattern.compile("(localhost|127(\\.\\d{1,3}){3}|\\[::1])(:\\d*)?");

  /** An address, or a name without a dot, which no public DNS has. */
  private static final Pattern ADDRESS =
      Pattern.compile("([a-z0-9_-]+|\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9a-f:.]+])(:\\d*)?");

  private final Pattern allowed;

  /** Most calls have the same. */
  private String lastPassed = "";

  /**
   * @param host where the sandbox listens
   */
  BrowserCheck(String host) {
    allowed = isLoopback(host) ? LOOPBACK : ADDRESS;
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      // The sandbox will not be able to listen there.
      return false;
    }
  }

  /** Why a call is refused; empty if it may go on. */
  Optional<String> refuses(MultiMap headers) {
    String site = headers.get("Sec-Fetch-Site");
    if (headers.contains("Origin")
        || (site != null && !site.equals("same-origin") && !site.equals("none"))) {
      return Optional.of("Expected a call of a program; got one of a web page");
    }
    List<String> hosts = headers.getAll("Host");
    return hosts.isEmpty() || (hosts.size() == 1 && isOurs(hosts.get(0)))
        ? Optional.empty()
        : Optional.of(
            "Expected an address of the sandbox in the header Host, or localhost; got another name");
  }

  private boolean isOurs(String host) {
    if (host.equals(lastPassed)) {
      return true;
    }
    boolean ours = allowed.matcher(host.toLowerCase(Locale.ROOT)).matches();
    if (ours) {
      lastPassed = host;
    }
    return ours;
  }
}
