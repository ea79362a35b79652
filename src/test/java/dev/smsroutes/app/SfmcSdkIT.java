package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.access.Role;
import dev.smsroutes.testing.KeysFiles;
import dev.smsroutes.testing.RunningBundle;
import dev.smsroutes.testing.TestCertificates;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code sfmc-sdk}, which knows nothing of sms-routes: its token host leads to us, with a
 * certificate of a test CA. It gets a token for a key, and sends where the answer tells it to.
 */
@Timeout(240)
@EnabledIf(value = "nodeIsThere", disabledReason = "Node and npm are not installed")
class SfmcSdkIT {
  private static final String HOST = "mc0123456789abcdefghijklmnop.auth.marketingcloudapis.com";
  private static final Path SOURCES = Path.of("interop/sfmc-sdk");
  private static final Path PROJECT = Path.of("target/sfmc-sdk");

  @TempDir private static Path home;

  private static TestCertificates certificates;
  private static RunningBundle bundle;

  static boolean nodeIsThere() {
    List<Path> folders = Stream.of(System.getenv("PATH").split(":")).map(Path::of).toList();
    return Stream.of("node", "npm")
        .allMatch(
            program -> folders.stream().anyMatch(bin -> Files.isExecutable(bin.resolve(program))));
  }

  @BeforeAll
  static void start() throws Exception {
    install();
    certificates = TestCertificates.in(home.resolve("ca")).client("gateway", "CN=" + HOST, HOST);
    KeysFiles.write(home.resolve("keys.json"), KeysFiles.key("shop", Role.SEND));
    bundle =
        RunningBundle.start(
            RunningBundle.withKeys(
                home,
                "sms.http.allowed-hosts",
                HOST,
                "sms.http.tls.certificate-file",
                certificates.certificate("gateway").toString(),
                "sms.http.tls.key-file",
                certificates.key("gateway").toString()));
  }

  /** What is there from an earlier run is checked against the lock file, and not fetched again. */
  private static void install() throws IOException, InterruptedException {
    Files.createDirectories(PROJECT);
    for (String file : List.of("package.json", "package-lock.json", "send.mjs", "map.cjs")) {
      Files.copy(SOURCES.resolve(file), PROJECT.resolve(file), StandardCopyOption.REPLACE_EXISTING);
    }
    Said npm = run("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-save");
    assertThat(npm.status()).as(npm.text()).isZero();
  }

  @AfterAll
  static void stop() {
    bundle.close();
  }

  private record Said(int status, String text) {}

  private static Said run(String... command) throws IOException, InterruptedException {
    Path output = Files.createTempFile(home, "said", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(PROJECT.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    if (bundle != null) {
      builder.environment().put("GATEWAY_PORT", Integer.toString(bundle.port()));
      builder
          .environment()
          .put("NODE_EXTRA_CA_CERTS", certificates.certificate("ca").toAbsolutePath().toString());
    }
    Process process = builder.start();
    try {
      assertThat(process.waitFor(120, TimeUnit.SECONDS)).as(String.join(" ", command)).isTrue();
      return new Said(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
    } finally {
      process.destroyForcibly();
    }
  }

  private static Said send(String secret, String messageKey) throws Exception {
    return run("node", "--require", "./map.cjs", "send.mjs", HOST, "shop", secret, messageKey);
  }

  @Test
  void gets_its_token_and_sends() throws Exception {
    Said said = send(KeysFiles.secret("shop"), "from-sdk");

    assertThat(said.text()).contains("rest https://" + HOST + "/").contains("sent {");
    assertThat(said.status()).isZero();
    assertThat(bundle.sandbox().message("from-sdk").path("to").asText()).isEqualTo("4915112345678");
  }

  @Test
  void gets_no_token_with_a_wrong_secret() throws Exception {
    Said said = send(KeysFiles.secret("other"), "from-nobody");

    assertThat(said.status()).isNotZero();
    assertThat(said.text()).doesNotContain("rest https", "sent {");
    assertThat(bundle.sandbox().find("from-nobody")).isEmpty();
  }
}
