package dev.smsroutes.broker;

import dev.smsroutes.tls.TlsFiles;
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
 * @param tls the certificate; empty: plain text. With an authority of clients, each must show a
 *     certificate of it
 * @param ownReplies whether a caller of this id may read the reply queue of this name
 */
public record PortOptions(
    String host,
    List<Protocol> protocols,
    boolean asksForKeys,
    int maxConnections,
    Duration loginTimeout,
    Optional<TlsFiles> tls,
    BiPredicate<String, String> ownReplies) {
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
