package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.access.Role;
import dev.smsroutes.testing.Browser;
import dev.smsroutes.testing.KeysFiles;
import dev.smsroutes.testing.Reply;
import dev.smsroutes.testing.Requests;
import dev.smsroutes.testing.RunningBundle;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** The operators' page in a real Chromium, through what a person does with it. */
@Timeout(240)
@EnabledIf(value = "chromiumIsThere", disabledReason = "Chromium is not installed")
class PageIT {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String PARKED = "parked-4711";
  private static final int WIDE = 60;
  private static final String HEADER =
      "definitionKey,messageKey,contactKey,to,FirstName,password\n";
  private static final ListAppender<ILoggingEvent> AUDIT = new ListAppender<>();

  @TempDir private static Path folder;

  private static RunningBundle bundle;
  private static Browser browser;
  private static String axe;

  static boolean chromiumIsThere() {
    return Browser.program().isPresent();
  }

  @BeforeAll
  static void start() throws Exception {
    KeysFiles.write(
        folder.resolve("keys.json"),
        KeysFiles.key("ann", Role.OPERATE),
        KeysFiles.key("bob", Role.OBSERVE));
    String[] settings =
        RunningBundle.withBroker(
            folder,
            RunningBundle.withManagement(
                "sms.ledger.url",
                "jdbc:sqlite:" + folder.resolve("ledger.db"),
                "sms.management.authentication",
                "api-key",
                "sms.http.keys-file",
                folder.resolve("keys.json").toString(),
                "sms.api.max-rate",
                "20",
                "sms.file.concurrency",
                "2",
                "sms.file.files-at-once",
                "2",
                "sms.batch.recipients-per-call",
                "1"));
    bundle = RunningBundle.startWithFiles(folder, settings);
    AUDIT.start();
    ((Logger) LoggerFactory.getLogger("dev.smsroutes.audit")).addAppender(AUDIT);
    park(PARKED);
    bundle.post(RunningBundle.MESSAGES + "sent-4711", Requests.keyed(), "X-Request-ID", "shop-17");
    fill(200_000);
    fillWidely();
    axe = axe();
    browser = Browser.start(folder.resolve("chromium"));
  }

  @AfterAll
  static void stop() {
    ((Logger) LoggerFactory.getLogger("dev.smsroutes.audit")).detachAppender(AUDIT);
    if (browser != null) {
      browser.close();
    }
    bundle.close();
  }

  @BeforeEach
  void wide() {
    browser.look(1100, 1000, "light");
  }

  private static String axe() throws IOException {
    try (InputStream in =
        PageIT.class.getResourceAsStream("/META-INF/resources/webjars/axe-core/4.6.3/axe.min.js")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** An uncertain attempt, then a refusal with an unknown code: a person has to decide. */
  private static void park(String key) {
    bundle
        .sandbox()
        .faults(
            "{\"calls\": 1, \"status\": 500}",
            "{\"status\": 400, \"body\": {\"errorcode\": 77001, \"message\": \"strange\"}}");
    assertThat(bundle.keyed(key, Requests.keyed()).code()).isEqualTo(77_001);
    bundle.sandbox().faults();
  }

  /** Uncertain messages, with the longest keys and texts that there can be. */
  private static void fill(int rows) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("ledger.db"));
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout = 30000");
      statement.executeUpdate(
          "INSERT INTO message (message_key, fingerprint, definition_key, channel, source, state,"
              + " accepted, uncertain, attempts, admitted_at, changed_at, code, detail, claim)"
              + " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
              + rows
              + ") SELECT printf('many-%0100d', i), 'f', printf('%0100d', i), 'file',"
              + " printf('%0250d.csv:%d', i, i), 'UNCERTAIN', 0, 1, 3, 1700000000000 + i,"
              + " 1700000000000 + i, 30000, printf('%02000d', 0), 1 FROM n");
    }
  }

  /**
   * Waiting messages with what is longest once it is written as JSON: characters of three bytes, as
   * many as the ledger and the intake take.
   */
  private static void fillWidely() throws SQLException, IOException {
    ObjectNode request = Requests.keyed();
    ObjectNode attributes = (ObjectNode) request.path("recipient").path("attributes");
    for (int i = 0; i < 500; i++) {
      attributes.put("€".repeat(160) + i, "");
    }
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("ledger.db"));
        Statement statement = connection.createStatement();
        PreparedStatement insert =
            connection.prepareStatement(
                "INSERT INTO message (message_key, fingerprint, definition_key, channel, source,"
                    + " state, accepted, uncertain, attempts, admitted_at, changed_at, code,"
                    + " detail, claim, request) VALUES (?, 'f', ?, 'file', ?, 'WAITING', 0, 0, 3, ?,"
                    + " 1700000000000, 30000, ?, 1, ?)")) {
      statement.execute("PRAGMA busy_timeout = 30000");
      for (int i = 0; i < WIDE; i++) {
        insert.setString(1, wide(i));
        insert.setString(2, "€".repeat(100));
        insert.setString(3, "€".repeat(2_000));
        insert.setLong(4, 1_700_000_000_000L + i);
        insert.setString(5, "€".repeat(2_000));
        insert.setString(6, request.toString());
        insert.addBatch();
      }
      insert.executeBatch();
      for (int i = 0; i < 300; i++) {
        statement.addBatch(
            "INSERT INTO event VALUES ('%s', %d, 'UNCERTAIN', 30000, '%s')"
                .formatted(wide(0), 1_700_000_000_000L + i, "€".repeat(2_000)));
      }
      statement.executeBatch();
    }
  }

  private static String wide(int i) {
    return "€".repeat(95) + i;
  }

  private static String url(String path) {
    return "http://127.0.0.1:" + bundle.bundle().managementPort().orElseThrow() + path;
  }

  private static void openAs(String who, String view) {
    browser.login(who, KeysFiles.secret(who));
    browser.open("about:blank");
    // Chromium remembers a login for each name of a server.
    browser.open(
        url("/#" + view).replace("127.0.0.1", who.equals("ann") ? "127.0.0.1" : "localhost"));
    browser.awaitText(who);
  }

  private static String drop(String name, int rows) throws IOException {
    StringBuilder text = new StringBuilder(HEADER);
    for (int i = 1; i <= rows; i++) {
      text.append("account-reset,,c").append(i).append(",+4915112345678,Ada,p").append(i);
      text.append('\n');
    }
    Path file = Files.writeString(folder.resolve("." + name), text);
    Files.createDirectories(folder.resolve("inbox"));
    Files.move(file, folder.resolve("inbox").resolve(name));
    return name;
  }

  private static Reply api(String who, String method, String path, String body, String... headers) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "Authorization",
                "Basic "
                    + Base64.getEncoder()
                        .encodeToString(
                            (who + ":" + KeysFiles.secret(who)).getBytes(StandardCharsets.UTF_8))));
    all.addAll(List.of(headers));
    return bundle.elsewhere(method, URI.create(url(path)), body, all.toArray(String[]::new));
  }

  private static JsonNode json(Reply reply) {
    try {
      return JSON.readTree(reply.body());
    } catch (IOException e) {
      throw new IllegalStateException(reply.body(), e);
    }
  }

  private static String token(String who) {
    return json(api(who, "GET", "/page/api/session", "")).path("token").asText();
  }

  @Test
  void asks_a_person_for_id_and_secret_and_shows_what_is_going_on() {
    openAs("ann", "overview");

    browser.awaitText(
        "Sandbox: no SMS leaves this machine",
        "All health checks are up.",
        "messages may leave",
        "Dead letters (queue sms.send.dead)",
        "Messages: parked");
  }

  @Test
  void pauses_resumes_and_cancels_a_file_that_is_under_way() throws IOException {
    String name = drop("newsletter.csv", 3_000);
    openAs("ann", "files");
    browser.awaitText("newsletter.csv", "of 3,000 rows", " left");

    browser.press("Pause");
    browser.awaitText("newsletter.csv: paused", "Resume");
    await()
        .atMost(PATIENCE)
        .until(() -> Files.exists(folder.resolve("inbox/." + name + ".sms-paused")));
    browser.press("Resume");
    browser.awaitText("newsletter.csv: resumed");
    browser.press("Cancel");
    browser.awaitText("It cannot be resumed");
    browser.press("Cancel the file");
    await().atMost(PATIENCE).until(() -> Files.notExists(folder.resolve("inbox/" + name)));
    browser.awaitText("No file is being sent.", "cancelled");

    assertThat(audit())
        .contains(
            "who=\"caller:ann\" what=pause which=\"newsletter.csv\" result=\"done\"",
            "who=\"caller:ann\" what=cancel which=\"newsletter.csv\" result=\"done\"");
  }

  @Test
  void finds_a_message_by_its_key_and_shows_its_life_without_personal_data() {
    openAs("ann", "messages");
    browser.awaitText(PARKED);

    browser.type("Message key", "sent-4711");
    browser.key("Enter");
    browser.awaitText("Accepted by the API", "admitted", "account-reset", "shop-17");
    browser.type("Message key", "never-sent");
    browser.key("Enter");
    browser.awaitText("The ledger has no message of this key");

    openAs("ann", "message/" + PARKED);
    browser.awaitText("Parked", "77001", "FirstName, password");
    assertThat(browser.text()).doesNotContain("4915112345678", "31415", "Ada", "ada@example.com");
  }

  @Test
  void replays_a_parked_message_after_the_dry_run() {
    String key = "parked-to-replay";
    park(key);
    openAs("ann", "message/" + key);

    browser.press("Check: what would happen?");
    browser.awaitText("It would be sent as it is.");
    assertThat(bundle.sandbox().find(key)).as("nothing is sent by the dry run").isEmpty();
    browser.press("Replay now");
    browser.awaitText("is on the queue, and will be sent");
    await().atMost(PATIENCE).until(() -> bundle.sandbox().find(key).isPresent());

    assertThat(bundle.sandbox().message(key).path("times").asInt()).isEqualTo(1);
    assertThat(audit())
        .contains("who=\"caller:ann\" what=replay which=\"" + key + "\" result=\"done\"");
    openAs("ann", "message/" + key);
    browser.awaitText("REPLAYED: ann, after PARKED 77001", "Accepted by the API");
  }

  @Test
  void counts_the_parts_of_a_text_and_shows_the_character_that_forced_ucs2() {
    openAs("ann", "definitions/account-reset");
    browser.awaitText("Preview: account-reset", "GSM 03.38");

    browser.type("FirstName", "Zoë");
    browser.type("password", "tulip");
    browser.awaitText("forces UCS-2", "U+00EB");
    assertThat(browser.run("document.querySelector('mark').textContent").asText()).isEqualTo("ë");
  }

  @Test
  void checks_a_file_before_it_is_sent() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("upload.csv"),
            HEADER
                + "account-reset,up-1,c1,+4915112345678,Ada,one\n"
                + "account-reset,up-2,c2,not a number,Bob,two\n");
    openAs("ann", "files");
    browser.awaitText("Check a file");

    browser.choose("#file", file);
    browser.awaitText("Checked: upload.csv", "Faults by column", "to");
    assertThat(bundle.sandbox().find("up-1")).isEmpty();
    assertThat(folder.resolve("inbox/upload.csv")).doesNotExist();
    browser.press("Send 1 row");
    browser.awaitText("upload.csv is in the inbox, and will be sent");
    await().atMost(PATIENCE).until(() -> bundle.sandbox().find("up-1").isPresent());

    assertThat(audit())
        .contains("who=\"caller:ann\" what=send-file which=\"upload.csv\" result=\"done\"");
  }

  @Test
  void shows_no_buttons_to_those_who_may_only_observe_and_refuses_their_actions()
      throws IOException {
    String name = drop("observed.csv", 400);
    openAs("bob", "files");
    browser.awaitText("bob (may observe)", "observed.csv");

    assertThat(browser.run("document.querySelectorAll('main button, main input').length").asInt())
        .isZero();
    for (String path :
        List.of("files/pause", "files/cancel", "uploads", "uploads/send", "messages/replay")) {
      Reply refused =
          api(
              "bob",
              "POST",
              "/page/api/" + path,
              "{\"file\":\"" + name + "\"}",
              "SMS-Routes-Token",
              token("bob"));
      assertThat(refused.status()).as(path).isEqualTo(403);
      assertThat(refused.body()).contains("role operate");
    }
    assertThat(folder.resolve("inbox/." + name + ".sms-paused")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({
    "no token, , , 403",
    "a wrong token, SMS-Routes-Token, wrong, 403",
    "another origin, Origin, https://evil.example, 403",
    "a sandboxed frame, Origin, null, 403",
    "another site, Sec-Fetch-Site, cross-site, 403",
    "a subdomain, Sec-Fetch-Site, same-site, 403",
  })
  void a_foreign_page_cannot_act(String what, String header, String value, int status) {
    List<String> headers = new ArrayList<>();
    if (header != null) {
      headers.addAll(List.of(header, value));
    }
    if (header != null && !header.equals("SMS-Routes-Token")) {
      headers.addAll(List.of("SMS-Routes-Token", token("ann")));
    }
    Reply reply =
        api(
            "ann",
            "POST",
            "/page/api/files/pause",
            "{\"file\":\"x.csv\"}",
            headers.toArray(String[]::new));

    assertThat(reply.status()).as(what).isEqualTo(status);
  }

  @Test
  void the_page_itself_may_act_with_its_origin() {
    Reply reply =
        api(
            "ann",
            "POST",
            "/page/api/files/pause",
            "{\"file\":\"none.csv\"}",
            "Origin",
            url(""),
            "Sec-Fetch-Site",
            "same-origin",
            "SMS-Routes-Token",
            token("ann"));

    assertThat(reply.status()).isEqualTo(409);
    assertThat(reply.body()).contains("There is no file of this name");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../../etc/passwd", ".hidden", "a/b.csv", "a\\\\b.csv", ""})
  void takes_no_name_that_is_a_path(String name) {
    Reply reply =
        api(
            "ann",
            "POST",
            "/page/api/files/cancel",
            "{\"file\":\"" + name + "\"}",
            "SMS-Routes-Token",
            token("ann"));

    assertThat(reply.status()).isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/page/page.js",
        "/page/api/session",
        "/page/api/events",
        "/api",
        "/api/start.js",
        "/openapi.json"
      })
  void lets_nobody_in_without_credentials_and_asks_a_browser_for_them(String path) {
    Reply reply = bundle.elsewhere("GET", URI.create(url(path)), "");

    assertThat(reply.status()).isEqualTo(401);
    assertThat(reply.headers().get("WWW-Authenticate").toString())
        .contains("Bearer realm", "Basic realm=\"sms-routes\"");
  }

  @Test
  void a_program_is_not_asked_by_a_dialog() {
    Reply reply = bundle.elsewhere("GET", URI.create(url("/observe/metrics")), "");

    assertThat(reply.status()).isEqualTo(401);
    assertThat(reply.headers().get("WWW-Authenticate").toString()).doesNotContain("Basic");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/page/page.css", "/page/page.js", "/page/api/session"})
  void says_what_a_browser_may_do_with_it(String path) {
    Reply reply = api("ann", "GET", path, "");

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.header("Content-Security-Policy").orElse(""))
        .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
        .doesNotContain("unsafe");
    assertThat(reply.header("X-Content-Type-Options")).contains("nosniff");
    assertThat(reply.header("Referrer-Policy")).contains("no-referrer");
  }

  static Stream<String> views() {
    return Stream.of(
        "overview",
        "files",
        "messages/PARKED",
        "messages/DEAD",
        "messages/INVALID",
        "message/" + PARKED,
        "definitions/account-reset");
  }

  @ParameterizedTest
  @MethodSource("views")
  void axe_finds_nothing_in_any_view_in_light_dark_and_at_the_width_of_a_phone(String view)
      throws IOException {
    openAs("ann", view);
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                browser.run("!document.body.innerText.includes('Loading')").asBoolean()
                    && browser.run("!!document.querySelector('main h1')").asBoolean()
                    && !browser
                        .run("document.getElementById('main').dataset.ready === undefined")
                        .asBoolean());
    browser.run(axe + "; true");
    for (String scheme : List.of("light", "dark")) {
      for (int width : new int[] {1100, 360}) {
        browser.look(width, 800, scheme);
        JsonNode found =
            browser.run(
                "axe.run(document, {runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','best-practice']})"
                    + ".then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.target + ' '"
                    + " + n.failureSummary).join(' | ')))");
        assertThat(found).as("%s %s %s", view, scheme, width).isEmpty();
        assertThat(browser.run("document.documentElement.scrollWidth").asInt())
            .as("%s needs no scrolling to the side at %s", view, width)
            .isLessThanOrEqualTo(width);
      }
    }
  }

  @Test
  void works_by_keyboard() {
    openAs("ann", "overview");
    browser.awaitText("What waits");
    browser.run("document.activeElement.blur()");

    List<String> reached = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      browser.key("Tab");
      reached.add(browser.run("document.activeElement.textContent").asText().strip());
    }
    assertThat(reached)
        .contains("Skip to the content", "Overview", "Files", "Messages", "Definitions");
    browser.run("document.querySelector('nav a[href=\"#messages\"]').focus()");
    browser.key("Enter");
    browser.awaitText("The oldest first.");
  }

  @Test
  void news_leave_the_focus_of_the_keyboard_where_it_was() {
    openAs("ann", "overview");
    browser.awaitText("Messages: parked");
    browser.run("document.querySelector('a[href=\"#messages/PARKED\"]').focus()");
    browser.run("document.activeElement.seen = true");

    bundle.keyed("news", Requests.keyed());
    await()
        .untilAsserted(
            () ->
                assertThat(
                        browser
                            .run("document.querySelector('a[href=\"#messages/PARKED\"]').seen")
                            .asText(""))
                    .as("the link is a new one")
                    .isNotEqualTo("true"));
    assertThat(browser.run("document.activeElement.getAttribute('href')").asText())
        .isEqualTo("#messages/PARKED");
  }

  @Test
  void answers_stay_small_however_many_messages_there_are() {
    String path = "/page/api/messages?state=UNCERTAIN";
    JsonNode first = json(api("ann", "GET", path, ""));
    JsonNode next =
        json(
            api(
                "ann",
                "GET",
                path
                    + "&at="
                    + first.path("next").path("at").asText()
                    + "&key="
                    + first.path("next").path("key").asText(),
                ""));

    assertThat(first.path("messages")).hasSize(50);
    assertThat(first.toString().length()).isLessThan(200_000);
    assertThat(next.path("messages").get(0).path("messageKey").asText())
        .as("goes on where the first page ended")
        .endsWith("051");
    assertThat(
            json(api("ann", "GET", "/page/api/overview", ""))
                .path("waits")
                .path("messages")
                .path("UNCERTAIN")
                .asInt())
        .as("is not counted further")
        .isEqualTo(10_000);
  }

  @Test
  void answers_stay_small_however_long_the_values_are() {
    String list = "/page/api/messages?state=WAITING";
    JsonNode first = json(small(api("ann", "GET", list, "")));
    int shown = first.path("messages").size();
    JsonNode next = first.path("next");
    JsonNode second =
        json(
            small(
                api(
                    "ann",
                    "GET",
                    list
                        + "&at="
                        + next.path("at").asText()
                        + "&key="
                        + RunningBundle.encode(next.path("key").asText()),
                    "")));
    assertThat(shown).isBetween(10, 50);
    assertThat(second.path("messages").get(0).path("messageKey").asText()).isEqualTo(wide(shown));

    JsonNode one =
        json(
            small(api("ann", "GET", "/page/api/message?key=" + RunningBundle.encode(wide(0)), "")));
    assertThat(one.path("life").size()).isBetween(50, 200);
    assertThat(one.path("earlier").asInt()).isEqualTo(302 - one.path("life").size());
    assertThat(one.path("request").path("attributes").size()).isPositive();
    assertThat(one.path("request").path("moreAttributes").asInt()).isPositive();
    small(api("ann", "GET", "/page/api/overview", ""));
    small(api("ann", "GET", "/page/api/files", ""));
    small(api("ann", "GET", "/page/api/definitions", ""));
  }

  @Test
  void a_preview_stays_small_however_often_a_value_is_repeated() {
    ObjectNode asked = JSON.createObjectNode().put("text", "%%a%%".repeat(30));
    asked.putObject("attributes").put("a", "\u0001".repeat(2_000));
    JsonNode answer =
        json(
            small(
                api(
                    "ann",
                    "POST",
                    "/page/api/definitions/preview",
                    asked.toString(),
                    "SMS-Routes-Token",
                    token("ann"))));

    assertThat(answer.path("units").asInt()).as("counts all of it").isEqualTo(60_000);
  }

  private static Reply small(Reply reply) {
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.body().getBytes(StandardCharsets.UTF_8).length).isLessThan(200_000);
    return reply;
  }

  @Test
  void shows_dead_letters_and_refused_requests_and_replays_one_after_the_dry_run()
      throws Exception {
    String key = "dead-4711";
    bundle
        .sandbox()
        .faults(
            "{\"calls\": 1, \"status\": 500}",
            "{\"status\": 400, \"body\": {\"errorcode\": 77001, \"message\": \"strange +49 151"
                + " 12345678\"}}");
    bundle.queue(List.of(Requests.keyed().put("messageKey", key).toString()));
    await().atMost(PATIENCE).until(() -> bundle.waiting("sms.send.dead").size() == 1);
    bundle.sandbox().faults();
    ObjectNode wrong = Requests.keyed().put("messageKey", "refused-4711");
    ((ObjectNode) wrong.path("recipient")).put("to", "4915112345678901234567");
    bundle.queue(List.of(wrong.toString(), "no JSON +4915112345678"));
    await().atMost(PATIENCE).until(() -> bundle.waiting("sms.send.invalid").size() == 2);

    openAs("ann", "messages/INVALID");
    browser.awaitText("refused-4711", "not in the ledger", "On the queue sms.send.invalid");
    assertThat(browser.text()).doesNotContain("4915112345678", "Ada", "ada@example.com");
    openAs("ann", "messages/DEAD");
    browser.awaitText(key, "Parked: 77001", "It said: strange …", "On the queue sms.send.dead");
    assertThat(browser.text()).doesNotContain("12345678", "31415");
    browser.press(key);
    browser.press("Check: what would happen?");
    browser.awaitText("It would be sent as it is.");
    assertThat(bundle.waiting("sms.send.dead")).as("a dry run takes nothing").hasSize(1);
    browser.press("Replay now");
    await().atMost(PATIENCE).until(() -> bundle.sandbox().find(key).isPresent());

    assertThat(bundle.waiting("sms.send.dead")).isEmpty();
    assertThat(audit())
        .contains("who=\"caller:ann\" what=replay which=\"" + key + "\" result=\"done\"");
    openAs("ann", "messages/DEAD");
    browser.awaitText("There are none.");
  }

  @Test
  void a_queue_that_nobody_knows_is_refused_and_observers_see_letters() {
    assertThat(api("ann", "GET", "/page/api/letters?queue=sms.send", "").body())
        .contains("queue: expected one of dead and invalid");
    assertThat(api("bob", "GET", "/page/api/letters?queue=dead", "").status()).isEqualTo(200);
  }

  @Test
  void a_bad_question_gets_a_clear_answer() {
    assertThat(api("ann", "GET", "/page/api/messages?state=LOST", "").body())
        .contains("state: expected one of");
    assertThat(api("ann", "GET", "/page/api/message", "").status()).isEqualTo(400);
    assertThat(
            api(
                    "ann",
                    "POST",
                    "/page/api/messages/replay",
                    "{\"key\":\"" + PARKED + "\",\"dryRun\":false}",
                    "SMS-Routes-Token",
                    token("ann"))
                .body())
        .as("no replay without a dry run")
        .contains("has changed since the dry run");
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "messages/replay     | {'key':'KEY','edits':'to=+14255550123'} | edits: expected a list of texts",
        "messages/replay     | {'key':'KEY','edits':{'to':'+1'}}       | edits: expected a list of texts",
        "messages/replay     | {'key':'KEY','edits':[1]}               | edits: expected a list of texts",
        "messages/replay     | {'key':'KEY','edits':[null]}            | edits: expected a list of texts",
        "messages/replay     | {'key':'KEY','dryRun':'false'}          | dryRun: expected true or false",
        "messages/replay     | {'key':1}                               | key: expected a text",
        "messages/replay     | []                                      | Expected a JSON object",
        "definitions/preview | {'text':'%%a%%','attributes':[]}        | attributes: expected an object",
        "definitions/preview | {'text':'%%a%%','attributes':{'a':1}}   | attributes: expected an object",
        "files/pause         | {'file':'../x'}                         | Expected the name of a file",
        "files/pause         | {'file':1}                              | file: expected a text",
      })
  void a_body_of_wrong_types_gets_a_clear_answer(String path, String body, String words)
      throws Exception {
    Reply answer =
        api(
            "ann",
            "POST",
            "/page/api/" + path,
            body.replace('\'', '"').replace("KEY", PARKED),
            "SMS-Routes-Token",
            token("ann"));

    assertThat(answer.status()).as(answer.body()).isEqualTo(400);
    assertThat(answer.body()).contains(words);
  }

  private static List<String> audit() {
    return List.copyOf(AUDIT.list).stream().map(ILoggingEvent::getFormattedMessage).toList();
  }
}
