package dev.smsroutes.faults;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** An Artemis as a process of its own, which can be killed and started again on its journal. */
final class Broker implements AutoCloseable {
  private final int port = Ports.free();
  private final Path folder;
  private Child child;

  /** Starts it on an empty folder. */
  Broker(Path folder) {
    this.folder = folder;
    start();
  }

  String url() {
    return "tcp://127.0.0.1:" + port;
  }

  /** Starts it and waits until it takes connections. */
  void start() {
    child =
        Child.java(
            "broker",
            folder,
            folder.resolveSibling("broker.log"),
            List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-Xmx256m"),
            ClassPaths.withTests(),
            BrokerMain.class.getName(),
            List.of(Integer.toString(port), folder.toString()));
    if (!Pause.until(() -> !child.isAlive() || listens(), Duration.ofSeconds(60))
        || !child.isAlive()) {
      IllegalStateException ended = child.ended();
      child.close();
      throw ended;
    }
  }

  private boolean listens() {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  /** kill -9. */
  void kill() {
    child.kill();
  }

  @Override
  public void close() {
    child.close();
  }
}
