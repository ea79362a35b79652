package dev.smsroutes.faults;

import dev.smsroutes.SmsRoutes;
import dev.smsroutes.ledger.EntryState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * The bundle as a process of its own, in a home of its own. It can be started and killed again and
 * again; ports and home stay. For one thread, except where it is said.
 */
final class Gateway implements AutoCloseable {
  private static final String MESSAGES = "/messaging/v1/sms/messages/";
  private static final Duration START = Duration.ofSeconds(90);
  private static final Duration LOOK = Duration.ofSeconds(5);
  private static final int ATTEMPTS = 5;
  private static final int STARTING = 503;
  private static final List<String> OPTIONS =
      List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-Xmx256m");

  private final Web web = new Web();
  private final Path home;
  private final Path log;
  private final Map<String, String> settings = new LinkedHashMap<>();
  private int http;
  private int management;
  private int broker;
  private boolean everUp;
  private volatile Child child;

  /**
   * @param home its working directory: gets copies of the routes and definitions, and all data
   * @param log what it prints
   * @param settings keys of application.properties, over those that every experiment has
   */
  Gateway(Path home, Path log, Map<String, String> settings) {
    this.home = home;
    this.log = log;
    this.settings.put("sms.api.client-id", "faults");
    this.settings.put("sms.api.client-secret", "faults");
    // Quick repetitions: what takes a site minutes may take an experiment seconds.
    this.settings.put("sms.api.retry-delay", "50ms");
    this.settings.put("sms.api.response-timeout", "5s");
    this.settings.put("sms.file.poll-delay", "200ms");
    this.settings.put("sms.file.min-age", "100ms");
    this.settings.put("sms.file.retry-delay", "2s");
    this.settings.put("sms.jms.redelivery-delay", "200ms");
    this.settings.put("sms.jms.max-redelivery-delay", "2s");
    this.settings.put("sms.jms.max-attempts", "10000");
    this.settings.putAll(settings);
    copy("routes");
    copy("definitions");
    choosePorts();
  }

  private void copy(String folder) {
    try (Stream<Path> files = Files.walk(Path.of(folder))) {
      for (Path file : files.toList()) {
        Path target = home.resolve(file.toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot make a home for the gateway", e);
    }
  }

  /**
   * How many messages its ledger, in SQLite, has in a state. To be asked while it is not running.
   */
  int ledgered(EntryState state) {
    try (Connection ledger =
            DriverManager.getConnection("jdbc:sqlite:" + home.resolve("data/ledger.db"));
        PreparedStatement count =
            ledger.prepareStatement("SELECT COUNT(*) FROM message WHERE state = ?")) {
      count.setString(1, state.name());
      try (ResultSet rows = count.executeQuery()) {
        rows.next();
        return rows.getInt(1);
      }
    } catch (SQLException e) {
      throw new IllegalStateException("The gateway's ledger cannot be read", e);
    }
  }

  private void choosePorts() {
    http = Ports.free();
    management = Ports.free();
    broker = Ports.free();
  }

  /** Starts it and waits until it takes requests. */
  Gateway start() {
    for (int attempt = 1; ; attempt++) {
      launch();
      if (Pause.until(() -> !child.isAlive() || isUp(), START) && child.isAlive()) {
        everUp = true;
        return this;
      }
      IllegalStateException ended = child.ended();
      child.close();
      // Until it is up for the first time, nobody knows its ports: another process may have been
      // quicker.
      if (everUp || attempt == ATTEMPTS || !ended.getMessage().contains("in use")) {
        throw ended;
      }
      choosePorts();
    }
  }

  /** Starts it and does not wait: for a kill in the midst of its start. */
  void launch() {
    if (child != null && child.isAlive()) {
      throw new IllegalStateException("The gateway is running already");
    }
    List<String> arguments = new ArrayList<>(List.of("serve"));
    Map<String, String> all = new LinkedHashMap<>(settings);
    all.put("sms.http.port", Integer.toString(http));
    all.put("sms.management.port", Integer.toString(management));
    all.put("sms.jms.port", Integer.toString(broker));
    all.forEach((key, value) -> arguments.addAll(List.of("--set", key + "=" + value)));
    child =
        Child.java(
            "gateway",
            home,
            log,
            OPTIONS,
            ClassPaths.product(),
            SmsRoutes.class.getName(),
            arguments);
  }

  /** Whether both of its servers answer, and the one for requests lets them in. */
  private boolean isUp() {
    try {
      return web.get(url(""), LOOK).status() != STARTING && !health().isEmpty();
    } catch (IOException e) {
      return false;
    }
  }

  /** What its health says: UP, DOWN; empty when it says nothing. Thread-safe. */
  String health() {
    try {
      return web.get("http://127.0.0.1:" + management + "/observe/health", LOOK)
          .body()
          .path("status")
          .asText("");
    } catch (IOException e) {
      return "";
    }
  }

  /** What its management port serves at this path; empty when it does not answer. Thread-safe. */
  String managed(String path) {
    try {
      return web.text("http://127.0.0.1:" + management + path, LOOK);
    } catch (IOException e) {
      return "";
    }
  }

  boolean isRunning() {
    return child != null && child.isAlive();
  }

  /** kill -9. */
  void kill() {
    child.kill();
  }

  /** In how many lines of its log it ever said this. */
  long said(String text) {
    try (Stream<String> lines = Files.lines(log)) {
      return lines.filter(line -> line.contains(text)).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** SIGQUIT: writes what each of its threads does into its log. */
  void dumpThreads() {
    child.signal("QUIT");
  }

  /** SIGSTOP. */
  void freeze() {
    child.signal("STOP");
  }

  /** SIGCONT. */
  void thaw() {
    child.signal("CONT");
  }

  /**
   * SIGTERM.
   *
   * @return its exit code; empty when it was still there after this time
   */
  OptionalInt terminate(Duration patience) {
    return child.terminate(patience);
  }

  /** Where a message is sent, and asked after. Thread-safe. */
  String url(String key) {
    return "http://127.0.0.1:" + http + MESSAGES + Web.encode(key);
  }

  /** Of its own broker. Thread-safe. */
  String brokerUrl() {
    return "tcp://127.0.0.1:" + broker;
  }

  Path home() {
    return home;
  }

  /** Where it has its data. */
  Path data() {
    return home.resolve("data");
  }

  @Override
  public void close() {
    if (child != null) {
      child.close();
    }
  }
}
