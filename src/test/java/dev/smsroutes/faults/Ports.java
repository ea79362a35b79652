package dev.smsroutes.faults;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ports for processes that are killed and come back on the same one.
 *
 * <p>They lie below those that the system gives to outgoing connections: a client that tries a dead
 * port again and again may otherwise be given that very port, and find itself connected to itself.
 */
final class Ports {
  private static final int LOWEST = 10_000;
  private static final int NUMBER = 22_000;
  private static final AtomicInteger NEXT =
      new AtomicInteger((int) (ProcessHandle.current().pid() * 61 % NUMBER));

  private Ports() {}

  /** A port of 127.0.0.1 on which nobody listens at this moment. */
  static int free() {
    for (int tries = 0; tries < NUMBER; tries++) {
      int port = LOWEST + Math.floorMod(NEXT.getAndIncrement(), NUMBER);
      try (ServerSocket probe = new ServerSocket()) {
        probe.bind(new InetSocketAddress("127.0.0.1", port));
        return port;
      } catch (IOException e) {
        // Somebody has it: the next one.
      }
    }
    throw new IllegalStateException("No free port");
  }
}
