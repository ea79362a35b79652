package dev.smsroutes.faults;

import static java.time.temporal.ChronoUnit.HOURS;

import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
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

  @Option(names = "--list", description = "Names the causes and ends.")
  private boolean list;

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
            List.of("sms.file.send-window", closedNow()),
            scene -> drop(scene.gateway(), "list.csv"),
            "sms_file_held",
            scrape -> scrape.sum("sms_file_held") > 0));
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

  /** Plays one: after how many seconds it was named; empty if it was not within a minute. */
  private static OptionalInt play(Cause cause) throws Exception {
    try (Stage stage = new Stage(cause.name(), new Plan(1, true, OptionalInt.empty(), FOLDER))) {
      Path small = stage.folder().resolve("home/small");
      boolean asks = cause.settings().stream().anyMatch(value -> value.contains("small/"));
      Disk disk = asks ? stage.closing(Disk.small(small, MEGABYTES)) : null;
      Gateway gateway = stage.gateway(cause.settings().toArray(String[]::new)).start();
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

  @Override
  public Integer call() {
    List<Cause> causes =
        causes().stream().filter(cause -> only.isEmpty() || only.contains(cause.name())).toList();
    if (list) {
      causes.forEach(cause -> System.out.println(cause.name()));
      return 0;
    }
    System.out.println("| cause | named by | after |");
    System.out.println("|---|---|---|");
    boolean all = true;
    for (Cause cause : causes) {
      String after;
      try {
        OptionalInt seconds = play(cause);
        after = seconds.isPresent() ? seconds.getAsInt() + " s" : "NOT WITHIN A MINUTE";
        all = all && seconds.isPresent();
      } catch (SkippedException e) {
        after = "skipped: " + e.getMessage();
      } catch (Exception e) {
        after = "FAILED: " + e;
        all = false;
      }
      System.out.println("| " + cause.name() + " | " + cause.where() + " | " + after + " |");
    }
    return all ? 0 : 1;
  }
}
