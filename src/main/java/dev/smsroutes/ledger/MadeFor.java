package dev.smsroutes.ledger;

import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The API for which a ledger, or a folder with work in progress, was made. A record of one API must
 * never answer for another: a message that the sandbox accepted was not sent. Immutable.
 *
 * @param host the host of the API, with its port if that is not the default one; {@code sandbox},
 *     or {@code loopback} for any API on this machine, whose port may change with each start
 * @param account the business unit; empty for the one of the credentials
 */
public record MadeFor(String host, Optional<String> account) {
  /** The API that this process plays itself. */
  public static final MadeFor SANDBOX = new MadeFor("sandbox", Optional.empty());

  private static final String LOOPBACK = "loopback";
  private static final Set<String> LOOPBACK_NAMES = Set.of("localhost", "[::1]", "::1");

  /**
   * @param url a base URL
   * @throws IllegalArgumentException if it is none, or has no host
   */
  public static MadeFor api(String url, Optional<String> account) {
    URI uri = URI.create(url);
    if (uri.getHost() == null) {
      throw new IllegalArgumentException("Expected a URL with a host");
    }
    String host = uri.getHost().toLowerCase(Locale.ROOT);
    if (isLoopback(host)) {
      return new MadeFor(LOOPBACK, account);
    }
    boolean usual = uri.getPort() < 0 || uri.getPort() == 443 || uri.getPort() == 80;
    // With a port, a host of such a name is not taken for what the word means here.
    boolean word = host.equals(SANDBOX.host) || host.equals(LOOPBACK);
    int port = uri.getPort() < 0 ? 443 : uri.getPort();
    return new MadeFor(usual && !word ? host : host + ":" + port, account);
  }

  /** Whether this is the name or an address of this machine's loopback. */
  public static boolean isLoopback(String host) {
    return LOOPBACK_NAMES.contains(host) || host.matches("127(\\.\\d{1,3}){3}");
  }

  /** Whether messages can leave this machine: neither the sandbox nor an API on loopback. */
  public boolean isReal() {
    return !isSandbox() && !host.equals(LOOPBACK);
  }

  public boolean isSandbox() {
    return host.equals(SANDBOX.host);
  }

  /** The same API; an account that was left open may be named later. */
  public boolean fits(MadeFor other) {
    return host.equals(other.host)
        && (account.isEmpty() || other.account.isEmpty() || account.equals(other.account));
  }

  /** For messages: {@code the sandbox}, {@code an API on this machine} or the host. */
  @Override
  public String toString() {
    if (isSandbox()) {
      return "the sandbox";
    }
    return (host.equals(LOOPBACK) ? "an API on this machine" : host)
        + account.map(id -> " with sms.api.account-id=" + id).orElse("");
  }
}
