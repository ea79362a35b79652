package dev.smsroutes.broker;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;

/**
 * Who may connect to the embedded broker, and how. Immutable.
 *
 * @param host the address to listen on
 * @param protocols what is spoken there
 * @param asksForKeys whether the callers of the keys file may log in, and nobody without a login
 * @param maxConnections how many connections may be open at a time, at least 1
 * @param loginTimeout a connection that is not logged in by then is closed
 * @param tls the certificate; empty: plain text
 * @param ownReplies whether a caller of this id may read the reply queue of this name
 */
public record PortOptions(
    String host,
    List<Protocol> protocols,
    boolean asksForKeys,
    int maxConnections,
    Duration loginTimeout,
    Optional<Tls> tls,
    BiPredicate<String, String> ownReplies) {
  /**
   * Files in PEM.
   *
   * @param certificate the certificate, and after it those that signed it
   * @param key its private key, not encrypted
   * @param clientCa who signs the certificates of clients, which each must have then; empty: none
   *     is asked for
   */
  public record Tls(Path certificate, Path key, Optional<Path> clientCa) {}

  /** For this machine, in plain text, with all protocols. */
  public static PortOptions onLoopback() {
    return new PortOptions(
        "127.0.0.1",
        List.of(Protocol.values()),
        false,
        1_000,
        Duration.ofSeconds(10),
        Optional.empty(),
        (caller, queue) -> false);
  }
}
