package dev.smsroutes.intake.http;

import dev.smsroutes.config.Address;
import io.vertx.core.MultiMap;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refuses requests that a web page sent: a browser runs on machines that reach this server, and a
 * page of any origin can make it send requests. Such a request has the header {@code Origin}, or
 * {@code Sec-Fetch-Site} says that it crosses sites. After DNS rebinding a page is of the same
 * origin, but {@code Host} then has the page's name; so only names and addresses of this server
 * pass. An address cannot be rebound, and neither can a name without a dot, which no public DNS
 * has.
 *
 * <p>A server on loopback is called by a name or an address of loopback. Any other may be called by
 * any address and by a name without a dot, as in a cluster or among containers.
 *
 * <p>Thread-safe. It compares a header with the last one that passed, so it costs next to nothing.
 */
final class HostCheck {
  private static final Logger LOG = LoggerFactory.getLogger(HostCheck.class);
  private static final String ANY = "*";

  private final Set<String> names;
  private final String key;
  private final boolean loopback;
  private final AtomicBoolean told = new AtomicBoolean();
  private volatile String lastPassed = "localhost";

  /**
   * @param address where the server listens
   * @param names further names by which it may be called, in lower case; {@code *}: any name
   */
  HostCheck(Address address, Set<String> names) {
    this.names = names;
    key = address.keys() + ".allowed-hosts";
    loopback = isLoopback(address);
  }

  private static boolean isLoopback(Address address) {
    try {
      return InetAddress.getByName(address.host()).isLoopbackAddress();
    } catch (UnknownHostException e) {
      // The server will not be able to listen there.
      return false;
    }
  }

  /**
   * Why a request is refused; empty if it may go on.
   *
   * @param hosts the values of its headers {@code Host}; at most one
   */
  Optional<String> refuses(MultiMap headers, List<String> hosts) {
    return refuses(headers, hosts, false);
  }

  /**
   * As {@link #refuses(MultiMap, List)}.
   *
   * @param ownPage whether a page of this server may send it: then {@code Origin} may name the host
   *     of the request, which has to be ours, too
   */
  Optional<String> refuses(MultiMap headers, List<String> hosts, boolean ownPage) {
    if (headers.contains("Origin") && !(ownPage && isSameOrigin(headers, hosts))) {
      return Optional.of(
          "Expected a request of a program; got one of a web page, with the header Origin");
    }
    String site = headers.get("Sec-Fetch-Site");
    if (site != null && !site.equals("same-origin") && !site.equals("none")) {
      return Optional.of(
          "Expected a request of a program; got one of a web page of another site, by the header"
              + " Sec-Fetch-Site");
    }
    // Without the header it is HTTP/1.0, which no browser speaks.
    return hosts.isEmpty() || isOurs(hosts.get(0)) ? Optional.empty() : Optional.of(wrongHost());
  }

  /** A proxy in front may speak TLS for us, so that the scheme says nothing. */
  private static boolean isSameOrigin(MultiMap headers, List<String> hosts) {
    List<String> origins = headers.getAll("Origin");
    return origins.size() == 1
        && hosts.size() == 1
        && (origins.get(0).equalsIgnoreCase("http://" + hosts.get(0))
            || origins.get(0).equalsIgnoreCase("https://" + hosts.get(0)));
  }

  private String wrongHost() {
    if (told.compareAndSet(false, true)) {
      LOG.warn(
          "http=refused a request named this server by another name than its own; the answer names"
              + " {} (told once)",
          key);
    }
    return "Expected a name of this server in the header Host; got another. An operator can allow"
        + " that name with "
        + key;
  }

  boolean isOurs(String host) {
    if (host.equals(lastPassed)) {
      return true;
    }
    String name = nameOf(host.toLowerCase(Locale.ROOT));
    boolean ours =
        names.contains(ANY)
            || names.contains(name)
            || name.equals("localhost")
            || (loopback ? isLoopback(name) : isIpv4(name) || isIpv6(name) || isSingle(name));
    if (ours) {
      lastPassed = host;
    }
    return ours;
  }

  /** Without the port, and without the dot at the end of a whole name. */
  private static String nameOf(String host) {
    int end = host.length();
    while (end > 0 && Character.isDigit(host.charAt(end - 1))) {
      end--;
    }
    String name = end > 0 && host.charAt(end - 1) == ':' ? host.substring(0, end - 1) : host;
    return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
  }

  private static boolean isLoopback(String name) {
    return name.equals("[::1]") || (name.startsWith("127.") && isIpv4(name));
  }

  /** Four numbers; browsers write every other form so. */
  private static boolean isIpv4(String name) {
    String[] parts = name.split("\\.", -1);
    if (parts.length != 4) {
      return false;
    }
    for (String part : parts) {
      if (part.isEmpty()
          || part.length() > 3
          || !part.chars().allMatch(c -> c >= '0' && c <= '9')
          || Integer.parseInt(part) > 255) {
        return false;
      }
    }
    return true;
  }

  private static boolean isSingle(String name) {
    return !name.isEmpty()
        && name.chars()
            .allMatch(c -> c == '-' || c == '_' || (c >= '0' && c <= '9') || isLetter(c));
  }

  private static boolean isLetter(int c) {
    return c >= 'a' && c <= 'z';
  }

  private static boolean isIpv6(String name) {
    return name.startsWith("[")
        && name.endsWith("]")
        && name.indexOf(':') > 0
        && name.chars().allMatch(c -> "[]:.0123456789abcdef".indexOf(c) >= 0);
  }
}
