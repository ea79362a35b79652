package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import dev.smsroutes.cli.SmsRoutesCommand;
import dev.smsroutes.testing.CapturedLog;
import dev.smsroutes.testing.RunningBundle;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * One run over all channels, failures included, with marked values; then all of its output is
 * searched for them: the log (our own packages at DEBUG, all others at INFO), health, meters, the
 * commands, and the files that tell how a batch ended.
 */
@Timeout(240)
class NothingPrivateIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Pieces of the marked values, in lower case. */
  private static final List<String> PRIVATE =
      List.of(
          "15198765432",
          "151 98765432",
          "98765432",
          "marvin",
          "paranoid",
          "brain-the-size-of-a-planet");

  private static final String GOOD =
      """
      {"messageKey":"KEY","definitionKey":"account-reset","recipient":{"contactKey":"marvin@example.com",\
      "to":"+49 151 98765432","attributes":{"FirstName":"Paranoid","password":"Paranoid"}},\
      "content":{"message":"brain-the-size-of-a-planet %%FirstName%%"}}""";

  /** What callers get wrong, with values where no value is expected. */
  private static final List<String> WRONG =
      List.of(
          "{\"messageKey\":\"KEY\",\"definitionKey\":\"+49 151 98765432\",\"recipient\":{\"contactKey\":\"marvin@example.com\",\"to\":\"x\"}}",
          "{\"messageKey\":\"KEY\",\"definitionKey\":\"account-reset\",\"recipient\":\"+4915198765432\"}",
          "{\"messageKey\":\"KEY\",\"definitionKey\":\"account-reset\",\"recipient\":{\"to\":[\"+4915198765432\"]}}",
          "{\"messageKey\":\"KEY\",\"definitionKey\":\"account-reset\",\"4915198765432\":\"Paranoid\",\"recipient\":{}}",
          "{\"messageKey\":\"KEY\",\"definitionKey\":\"account-reset\",\"recipient\":{\"marvin@example.com\":1,\"to\":\"+49 151 98765432 or marvin\"}}",
          "{\"messageKey\":\"KEY\",\"definitionKey\":\"account-reset\",\"recipient\":{\"contactKey\":\"marvin\",\"to\":\"4915198765432\",\"attributes\":{\"98765432\":{\"Paranoid\":1}}}}",
          "{\"messageKey\":\"KEY\",\"messageKey\":\"marvin\",\"to\":\"4915198765432\"}",
          "{\"messageKey\":\"KEY\",\"98765432\":1,\"98765432\":2}",
          "{\"messageKey\":\"KEY\",\"to\":4915198765432e99999,\"x\":}",
          "{\"to\":\"+49 151 98765432\", Paranoid",
          "Paranoid 4915198765432",
          "[\"Paranoid\"]",
          "{\"messageKey\":\"KEY\",\"definitionKey\":\"account-reset\",\"recipient\":{\"contactKey\":\"marvin\",\"to\":\"15198765432\",\"attributes\":{\"FirstName\":\"\\u0000Paranoid\",\"password\":\"%%Paranoid\"}}}",
          "{\"messageKey\":\"KEY\",\"definitionKey\":\"account-reset\",\"recipient\":{\"contactKey\":\"marvin\",\"to\":\"4915198765432\",\"attributes\":{\"FirstName\":\""
              + "Paranoid ".repeat(400)
              + "\",\"password\":\"p\"}}}");

  /** What the API does, and says. */
  private static final List<String> FAULTS =
      List.of(
          "{\"latencyMs\": 1}",
          "{\"status\": 500}",
          "{\"status\": 503}",
          "{\"status\": 403}",
          "{\"hang\": \"before\"}",
          "{\"dropReply\": \"after\", \"calls\": 1}",
          "{\"status\": 202, \"nonJson\": true}",
          "{\"status\": 400, \"body\": {\"errorcode\": 109121, \"message\": \"4915198765432 of Paranoid is wrong\"}}",
          "{\"status\": 400, \"body\": {\"errorcode\": 424242, \"message\": \"marvin@example.com +49 151 98765432\"}}",
          "{\"status\": 500, \"body\": \"brain-the-size-of-a-planet 4915198765432\", \"headers\": {\"X-Debug\": \"Paranoid\"}}");

  private static final AtomicInteger NUMBER = new AtomicInteger();

  @TempDir private static Path home;

  private static CapturedLog log;
  private static RunningBundle bundle;

  @BeforeAll
  static void start() {
    log = new CapturedLog(Level.INFO).with("dev.smsroutes", Level.DEBUG);
    bundle =
        RunningBundle.startWithFiles(
            home,
            RunningBundle.withLedgerAndBroker(
                home,
                "sms.management.enabled",
                "true",
                "sms.management.port",
                "0",
                "sms.api.response-timeout",
                "200ms",
                "sms.file.row-timeout",
                "500ms",
                "sms.file.max-attempts",
                "2",
                "sms.jms.redelivery-delay",
                "10ms",
                "sms.jms.max-redelivery-delay",
                "20ms",
                "sms.jms.max-attempts",
                "3"));
  }

  @AfterAll
  static void stop() {
    bundle.close();
    log.close();
  }

  @Test
  void no_output_of_a_whole_run_holds_a_number_or_a_value() throws Exception {
    for (String fault : FAULTS) {
      bundle.sandbox().faults(fault);
      overAllChannels(List.of(GOOD));
    }
    bundle.sandbox().faults();
    overAllChannels(WRONG);
    oddOnes();

    assertNothingPrivate("log", log.lines());
    int port = bundle.bundle().managementPort().orElseThrow();
    assertNothingPrivate("health", List.of(get(port, "/observe/health")));
    assertNothingPrivate("meters", List.of(get(port, "/observe/metrics")));
    assertNothingPrivate("list", List.of(command("list", "--all", "--limit=1000")));
    assertNothingPrivate("list", List.of(command("list", "--all", "--json", "--limit=1000")));
    assertNothingPrivate("export", List.of(command("export", "--all")));
    assertNothingPrivate("show", List.of(command("show", "http-1", "jms-2", "file-3")));
    assertNothingPrivate("status", List.of(command("status")));
    assertNothingPrivate("status", List.of(command("status", "--json")));
    Path check = Files.writeString(home.resolve("check.ndjson"), String.join("\n", WRONG));
    assertNothingPrivate("check", List.of(command("check", check.toString())));
    try (Stream<Path> files = Files.list(home.resolve("results"))) {
      for (Path file :
          files.filter(each -> each.toString().matches(".*[.](summary|reason)[.]json")).toList()) {
        assertNothingPrivate(file.toString(), List.of(Files.readString(file)));
      }
    }
  }

  private void overAllChannels(List<String> requests) throws Exception {
    List<String> lines = new ArrayList<>();
    List<String> messages = new ArrayList<>();
    for (String request : requests) {
      int n = NUMBER.incrementAndGet();
      bundle.keyed("http-" + n, request.replace("\"messageKey\":\"KEY\",", ""));
      bundle.bare(request.replace("recipient\":", "recipients\":"));
      messages.add(request.replace("KEY", "jms-" + n));
      lines.add(request.replace("KEY", "file-" + n));
    }
    bundle.queue(messages);
    String name = "batch-" + NUMBER.incrementAndGet();
    drop(name + ".ndjson", String.join("\n", lines));
    drop(
        name + ".csv",
        "definitionKey,contactKey,to,FirstName,password\n"
            + "account-reset,marvin@example.com,+49 151 98765432,Paranoid,Paranoid\n"
            + "+49 151 98765432,account-reset,marvin@example.com,Paranoid,\n"
            + "Paranoid,marvin,4915198765432,too,many,cells\n"
            + "\"Paranoid\"x,marvin,4915198765432\n");
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                Files.exists(home.resolve("done/" + name + ".ndjson"))
                    && Files.exists(home.resolve("done/" + name + ".csv")));
  }

  /** Requests and files that never become a message. */
  private static void oddOnes() throws Exception {
    bundle.exchange("POST", "/nope/4915198765432", GOOD, "Authorization", "Bearer Paranoid");
    bundle.exchange("PUT", RunningBundle.MESSAGES + "k?to=4915198765432", GOOD);
    bundle.exchange("POST", RunningBundle.MESSAGES + "k", GOOD, "Content-Type", "text/Paranoid");
    bundle.rawPost(RunningBundle.MESSAGES + "%zz?to=4915198765432", GOOD);
    bundle.keyed("huge", "{\"to\":\"" + "4915198765432".repeat(400_000) + "\"}");
    drop("no-header.csv", "4915198765432,marvin,Paranoid\n4915198765432,marvin,Paranoid\n");
    drop("twice.csv", "definitionKey,contactKey,to,98765432,98765432\na,b,c,d,e\n");
    drop("open.csv", "definitionKey,contactKey,to\na,\"marvin,4915198765432\n");
    drop("latin.csv", "definitionKey,contactKey,to\n\u00e9 marvin,4915198765432,\n");
    drop("broken.json", "{\"to\":\"4915198765432\"");
    drop("empty.csv.gz", "4915198765432");
    for (String name :
        List.of(
            "no-header.csv", "twice.csv", "open.csv", "latin.csv", "broken.json", "empty.csv.gz")) {
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  Files.exists(home.resolve("failed/" + name))
                      || Files.exists(home.resolve("done/" + name)));
    }
  }

  private static void drop(String name, String content) throws Exception {
    Path hidden = home.resolve("inbox/." + name);
    Files.write(
        hidden,
        content.getBytes(
            name.startsWith("latin") ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8));
    Files.move(hidden, home.resolve("inbox/" + name));
  }

  private static void assertNothingPrivate(String what, List<String> output) {
    assertThat(output).as(what).isNotEmpty();
    List<String> found =
        output.stream()
            .flatMap(String::lines)
            .filter(line -> PRIVATE.stream().anyMatch(line.toLowerCase(Locale.ROOT)::contains))
            .map(line -> line.substring(0, Math.min(line.length(), 400)))
            .distinct()
            .toList();
    assertThat(found).as(what).isEmpty();
  }

  private static String get(int port, String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
            BodyHandlers.ofString())
        .body();
  }

  private static String command(String... arguments) {
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said);
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(1, bundle.options());
    for (String folder : List.of("inbox", "results", "done", "failed")) {
      all.add(1, "--set=sms.file." + folder + "=" + home.resolve(folder));
    }
    SmsRoutesCommand.line().setOut(out).setErr(out).execute(all.toArray(String[]::new));
    out.flush();
    return said.toString();
  }
}
