package dev.smsroutes.app;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What DNS rebinding does, without DNS: under one name and port a browser first gets the page of an
 * attacker, and from then on the server that is attacked. The bytes go through as they are, so that
 * server sees the attacker's name in {@code Host}.
 */
final class ReboundName implements AutoCloseable {
  private final int target;
  private final byte[] page;
  private final ServerSocket server;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

  /**
   * Starts.
   *
   * @param target the port of the server that is attacked
   * @param page what {@code GET /rebound…} gets, with its head
   */
  ReboundName(int target, String page) throws IOException {
    this.target = target;
    this.page = page.getBytes(StandardCharsets.UTF_8);
    server = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket browser = server.accept();
        sockets.add(browser);
        start(() -> serve(browser));
      } catch (IOException e) {
        if (!server.isClosed()) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  private void serve(Socket browser) {
    try (browser) {
      byte[] head = head(browser.getInputStream());
      if (new String(head, StandardCharsets.ISO_8859_1).startsWith("GET /rebound")) {
        browser.getOutputStream().write(page);
        return;
      }
      try (Socket attacked = new Socket(InetAddress.getLoopbackAddress(), target)) {
        sockets.add(attacked);
        attacked.getOutputStream().write(head);
        start(() -> pass(browser, attacked));
        pass(attacked, browser);
      }
    } catch (IOException e) {
      // The browser or the server has enough; so has the test.
    }
  }

  private static byte[] head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    for (int b = in.read(); b >= 0; b = in.read()) {
      head.write(b);
      if (b == '\n' && head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
        break;
      }
    }
    return head.toByteArray();
  }

  private static void pass(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
      to.shutdownOutput();
    } catch (IOException e) {
      // As above.
    }
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work, "rebound-name");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
