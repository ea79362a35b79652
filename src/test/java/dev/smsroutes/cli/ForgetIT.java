package dev.smsroutes.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.ledger.Entry;
import dev.smsroutes.ledger.EntryState;
import dev.smsroutes.ledger.jdbc.JdbcRecords;
import dev.smsroutes.model.Outcome.State;
import dev.smsroutes.model.Person;
import dev.smsroutes.testing.Reply;
import dev.smsroutes.testing.Requests;
import dev.smsroutes.testing.RunningBundle;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Erases a person from all that a serving bundle keeps, while it serves. */
@Timeout(240)
class ForgetIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String NUMBER = "+49 151 98765432";
  private static final String OTHER = "+49 151 12345678";
  private static final String[] PARKING = {
    "{\"calls\": 1, \"status\": 500}",
    "{\"status\": 400, \"body\": {\"errorcode\": 77001, \"message\": \"strange\"}}"
  };

  @TempDir private static Path data;

  private static RunningBundle bundle;

  private JdbcRecords records;

  @BeforeAll
  static void start() {
    bundle =
        RunningBundle.startWithFiles(
            data,
            RunningBundle.withLedgerAndBroker(
                data, "sms.jms.redelivery-delay", "2s", "sms.jms.max-redelivery-delay", "2s"));
  }

  @AfterAll
  static void stop() {
    bundle.close();
  }

  @BeforeEach
  void look() {
    bundle.sandbox().reset();
    records = bundle.records();
  }

  @AfterEach
  void lookAway() {
    records.close();
  }

  @Test
  void ends_what_waits_and_keeps_the_record_of_what_was_sent() {
    assertThat(bundle.keyed("sent", request(NUMBER)).status()).isEqualTo(202);
    bundle.sandbox().faults("{\"status\": 503}");
    bundle.keyed("waits", request(NUMBER));
    bundle.keyed("other-waits", request(OTHER));
    bundle.sandbox().faults("{\"status\": 500}");
    bundle.keyed("uncertain", request(NUMBER));
    bundle.sandbox().faults(PARKING);
    bundle.keyed("parked", request(NUMBER));
    bundle.sandbox().faults();

    Said dry = forget("--dry-run", "0049 151/98765432");
    assertThat(dry.exit()).isZero();
    assertThat(dry.out()).containsPattern("ledger +\\d+ entries with a request +3 +-");
    assertThat(entry("waits").state()).isEqualTo(EntryState.WAITING);
    assertThat(entry("parked").request()).isPresent();

    Said said = forget(NUMBER);
    assertThat(said.exit()).as(said.err()).isZero();
    assertThat(said.out()).containsPattern("ledger +\\d+ entries with a request +3 +3");
    assertThat(said.out() + said.err()).doesNotContain("98765432");
    for (String key : List.of("sent", "waits", "uncertain", "parked")) {
      assertThat(entry(key).request()).as(key).isEmpty();
    }
    assertThat(ended("waits")).isEqualTo("REFUSED 900009");
    assertThat(ended("uncertain")).isEqualTo("PARKED 900009");
    assertThat(ended("parked")).isEqualTo("PARKED 77001");
    assertThat(ended("sent")).isEqualTo("ACCEPTED 0");
    assertThat(entry("other-waits").request()).isPresent();
    assertThat(records.history("waits").orElseThrow().events())
        .last()
        .extracting(Entry.Event::what)
        .isEqualTo(Entry.Event.FORGOTTEN);

    // Nothing is sent twice, and what was forgotten is not sent at all.
    int sends = bundle.sandbox().sends();
    assertThat(bundle.keyed("sent", request(NUMBER)).status()).isEqualTo(202);
    Reply waits = bundle.keyed("waits", request(NUMBER));
    assertThat(waits.status() + " " + waits.code()).isEqualTo("400 900009");
    assertThat(bundle.keyed("uncertain", request(NUMBER)).code()).isEqualTo(900009);
    assertThat(bundle.sandbox().sends()).isEqualTo(sends);
  }

  @Test
  void erases_messages_of_the_queues_and_ends_those_that_wait_for_their_redelivery()
      throws Exception {
    bundle.queue(
        List.of(
            "{\"messageKey\":\"bad-1\",\"recipient\":{\"contactKey\":\"c\",\"to\":\""
                + NUMBER
                + "\"}}",
            "{broken 4915198765432",
            "{\"messageKey\":\"bad-2\",\"recipient\":{\"contactKey\":\"c\",\"to\":\""
                + OTHER
                + "\"}}"));
    await().atMost(PATIENCE).until(() -> bodies("sms.send.invalid").size() == 3);
    bundle.sandbox().faults("{\"status\": 503}");
    try (ActiveMQConnectionFactory factory = bundle.broker();
        Connection connection = factory.createConnection();
        Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        MessageConsumer replies = session.createConsumer(session.createQueue("sms.reply.forget"))) {
      connection.start();
      TextMessage message =
          session.createTextMessage(request(NUMBER).put("messageKey", "jms-waits").toString());
      message.setJMSReplyTo(session.createQueue("sms.reply.forget"));
      session.createProducer(session.createQueue("sms.send")).send(message);
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  records
                      .find("jms-waits")
                      .filter(e -> e.state() == EntryState.WAITING)
                      .isPresent());

      Map<String, String> before = bodies("sms.send.invalid");
      assertThat(forget("--dry-run", NUMBER).out())
          .containsPattern("sms.send.invalid +3 messages +2 +-");
      assertThat(bodies("sms.send.invalid")).isEqualTo(before);

      Said said = forget(NUMBER);
      assertThat(said.exit()).as(said.err()).isZero();
      assertThat(said.out()).containsPattern("sms.send.invalid +3 messages +2 +2");
      bundle.sandbox().faults();
      Message reply = replies.receive(PATIENCE.toMillis());
      assertThat(((TextMessage) reply).getText()).contains("900009");
    }
    assertThat(bundle.sandbox().find("jms-waits")).isEmpty();
    assertThat(bodies("sms.send.invalid").values()).singleElement().asString().contains("12345678");
    assertThat(bodies("sms.send.dead")).isEmpty();
  }

  @Test
  void rewrites_files_and_names_what_it_cannot_rewrite() throws Exception {
    drop(
        "a.csv",
        "definitionKey,messageKey,contactKey,to,FirstName,password\n"
            + ("account-reset,f1,c,4915198765432,Ada,p\n"
                + "account-reset,f2,c,+4915112345678,Bob,p\n"
                + "unknown,f3,c,+49 151 98765432,Ada,p\n"));
    drop("bad.txt", "call 4915198765432");
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                Files.exists(data.resolve("done/a.csv"))
                    && Files.exists(data.resolve("failed/bad.txt")));
    Map<String, String> before = files();

    Said dry = forget("--dry-run", NUMBER);
    assertThat(dry.out()).contains("Nothing was changed.").containsPattern("done +1 files +2 +-");
    assertThat(files()).isEqualTo(before);

    Said said = forget(NUMBER);
    assertThat(said.exit()).isEqualTo(1);
    assertThat(said.err()).contains("\"bad.txt\" names the person").contains("delete it");
    assertThat(said.out()).containsPattern("done +1 files +2 +2");
    Files.delete(data.resolve("failed/bad.txt"));
    assertThat(forget(NUMBER).exit()).isZero();

    Person person = Person.of(NUMBER);
    assertThat(files().values()).noneMatch(person::isMentionedIn);
    assertThat(files().get("results/a.csv.results.ndjson"))
        .isEqualTo(before.get("results/a.csv.results.ndjson"));
    assertThat(files().get("done/a.csv").lines())
        .contains("account-reset,f1,,,,", "account-reset,f2,c,+4915112345678,Bob,p");
    assertThat(files().get("results/a.csv.rejects.csv")).contains("unknown,f3,,,,");
  }

  @Test
  void leaves_a_file_in_the_inbox_alone_and_names_it() throws IOException {
    Path waits = Files.writeString(data.resolve("inbox/later.csv.part"), "x 4915198765432");

    Said said = forget(NUMBER);

    assertThat(said.exit()).isEqualTo(1);
    assertThat(said.err()).contains("\"later.csv.part\" waits in the inbox or is being sent");
    assertThat(waits).hasContent("x 4915198765432");
    Files.delete(waits);
  }

  @Test
  void says_that_the_queues_could_not_be_searched_without_a_process() throws IOException {
    Said said =
        Said.by(
            "forget",
            bundle.options().get(0),
            "--set=sms.jms.port=1",
            "--set=sms.file.enabled=true",
            NUMBER);

    assertThat(said.exit()).isEqualTo(1);
    assertThat(said.err()).contains("queues: the broker cannot be reached on port 1");
  }

  @Test
  void erases_requests_that_are_kept_on_purpose_and_names_what_is_in_progress() throws Exception {
    try (LedgerFile ledger = new LedgerFile(data.resolve("kept.db"), true);
        JdbcRecords beside = ledger.beside()) {
      ledger.add("kept", State.ACCEPTED).add("duplicate", State.DUPLICATE).addUnderWay("now");

      Said said;
      try (AuditLines audit = new AuditLines()) {
        said =
            Said.by("forget", ledger.set(), "--set=sms.jms.enabled=false", "+" + LedgerFile.NUMBER);
        assertThat(audit.said())
            .containsExactly(
                AuditLines.WHO
                    + "what=forget which=\"one person: erased 2 in ledger, queues and files\""
                    + " result=\"failed\"");
      }

      assertThat(said.exit()).isEqualTo(1);
      assertThat(said.err()).contains("ledger: 1 are in progress; repeat the command");
      assertThat(said.out()).containsPattern("ledger +3 entries with a request +3 +2");
      for (String key : List.of("kept", "duplicate")) {
        assertThat(beside.find(key).orElseThrow().request()).as(key).isEmpty();
      }
      assertThat(beside.find("kept").orElseThrow().state()).isEqualTo(EntryState.ACCEPTED);
      assertThat(beside.find("now").orElseThrow().request()).isPresent();
    }
  }

  @Test
  void says_that_a_text_is_no_number() {
    assertThat(forget("nobody-of-this-key").err()).contains("Looks for a contact key only");
    assertThat(forget(" ").exit()).isEqualTo(2);
  }

  private static ObjectNode request(String to) {
    ObjectNode request = Requests.keyed();
    ((ObjectNode) request.get("recipient")).put("to", to);
    return request;
  }

  private static Said forget(String... options) {
    List<String> all = new ArrayList<>(List.of("forget", "--by=ann"));
    all.addAll(bundle.options());
    for (String folder : List.of("inbox", "results", "done", "failed")) {
      all.add("--set=sms.file." + folder + "=" + data.resolve(folder));
    }
    all.addAll(List.of(options));
    return Said.by(all.toArray(String[]::new));
  }

  private Entry entry(String key) {
    return records.find(key).orElseThrow();
  }

  private String ended(String key) {
    return entry(key).state() + " " + entry(key).code().orElseThrow();
  }

  private static void drop(String name, String content) throws IOException {
    Path hidden = Files.writeString(data.resolve("inbox/." + name), content);
    Files.move(hidden, data.resolve("inbox/" + name));
  }

  private static Map<String, String> files() throws IOException {
    Map<String, String> files = new TreeMap<>();
    for (String folder : List.of("results", "done", "failed")) {
      try (Stream<Path> all = Files.list(data.resolve(folder))) {
        for (Path file : all.toList()) {
          files.put(folder + "/" + file.getFileName(), Files.readString(file));
        }
      }
    }
    return files;
  }

  private static Map<String, String> bodies(String queue) throws JMSException {
    Map<String, String> bodies = new TreeMap<>();
    for (Message message : bundle.waiting(queue)) {
      bodies.put(message.getJMSMessageID(), ((TextMessage) message).getText());
    }
    return bodies;
  }
}
