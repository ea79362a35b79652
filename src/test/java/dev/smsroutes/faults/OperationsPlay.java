package dev.smsroutes.faults;

import static java.time.temporal.ChronoUnit.HOURS;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.model.Origin;
import dev.smsroutes.testing.Requests;
import dev.smsroutes.testing.Scrape;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * "No SMS since 10:00": brings each cause of docs/operations.md about in a process that serves, and
 * sees whether health or a meter names it within a minute.
 */
@Command(
    name = "operations/play",
    description = "Plays each cause of \"No SMS since 10:00\", and sees whether it is named.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class OperationsPlay implements Callable<Integer> {
  private static final Path FOLDER = Path.of("target", "operations");
  private static final Duration A_MINUTE = Duration.ofSeconds(60);
  private static final long LOOK_MS = 500;

  /** Of a small disk: less than the embedded broker keeps free. */
  private static final int MEGABYTES = 64;

  @Option(names = "--only", split = ",", paramLabel = "NAME", description = "Only these causes.")
  private List<String> only = List.of();

  @Option(
      names = "--short",
      description = "With short thresholds, and two at a time, as the build does it.")
  private boolean brief;

  @Option(names = "--list", description = "Names the causes and ends.")
  private boolean list;

  /** What is shipped gives queue and inbox the better part of a minute. */
  private static final List<String> SHORT =
      List.of(
          "sms.health.look-interval", "200ms",
          "sms.health.queue-stuck-after", "1s",
          "sms.health.inbox-untouched-after", "1s");

  /** What one cause came to: a row of the table. */
  record Played(String name, String where, String after, boolean wrong) {}

  /** Brings a cause about. */
  @FunctionalInterface
  private interface Deed {
    void on(Scene scene) throws Exception;
  }

  /**
   * Where a cause is brought about.
   *
   * @param disk the folder {@code small} of the gateway's home; null unless the cause asks for one
   */
  private record Scene(Api api, Gateway gateway, Disk disk) {}

  /**
   * One cause.
   *
   * @param settings of the process, key, value, key, value…
   * @param check of health that names it; empty if a meter does
   * @param meter what it is known by in the meters
   * @param words the meter, for the table
   */
  private record Cause(
      String name,
      List<String> settings,
      Deed deed,
      String check,
      Predicate<Scrape> meter,
      String words) {
    static Cause inHealth(String name, List<String> settings, Deed deed, String check) {
      return new Cause(name, settings, deed, check, scrape -> false, "");
    }

    static Cause inMeters(
        String name, List<String> settings, Deed deed, String words, Predicate<Scrape> meter) {
      return new Cause(name, settings, deed, "", meter, words);
    }

    boolean isNamed(Gateway gateway) {
      return check.isEmpty()
          ? meter.test(Scrape.read(gateway.managed("/observe/metrics")))
          : gateway.managed("/observe/health").contains("\"" + check + "\"");
    }

    String where() {
      return check.isEmpty() ? words : "health " + check;
    }
  }

  /** Runs the play; ends with 1 when a cause was not named. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new OperationsPlay()).execute(args));
  }

  private static List<Cause> causes() {
    List<Cause> causes = new ArrayList<>();
    causes.add(
        Cause.inHealth(
            "account-refused",
            List.of(),
            scene -> {
              scene.api().faults("{\"status\": 403}");
              send(scene.gateway(), Requests.keyed().toString());
            },
            "sms-api"));
    causes.add(
        Cause.inHealth(
            "token-failing",
            List.of(),
            scene -> {
              scene.api().faults("{\"on\": \"token\", \"status\": 401}");
              send(scene.gateway(), Requests.keyed().toString());
            },
            "sms-token"));
    causes.add(
        Cause.inHealth(
            "ledger-disk-full",
            List.of("sms.ledger.url", "jdbc:sqlite:small/ledger.db"),
            scene -> {
              scene.disk().fill();
              send(scene.gateway(), Requests.keyed().toString());
            },
            "sms-ledger"));
    causes.add(
        Cause.inHealth(
            "broker-disk-full",
            // Smaller than what the broker keeps free.
            List.of("sms.jms.directory", "small/broker"),
            scene -> {},
            "sms-broker"));
    causes.add(
        Cause.inHealth(
            "queue-stuck",
            List.of("camel.main.routesIncludePattern", "file:routes/http*.camel.yaml"),
            scene -> queue(scene.gateway()),
            "sms-queue"));
    causes.add(
        Cause.inHealth(
            "inbox-blocked",
            List.of(),
            // No rights are asked of root, who may play this: a link is never taken either.
            scene ->
                Files.createSymbolicLink(
                    scene.gateway().data().resolve("inbox/list.csv"), Path.of("elsewhere.csv")),
            "sms-inbox"));
    causes.add(
        Cause.inMeters(
            "definition-changed",
            List.of(),
            scene -> {
              // As if the definition asked for more than its callers know.
              ObjectNode request = Requests.keyed();
              ((ObjectNode) request.at("/recipient/attributes")).remove("password");
              send(scene.gateway(), request.toString());
            },
            "sms_outcomes_total{outcome=\"REFUSED\"}",
            scrape ->
                scrape.sum(
                        "sms_outcomes_total", "outcome", "REFUSED", "definition", "account-reset")
                    > 0));
    causes.add(
        Cause.inMeters(
            "window-closed",
            List.of("sms.send-window", closedNow()),
            scene -> {
              send(scene.gateway(), Requests.keyed().toString());
              drop(scene.gateway(), "list.csv");
              queue(scene.gateway());
            },
            "sms_window_closed_seconds of each channel",
            scrape ->
                Stream.of(Origin.HTTP, Origin.FILE, Origin.JMS)
                    .allMatch(
                        channel ->
                            scrape.sum("sms_window_closed_seconds", "channel", channel) > 0)));
    causes.add(
        Cause.inHealth(
            "sandbox-by-mistake",
            List.of(
                "sms.api.url", "",
                "sms.api.client-id", "",
                "sms.api.client-secret", "",
                "sms.sandbox.port", "0",
                "sms.http.public-url", "https://sms.example.com"),
            scene -> {},
            "sms-sandbox"));
    causes.add(
        Cause.inMeters(
            "api-slow",
            List.of(),
            scene -> {
              scene.api().faults("{\"latencyMs\": 3000}");
              send(scene.gateway(), Requests.keyed().toString());
            },
            "sms_attempt_seconds",
            scrape ->
                scrape.sum("sms_attempt_seconds_count")
                    > scrape.sum("sms_attempt_seconds_bucket", "le", "2.5")));
    return causes;
  }

  /**
   * Plays causes of these names, or all of them without a name; tells of each when it is over, in
   * their order.
   *
   * @param brief whether thresholds are short, and two are played at a time
   */
  static void play(List<String> names, boolean brief, Consumer<Played> told)
      throws InterruptedException {
    ExecutorService players = Executors.newFixedThreadPool(brief ? 2 : 1);
    try {
      List<Future<Played>> all = new ArrayList<>();
      for (Cause cause : causes()) {
        if (names.isEmpty() || names.contains(cause.name())) {
          all.add(players.submit(() -> played(cause, brief)));
        }
      }
      for (Future<Played> each : all) {
        told.accept(each.get());
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } finally {
      players.shutdownNow();
    }
  }

  private static Played played(Cause cause, boolean brief) {
    try {
      OptionalInt seconds = play(cause, brief ? SHORT : List.of());
      String after = seconds.isPresent() ? seconds.getAsInt() + " s" : "NOT WITHIN A MINUTE";
      return new Played(cause.name(), cause.where(), after, seconds.isEmpty());
    } catch (SkippedException e) {
      return new Played(cause.name(), cause.where(), "skipped: " + e.getMessage(), false);
    } catch (Exception e) {
      return new Played(cause.name(), cause.where(), "FAILED: " + e, true);
    }
  }

  /** Plays one: after how many seconds it was named; empty if it was not within a minute. */
  private static OptionalInt play(Cause cause, List<String> more) throws Exception {
    try (Stage stage = new Stage(cause.name(), new Plan(1, true, OptionalInt.empty(), FOLDER))) {
      Path small = stage.folder().resolve("home/small");
      boolean asks = cause.settings().stream().anyMatch(value -> value.contains("small/"));
      Disk disk = asks ? stage.closing(Disk.small(small, MEGABYTES)) : null;
      List<String> settings = new ArrayList<>(more);
      settings.addAll(cause.settings());
      Gateway gateway = stage.gateway(settings.toArray(String[]::new)).start();
      long began = System.nanoTime();
      cause.deed().on(new Scene(stage.api(), gateway, disk));
      boolean named = Pause.until(() -> cause.isNamed(gateway), A_MINUTE, LOOK_MS);
      long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began);
      return named && seconds <= A_MINUTE.toSeconds()
          ? OptionalInt.of((int) seconds)
          : OptionalInt.empty();
    }
  }

  /** A window of an hour that begins in some hours, where the numbers of the play belong. */
  private static String closedNow() {
    LocalTime opens = LocalTime.now(ZoneId.of("Europe/Berlin")).truncatedTo(HOURS).plusHours(3);
    DateTimeFormatter minutes = DateTimeFormatter.ofPattern("HH:mm");
    return minutes.format(opens) + "-" + minutes.format(opens.plusHours(1));
  }

  private static void send(Gateway gateway, String body) throws IOException {
    new Web().post(gateway.url(Requests.key()), body, Duration.ofSeconds(40));
  }

  private static void drop(Gateway gateway, String name) throws IOException {
    Path part = gateway.data().resolve("inbox/.arriving");
    Files.writeString(
        part,
        "messageKey,definitionKey,contactKey,to,FirstName,password\n"
            + "play-1,account-reset,c,+4915112345678,Ada,p\n");
    Files.move(part, part.resolveSibling(name));
  }

  private static void queue(Gateway gateway) throws JMSException {
    try (ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(gateway.brokerUrl());
        Connection connection = factory.createConnection();
        Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        MessageProducer producer = session.createProducer(session.createQueue("sms.send"))) {
      producer.send(
          session.createTextMessage(Requests.keyed().put("messageKey", "play").toString()));
    }
  }

  /** All causes, in their order. */
  static List<String> names() {
    return causes().stream().map(Cause::name).toList();
  }

  @Override
  public Integer call() throws InterruptedException {
    if (list) {
      names().forEach(System.out::println);
      return 0;
    }
    System.out.println("| cause | named by | after |");
    System.out.println("|---|---|---|");
    List<Played> wrong = new ArrayList<>();
    play(
        only,
        brief,
        one -> {
          System.out.println("| " + one.name() + " | " + one.where() + " | " + one.after() + " |");
          if (one.wrong()) {
            wrong.add(one);
          }
        });
    return wrong.isEmpty() ? 0 : 1;
  }
}
