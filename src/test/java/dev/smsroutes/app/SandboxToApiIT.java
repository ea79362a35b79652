package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.smsroutes.config.InvalidSettingsException;
import dev.smsroutes.config.SandboxChoice.When;
import dev.smsroutes.ledger.LedgerOptions;
import dev.smsroutes.ledger.MadeFor;
import dev.smsroutes.ledger.jdbc.JdbcLedger;
import dev.smsroutes.sandbox.Sandbox;
import dev.smsroutes.testing.RunningBundle;
import dev.smsroutes.testing.SandboxProbe;
import dev.smsroutes.testing.Sandboxes;
import dev.smsroutes.testing.ServeProcess;
import dev.smsroutes.testing.TestLedgers;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Records of the sandbox never answer for the API, nor the reverse. */
@Timeout(300)
class SandboxToApiIT {
  private static final String BODY =
      "{\"definitionKey\":\"account-reset\",\"recipient\":{\"contactKey\":\"c\",\"to\":\"+14255550123\","
          + "\"attributes\":{\"FirstName\":\"Ada\",\"password\":\"p\"}}}";

  private static final MadeFor REAL = MadeFor.api("https://api.example.com", Optional.empty());

  @TempDir private Path folder;

  private static HttpResponse<String> send(ServeProcess serving, String key) throws Exception {
    return serving.send("POST", key, BODY).get(60, TimeUnit.SECONDS);
  }

  @Test
  void a_newcomer_goes_from_the_sandbox_to_the_api_by_setting_four_properties() throws Exception {
    try (Sandbox api = Sandboxes.start()) {
      try (ServeProcess serving = ServeProcess.in(folder, Map.of()).awaitUp()) {
        HttpResponse<String> reply = send(serving, "order-1");
        assertThat(reply.statusCode()).isEqualTo(202);
        assertThat(reply.headers().firstValue("SMS-Routes-Sandbox")).hasValue("true");
        serving.stop();
      }
      Map<String, String> four = new HashMap<>(Sandboxes.settings(api));
      four.put("sms.api.auth-url", api.url());
      try (ServeProcess real = ServeProcess.in(folder, four).awaitUp()) {
        HttpResponse<String> same = send(real, "order-1");

        assertThat(same.statusCode()).isEqualTo(202);
        assertThat(same.headers().firstValue("SMS-Routes-Sandbox")).isEmpty();
        assertThat(new SandboxProbe(api.url()).sends()).isEqualTo(1);
        assertThat(real.output()).doesNotContain("SANDBOX:");
      }
    }
  }

  @Test
  void files_that_wait_since_the_sandbox_are_paused_when_the_api_is_used() throws Exception {
    String ledger = "jdbc:sqlite:" + folder.resolve("ledger.db");
    try (Sandbox api = Sandboxes.start()) {
      try (RunningBundle sandbox =
          RunningBundle.startWithFiles(
              folder, "sms.ledger.url", "jdbc:sqlite:" + folder.resolve("other.db"))) {
        assertThat(sandbox.bundle().sandbox()).isPresent();
      }
      Files.writeString(
          folder.resolve("inbox/orders.csv"),
          "definitionKey,messageKey,contactKey,to,FirstName,password\n"
              + "account-reset,k1,c1,+14255550123,Ada,p\n");
      String[] settings = {
        "sms.ledger.url",
        ledger,
        "sms.api.url",
        api.url(),
        "sms.api.client-id",
        "x",
        "sms.api.client-secret",
        "x"
      };
      try (RunningBundle real = RunningBundle.startWithFiles(folder, settings)) {
        assertThat(folder.resolve("inbox/.orders.csv.sms-paused")).exists();
        Files.delete(folder.resolve("inbox/.orders.csv.sms-paused"));
        await()
            .atMost(Duration.ofSeconds(60))
            .until(() -> Files.exists(folder.resolve("done/orders.csv")));
        assertThat(new SandboxProbe(api.url()).sends()).isEqualTo(1);
        assertThat(real.bundle().sandbox()).isEmpty();
      }
    }
  }

  @Test
  void a_lost_url_does_not_turn_a_gateway_into_a_sandbox() throws Exception {
    JdbcLedger.open(
            TestLedgers.options("jdbc:sqlite:" + folder.resolve("data/ledger.db")),
            Clock.systemUTC(),
            REAL)
        .close();

    try (ServeProcess serving = ServeProcess.in(folder, Map.of())) {
      assertThat(serving.awaitEnd()).isEqualTo(2);
      assertThat(serving.output())
          .contains("sms.api.url: expected the URL of the SMS API, because the ledger of")
          .contains("was made for api.example.com");
    }
    assertThat(folder.resolve("data/sandbox")).doesNotExist();
  }

  /** Which ledgers there are, and which of them a command reads in a shell without the URL. */
  @ParameterizedTest(name = "{0}, {1}, {2}: {3}")
  @CsvSource({
    "no api,  no sandbox, AUTO, api",
    "no api,  sandbox,    AUTO, sandbox",
    "stub,    no sandbox, AUTO, api",
    "stub,    sandbox,    AUTO, sandbox",
    "real,    no sandbox, AUTO, api",
    "real,    sandbox,    AUTO, api",
    "real,    sandbox,    TRUE, sandbox"
  })
  void a_command_reads_the_ledger_that_a_start_would_use(
      String ofApi, String ofSandbox, When when, String read) {
    LedgerOptions api = TestLedgers.options("jdbc:sqlite:" + folder.resolve("ledger.db"));
    LedgerOptions sandbox = TestLedgers.options("jdbc:sqlite:" + folder.resolve("sandbox.db"));
    if (!ofApi.equals("no api")) {
      MadeFor stub = MadeFor.api("http://127.0.0.1:1", Optional.empty());
      JdbcLedger.open(api, Clock.systemUTC(), ofApi.equals("real") ? REAL : stub).close();
    }
    if (ofSandbox.equals("sandbox")) {
      JdbcLedger.open(sandbox, Clock.systemUTC(), MadeFor.SANDBOX).close();
    }

    assertThat(Stores.ledgerToRead(Stores.isOfRealApi(when, api), sandbox, api))
        .isSameAs(read.equals("api") ? api : sandbox);
  }

  @Test
  void a_ledger_of_another_api_is_refused() {
    String url = "jdbc:sqlite:" + folder.resolve("ledger.db");
    JdbcLedger.open(TestLedgers.options(url), Clock.systemUTC(), REAL).close();

    assertThatThrownBy(
            () -> RunningBundle.start("sms.ledger.url", url, "sms.sandbox.enabled", "true"))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("sms.ledger.url: the ledger was made for api.example.com")
        .hasMessageContaining("must not answer for the sandbox");
  }

  @Test
  void a_queue_of_another_api_is_refused() {
    Stores.claimQueue(folder.resolve("broker"), REAL);

    assertThatThrownBy(() -> RunningBundle.start(RunningBundle.withBroker(folder)))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("sms.jms.directory: the queue in")
        .hasMessageContaining("was made for api.example.com");
  }

  @Test
  void health_and_meters_tell_of_the_sandbox() throws Exception {
    try (RunningBundle bundle = RunningBundle.start(RunningBundle.withManagement())) {
      String base = "http://127.0.0.1:" + bundle.bundle().managementPort().getAsInt() + "/observe/";

      assertThat(get(base + "health")).contains("\"status\":\"UP\"", "\"sandbox\":true");
      assertThat(get(base + "metrics")).contains("sms_sandbox 1.0");
    }
  }

  private static String get(String url) throws Exception {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString())
        .body();
  }
}
