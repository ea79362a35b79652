package dev.smsroutes.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A line between the bundle and the API that can be cut: an API that is away and comes back with
 * its memory. Thread-safe.
 */
final class Forwarder implements AutoCloseable {
  private static final int BUFFER = 8192;

  private final int target;
  private final int port = Ports.free();
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private ServerSocket server;

  /** Starts forwarding to this port of 127.0.0.1. */
  Forwarder(int target) {
    this.target = target;
    restore();
  }

  String url() {
    return "http://127.0.0.1:" + port;
  }

  /** Cuts all connections and refuses new ones. */
  synchronized void cut() {
    if (server != null) {
      quietly(server);
      server = null;
    }
    sockets.forEach(Forwarder::quietly);
    sockets.clear();
  }

  /** Forwards again. */
  synchronized void restore() {
    if (server != null) {
      return;
    }
    try {
      server = new ServerSocket();
      server.setReuseAddress(true);
      server.bind(new InetSocketAddress("127.0.0.1", port), 512);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot listen on " + port, e);
    }
    ServerSocket accepting = server;
    thread("faults-forwarder", () -> accept(accepting));
  }

  private void accept(ServerSocket accepting) {
    while (!accepting.isClosed()) {
      try {
        Socket in = accepting.accept();
        if (!keep(accepting, in)) {
          return;
        }
        connect(accepting, in);
      } catch (IOException e) {
        // Cut; the loop ends.
      }
    }
  }

  /** A connection that was accepted in the moment of the cut must not survive it. */
  private synchronized boolean keep(ServerSocket accepting, Socket socket) {
    if (server != accepting) {
      quietly(socket);
      return false;
    }
    return sockets.add(socket);
  }

  private void connect(ServerSocket accepting, Socket in) {
    try {
      Socket out = new Socket("127.0.0.1", target);
      if (keep(accepting, out)) {
        thread("faults-forward", () -> copy(in, out));
        thread("faults-backward", () -> copy(out, in));
      }
    } catch (IOException e) {
      quietly(in);
    }
  }

  private void copy(Socket from, Socket to) {
    byte[] buffer = new byte[BUFFER];
    try {
      for (int n = from.getInputStream().read(buffer);
          n >= 0;
          n = from.getInputStream().read(buffer)) {
        to.getOutputStream().write(buffer, 0, n);
      }
    } catch (IOException e) {
      // One of the two has ended: both do.
    } finally {
      quietly(from);
      quietly(to);
      sockets.remove(from);
      sockets.remove(to);
    }
  }

  private static void thread(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  private static void quietly(AutoCloseable closeable) {
    try {
      closeable.close();
    } catch (Exception e) {
      // It is gone, which is all that was wanted.
    }
  }

  @Override
  public void close() {
    cut();
  }
}
