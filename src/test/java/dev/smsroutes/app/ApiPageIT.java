package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.smsroutes.testing.Reply;
import dev.smsroutes.testing.RunningBundle;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Swagger UI on the port of management: the files that it needs and no other, and in a browser. */
@Timeout(120)
class ApiPageIT {
  @TempDir private static Path home;

  private static RunningBundle bundle;

  @BeforeAll
  static void start() {
    bundle = RunningBundle.start(RunningBundle.withManagement());
  }

  @AfterAll
  static void stop() {
    bundle.close();
  }

  private static String url(String path) {
    return "http://127.0.0.1:" + bundle.bundle().managementPort().orElseThrow() + path;
  }

  private static Reply get(String path) {
    return bundle.elsewhere("GET", URI.create(url(path)), "");
  }

  @ParameterizedTest
  @CsvSource({
    "/api/, text/html; charset=utf-8",
    "/api/index.html, text/html; charset=utf-8",
    "/api/start.js, text/javascript",
    "/api/swagger-ui.css, text/css; charset=utf-8",
    "/api/swagger-ui-bundle.js, text/javascript; charset=utf-8",
    "/api/swagger-ui-bundle.js.LICENSE.txt, text/plain; charset=utf-8",
    "/api/favicon-32x32.png, image/png",
  })
  void serves_what_the_page_needs(String path, String type) {
    Reply reply = get(path);

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.header("Content-Type")).contains(type);
    assertThat(reply.header("X-Content-Type-Options")).contains("nosniff");
    assertThat(reply.header("Content-Security-Policy").orElseThrow())
        .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
        .doesNotContain("unsafe", "http", "*");
    assertThat(reply.body()).isNotEmpty();
  }

  @Test
  void leads_to_the_path_with_a_slash_at_its_end() {
    Reply reply = get("/api");

    assertThat(reply.status()).isEqualTo(301);
    assertThat(reply.header("Location")).contains("api/");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/swagger-ui.js",
        "/api/swagger-ui-es-bundle.js",
        "/api/swagger-initializer.js",
        "/api/oauth2-redirect.html",
        "/api/package.json",
        "/api/%2e%2e/application.properties",
        "/api/..%2fapplication.properties",
        "/api/..%5capplication.properties",
        "/api/swagger-ui.css/../../../../../../application.properties",
        "/api//application.properties",
        "/api/index.html%00.css",
        "/api/META-INF/MANIFEST.MF",
        "/openapi.yaml",
      })
  void serves_no_other_file(String path) {
    assertThat(get(path).status()).isEqualTo(404);
  }

  @Test
  void is_not_on_the_port_of_the_intake() {
    assertThat(bundle.exchange("GET", "/api/", "").status()).isEqualTo(404);
    assertThat(bundle.exchange("GET", "/api/swagger-ui.css", "").status()).isEqualTo(404);
  }

  @Test
  void shows_all_paths_in_a_browser_and_breaks_no_policy() throws Exception {
    Optional<Path> chromium =
        Stream.of(System.getenv("PATH").split(":"))
            .flatMap(bin -> Stream.of("chromium", "chromium-browser").map(Path.of(bin)::resolve))
            .filter(Files::isExecutable)
            .findFirst();
    assumeThat(chromium).as("Chromium is installed").isPresent();
    Path page = home.resolve("page.html");
    Path log = home.resolve("chromium.log");
    Process process =
        new ProcessBuilder(
                chromium.get().toString(),
                "--headless",
                // As root it has no other way; the page is ours.
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--user-data-dir=" + home.resolve("chromium"),
                "--enable-logging=stderr",
                "--virtual-time-budget=20000",
                "--dump-dom",
                // This one is open, as it is when a person has clicked it.
                url("/api/#/Messages/sendOne"))
            .redirectOutput(page.toFile())
            .redirectError(log.toFile())
            .start();
    assertThat(process.waitFor(90, TimeUnit.SECONDS)).isTrue();

    assertThat(Files.readString(page))
        .contains("sms-routes, HTTP intake", "OAS 3.1", "At most 256 KiB of JSON in UTF-8")
        .contains("operations-Messages-sendOne", "operations-Messages-statusOfOne")
        .contains("operations-Messages-sendMany", "operations-Token-giveToken")
        .doesNotContain("Failed to load", "try-out__btn");
    assertThat(Files.readString(log, StandardCharsets.ISO_8859_1))
        .doesNotContain("Content Security Policy", "Refused to", "CONSOLE");
  }
}
