package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.smsroutes.testing.RunningBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.file.virtualfs.VirtualFileSystemFactory;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.session.ServerSession;
import org.apache.sshd.sftp.server.FileHandle;
import org.apache.sshd.sftp.server.SftpEventListener;
import org.apache.sshd.sftp.server.SftpSubsystemFactory;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The SFTP example in a bundle that is otherwise whole, with a real server on the other side. */
@Timeout(180)
class SftpIntakeIT {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Path EXAMPLE = Path.of("routes/examples/sftp-intake.camel.yaml");
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String USER = "shop & co";

  /** All that a URI could take for something else. */
  private static final String PASSWORD = "p+a%20s&s=w)o#r?d/@:";

  @TempDir private Path home;
  private Path remote;
  private SshServer server;
  private KeyPair hostKey;
  private RunningBundle bundle;
  private final AtomicInteger breaks = new AtomicInteger();
  private final AtomicInteger logins = new AtomicInteger();

  /** Ends the connection in the middle of a file. */
  private final class Breaking implements SftpEventListener {
    @Override
    public void read(
        ServerSession session,
        String handle,
        FileHandle file,
        long offset,
        byte[] data,
        int dataOffset,
        int dataLength,
        int length,
        Throwable thrown) {
      if (offset > 100_000 && breaks.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
        session.close(true);
      }
    }
  }

  @BeforeEach
  void startServer() throws Exception {
    remote = Files.createDirectories(home.resolve("remote"));
    Files.createDirectory(remote.resolve("outbox"));
    hostKey = KeyUtils.generateKeyPair("ssh-rsa", 2048);
    server = SshServer.setUpDefaultServer();
    server.setHost("127.0.0.1");
    server.setPort(0);
    server.setKeyPairProvider(KeyPairProvider.wrap(hostKey));
    server.setPasswordAuthenticator(
        (user, password, session) -> {
          logins.incrementAndGet();
          return user.equals(USER) && password.equals(PASSWORD);
        });
    SftpSubsystemFactory sftp = new SftpSubsystemFactory();
    sftp.addSftpEventListener(new Breaking());
    server.setSubsystemFactories(List.of(sftp));
    server.setFileSystemFactory(new VirtualFileSystemFactory(remote));
    server.start();
  }

  @AfterEach
  void stop() throws IOException {
    if (bundle != null) {
      bundle.close();
    }
    server.stop(true);
  }

  private void startBundle(KeyPair known) throws IOException {
    Path routes = Files.createDirectories(home.resolve("routes"));
    for (Path route : List.of(Path.of("routes/file-intake.camel.yaml"), EXAMPLE)) {
      Files.copy(route, routes.resolve(route.getFileName()));
    }
    Path knownHosts =
        Files.writeString(
            home.resolve("known hosts"),
            "[127.0.0.1]:"
                + server.getPort()
                + " "
                + PublicKeyEntry.toString(known.getPublic())
                + "\n");
    List<String> settings =
        new ArrayList<>(
            List.of(
                "camel.main.routesIncludePattern", "file:" + routes + "/*.camel.yaml",
                "sms.file.enabled", "true",
                "sms.file.poll-delay", "100ms",
                "sms.file.min-age", "100ms",
                "sms.sftp.host", "127.0.0.1",
                "sms.sftp.port", Integer.toString(server.getPort()),
                "sms.sftp.user", USER,
                "sms.sftp.password", PASSWORD,
                "sms.sftp.known-hosts-file", knownHosts.toString(),
                "sms.sftp.max-bytes", "1000000",
                "sms.sftp.poll-delay", "100ms"));
    for (String folder : List.of("inbox", "results", "done", "failed")) {
      settings.addAll(List.of("sms.file." + folder, home.resolve(folder).toString()));
    }
    bundle = RunningBundle.start(settings.toArray(String[]::new));
  }

  private void drop(String name, String content) throws IOException {
    Path hidden = Files.writeString(remote.resolve("outbox/.upload"), content);
    Files.move(hidden, remote.resolve("outbox").resolve(name));
  }

  private static String rows(String prefix, int rows, int padding) {
    return "definitionKey,messageKey,contactKey,to,FirstName,password,Padding\n"
        + IntStream.rangeClosed(1, rows)
            .mapToObj(
                i ->
                    "account-reset,%s%d,c%d,+14255550123,Ada,p,%s\n"
                        .formatted(prefix, i, i, "x".repeat(padding)))
            .collect(Collectors.joining());
  }

  private List<String> outcomes(String name) throws IOException {
    Path results = home.resolve("results").resolve(name + ".results.ndjson");
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> Files.exists(home.resolve("done").resolve(name)) && Files.exists(results));
    List<String> outcomes = new ArrayList<>();
    for (String line : Files.readAllLines(results)) {
      JsonNode read = JSON.readTree(line);
      outcomes.add(read.path("outcome").asText());
    }
    return outcomes;
  }

  private List<String> local() throws IOException {
    try (Stream<Path> files = Files.walk(home)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> home.relativize(file).toString())
          .filter(file -> file.matches("(inbox|results|done|failed)/.*"))
          .sorted()
          .toList();
    }
  }

  private void awaitMoved(String name) {
    Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () ->
                Files.exists(remote.resolve("outbox/done").resolve(name))
                    && !Files.exists(remote.resolve("outbox").resolve(name)));
  }

  @Test
  void fetches_a_remote_file_sends_it_and_moves_it() throws Exception {
    drop("orders.csv", rows("k", 3, 0));
    for (String name : List.of("growing.csv.part", "notes.txt", ".hidden.csv", "ä.csv")) {
      drop(name, rows("n", 1, 0));
    }
    drop("large.csv", "x".repeat(1_000_001));
    startBundle(hostKey);

    assertThat(outcomes("orders.csv")).containsExactly("ACCEPTED", "ACCEPTED", "ACCEPTED");
    awaitMoved("orders.csv");
    assertThat(bundle.sandbox().messages()).hasSize(3);
    assertThat(remote.resolve("outbox").toFile().list())
        .containsExactlyInAnyOrder(
            "done", "growing.csv.part", "notes.txt", ".hidden.csv", "ä.csv", "large.csv");
    assertThat(local())
        .containsExactly(
            "done/orders.csv",
            "results/orders.csv.results.ndjson",
            "results/orders.csv.summary.json");

    // The same content once more: its keys are known, and nothing is sent.
    drop("again.csv", rows("k", 3, 0));
    assertThat(outcomes("again.csv")).containsOnly("ACCEPTED_EARLIER");
    assertThat(bundle.sandbox().messages()).hasSize(3);
  }

  @Test
  void a_connection_that_breaks_half_way_leaves_nothing_half_done() throws Exception {
    breaks.set(2);
    drop("orders.csv", rows("k", 10, 50_000));
    startBundle(hostKey);

    assertThat(outcomes("orders.csv")).hasSize(10).containsOnly("ACCEPTED");
    awaitMoved("orders.csv");
    assertThat(breaks).hasValue(0);
    assertThat(local())
        .containsExactly(
            "done/orders.csv",
            "results/orders.csv.results.ndjson",
            "results/orders.csv.summary.json");
    assertThat(
            Files.mismatch(
                home.resolve("done/orders.csv"), remote.resolve("outbox/done/orders.csv")))
        .isNegative();
  }

  @Test
  void sends_a_remote_file_that_cannot_be_moved_only_once() throws Exception {
    // Where the folder should be.
    Files.writeString(remote.resolve("outbox/done"), "x");
    drop("orders.csv", rows("k", 1, 0));
    startBundle(hostKey);

    assertThat(outcomes("orders.csv")).containsExactly("ACCEPTED");
    Awaitility.await()
        .during(Duration.ofSeconds(1))
        .atMost(PATIENCE)
        .until(() -> !Files.exists(home.resolve("done/orders~2.csv")));
    Files.delete(remote.resolve("outbox/done"));
    awaitMoved("orders.csv");
    assertThat(local())
        .containsExactly(
            "done/orders.csv",
            "results/orders.csv.results.ndjson",
            "results/orders.csv.summary.json");
  }

  @Test
  void refuses_a_server_with_an_unknown_key() throws Exception {
    drop("orders.csv", rows("k", 1, 0));
    startBundle(KeyUtils.generateKeyPair("ssh-rsa", 2048));

    Awaitility.await()
        .during(Duration.ofSeconds(2))
        .atMost(PATIENCE)
        .until(() -> Files.exists(remote.resolve("outbox/orders.csv")));
    assertThat(logins).as("no password was given away").hasValue(0);
    assertThat(local()).isEmpty();
  }
}
