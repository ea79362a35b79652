package dev.smsroutes.supply;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.smsroutes.sandbox.Sandbox;
import dev.smsroutes.testing.Distribution;
import dev.smsroutes.testing.SandboxProbe;
import dev.smsroutes.testing.Sandboxes;
import dev.smsroutes.testing.Variables;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The container image, without a container engine and without a base image: what is in it, and
 * whether it runs on the Java of the build, with all but its data read-only. {@code
 * deploy/image/build} puts the same layers on a base.
 */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class ImageIT {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Pattern HTTP = Pattern.compile("HTTP +http://[^:]+:(\\d+)/");

  @TempDir private static Path folder;
  private static Path distribution;
  private static Path tar;
  private static Path root;
  private static JsonNode config;
  private static Map<String, TarArchiveEntry> files;

  @BeforeAll
  static void build_and_unpack_it() throws Exception {
    distribution = Distribution.unpack(Files.createDirectory(folder.resolve("distribution")));
    tar = folder.resolve("image.tar");
    Image.build(Image.NO_BASE, distribution, Optional.empty(), tar);
    config = Image.config(tar).path("config");
    root = Files.createDirectory(folder.resolve("root"));
    files = Image.unpack(tar, root);
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(each -> texts.add(each.asText()));
    return texts;
  }

  @Test
  void starts_the_script_of_the_distribution_as_a_user_with_a_number() {
    assertThat(config.path("User").asText()).isEqualTo("10001:10001");
    assertThat(texts(config.path("Entrypoint"))).containsExactly("/opt/sms-routes/bin/sms-routes");
    assertThat(texts(config.path("Cmd"))).containsExactly("serve");
    assertThat(config.path("WorkingDir").asText()).isEqualTo("/opt/sms-routes");
    assertThat(config.path("ExposedPorts").fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder("8080/tcp", "8081/tcp");
    assertThat(config.path("Volumes").fieldNames())
        .toIterable()
        .containsExactly("/opt/sms-routes/data");
  }

  @Test
  void its_variables_are_settings_that_exist_and_no_sandbox() throws IOException {
    assertThat(Image.environment(Image.config(tar)))
        .containsAllEntriesOf(Image.ENVIRONMENT)
        .containsEntry("SMS_SANDBOX_ENABLED", "false");
    Variables.assertSettings(Image.ENVIRONMENT.keySet());
  }

  @Test
  void only_the_data_belongs_to_its_user_and_nobody_else_may_write_anything() {
    files.forEach(
        (path, entry) -> {
          boolean data = path.equals("/opt/sms-routes/data");
          assertThat(entry.getLongUserId()).as(path).isEqualTo(data ? 10001 : 0);
          assertThat(entry.getLongGroupId()).as(path).isEqualTo(data ? 10001 : 0);
          assertThat(entry.getMode() & 022).as(path).isZero();
          boolean runs = entry.isDirectory() || path.startsWith("/opt/sms-routes/bin/");
          assertThat(entry.getMode() & 07777).as(path).isEqualTo(data ? 0700 : runs ? 0755 : 0644);
        });
  }

  @Test
  void has_all_of_the_distribution() throws IOException {
    try (Stream<Path> packed = Files.walk(distribution)) {
      for (Path file : packed.filter(Files::isRegularFile).toList()) {
        assertThat(files).containsKey("/opt/sms-routes/" + distribution.relativize(file));
      }
    }
    assertThat(files)
        .containsKeys("/opt/sms-routes/bin/healthy", "/opt/sms-routes/native/libsqlitejdbc.so");
  }

  @Test
  void the_same_distribution_makes_the_same_bytes() throws Exception {
    Path again = folder.resolve("again.tar");

    Image.build(Image.NO_BASE, distribution, Optional.empty(), again);

    assertThat(Files.mismatch(tar, again)).isEqualTo(-1);
  }

  /** Root could write everywhere, so then it runs as the user of the image. */
  @Test
  void sends_the_first_message_with_all_but_its_data_read_only() throws Exception {
    boolean asRoot = "root".equals(System.getProperty("user.name"));
    assumeThat(!asRoot || Files.exists(Path.of("/usr/bin/setpriv"))).isTrue();
    Path home = root.resolve("opt/sms-routes");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path data = home.resolve("data");
    Path tmp = Files.createDirectory(folder.resolve("tmp"));
    if (asRoot) {
      for (Path own : List.of(data, tmp)) {
        Files.setAttribute(own, "unix:uid", 10001);
        Files.setAttribute(own, "unix:gid", 10001);
      }
    }
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
    for (Path each : List.of(root, root.resolve("opt"), home)) {
      Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("r-xr-xr-x"));
    }
    List<String> command = new ArrayList<>();
    if (asRoot) {
      command.addAll(
          List.of(
              "setpriv", "--reuid=10001", "--regid=10001", "--clear-groups", "--inh-caps=-all"));
    }
    Map<String, String> environment =
        Map.of(
            "JAVA_HOME", System.getProperty("java.home"), "JAVA_OPTS", "-Djava.io.tmpdir=" + tmp);
    Path secret = Files.writeString(folder.resolve("secret"), "x\n");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r--r--"));

    try (Sandbox api = Sandboxes.start()) {
      String key =
          said(start(command, environment, "key", "create", "shop")).lines().toList().get(0);
      // A free one, since no output of the process tells it.
      int management;
      try (ServerSocket free = new ServerSocket(0)) {
        management = free.getLocalPort();
      }
      Map<String, String> all = new HashMap<>(environment);
      all.putAll(
          Map.of(
              "SMS_API_URL", api.url(),
              "SMS_API_CLIENT_ID_FILE", secret.toString(),
              "SMS_API_CLIENT_SECRET_FILE", secret.toString(),
              "SMS_HTTP_PORT", "0",
              "SMS_MANAGEMENT_PORT", Integer.toString(management),
              "SMS_JMS_PORT", "0"));
      Path output = Files.createFile(folder.resolve("serve.log"));
      Process serving = start(output, command, all, "serve");
      try {
        await()
            .atMost(PATIENCE)
            .until(
                () -> {
                  assertThat(serving.isAlive()).as(Files.readString(output)).isTrue();
                  return Files.readString(output).contains("Ctrl-C");
                });
        HttpResponse<String> reply = send(port(HTTP, output), key);

        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(202);
        assertThat(reply.headers().firstValue("SMS-Routes-Sandbox")).isEmpty();
        assertThat(new SandboxProbe(api.url()).sends()).isEqualTo(1);
        assertThat(healthy(management)).isZero();
        assertThat(healthy(1)).isOne();
        assertThat(nativeCode(tmp)).isEmpty();
      } finally {
        serving.destroy();
        assertThat(serving.waitFor(60, TimeUnit.SECONDS)).isTrue();
      }
      assertThat(Files.readString(output)).contains("stopped");
    }
  }

  private static HttpResponse<String> send(int port, String key) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(
                    URI.create("http://127.0.0.1:" + port + "/messaging/v1/sms/messages/first"))
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofFile(Path.of("samples/http-one.json")))
                .build(),
            BodyHandlers.ofString());
  }

  /** Where a container forbids to run it. */
  private static List<Path> nativeCode(Path tmp) throws IOException {
    try (Stream<Path> files = Files.walk(tmp)) {
      return files.filter(file -> file.toString().endsWith(".so")).toList();
    }
  }

  private static int healthy(int port) throws Exception {
    ProcessBuilder check =
        new ProcessBuilder(root.resolve("opt/sms-routes/bin/healthy").toString());
    check.environment().put("SMS_MANAGEMENT_PORT", Integer.toString(port));
    return check.start().waitFor();
  }

  private static int port(Pattern pattern, Path output) throws IOException {
    Matcher matcher = pattern.matcher(Files.readString(output));
    assertThat(matcher.find()).as(Files.readString(output)).isTrue();
    return Integer.parseInt(matcher.group(1));
  }

  private static String said(Process process) throws Exception {
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  private static Process start(
      List<String> command, Map<String, String> environment, String... arguments)
      throws IOException {
    return start(null, command, environment, arguments);
  }

  /** As a container engine would: the variables of the image, its user, its command. */
  private static Process start(
      Path output, List<String> command, Map<String, String> environment, String... arguments)
      throws IOException {
    List<String> all = new ArrayList<>(command);
    all.add(root.resolve("opt/sms-routes/bin/sms-routes").toString());
    all.addAll(List.of(arguments));
    ProcessBuilder process = new ProcessBuilder(all).directory(root.toFile());
    if (output != null) {
      process.redirectErrorStream(true).redirectOutput(output.toFile());
    }
    process.environment().keySet().removeIf(name -> name.startsWith("SMS_"));
    process.environment().putAll(Image.environment(Image.config(tar)));
    process.environment().put("SMS_HTTP_HOST", "127.0.0.1");
    process.environment().putAll(environment);
    return process.start();
  }
}
