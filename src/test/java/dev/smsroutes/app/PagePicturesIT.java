package dev.smsroutes.app;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.testing.Browser;
import dev.smsroutes.testing.Requests;
import dev.smsroutes.testing.RunningBundle;
import dev.smsroutes.testing.SettableClock;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Takes the pictures of docs/page.md, and only when told to: {@code
 * -Dpage.screenshots=docs/images}. It plays an hour of an ordinary day in a few seconds, with a
 * clock that is put forward, and then looks.
 */
@Timeout(300)
@EnabledIfSystemProperty(named = "page.screenshots", matches = ".+")
class PagePicturesIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int WIDE = 1100;
  private static final int PHONE = 360;
  private static final String HEADER =
      "definitionKey,messageKey,contactKey,to,FirstName,password\n";

  @TempDir private Path folder;

  private final SettableClock clock = new SettableClock();
  private RunningBundle bundle;
  private Browser browser;

  @Test
  void takes_pictures_of_an_ordinary_day_and_of_an_outage() throws Exception {
    clock.set(Instant.now().minus(Duration.ofMinutes(59)));
    bundle = RunningBundle.startWithFiles(clock, folder, settings());
    RunningBundle running = bundle;
    try (running) {
      for (int minute = 0; minute < 60; minute++) {
        clock.set(Instant.now().minus(Duration.ofMinutes(59 - minute)));
        play(minute);
        bundle.elsewhere("GET", url("/page/api/overview"), "");
      }
      browser = Browser.start(folder.resolve("chromium"));
      Browser opened = browser;
      try (opened) {
        ordinary();
        outage();
      }
    }
  }

  private String[] settings() {
    return RunningBundle.withBroker(
        folder,
        RunningBundle.withManagement(
            "sms.api.max-rate",
            "60",
            "sms.api.probe-interval",
            "30s",
            "sms.file.files-at-once",
            "1",
            "sms.batch.recipients-per-call",
            "1"));
  }

  private URI url(String path) {
    return URI.create("http://127.0.0.1:" + bundle.bundle().managementPort().orElseThrow() + path);
  }

  // ---- the hour

  private void play(int minute) throws Exception {
    int messages = (int) (9 + 5 * Math.sin(minute / 9.0)) + minute % 4;
    for (int i = 0; i < messages; i++) {
      bundle.keyed("order-" + minute + "-" + i, Requests.keyed());
    }
    switch (minute) {
      case 5, 6, 33, 52 -> bundle.keyed("order-" + (minute - 1) + "-0", Requests.keyed());
      case 8 -> file("welcome-monday.csv", 90, 0);
      case 12, 44 -> refused("order-unknown-" + minute);
      case 21 -> file("reminders.csv", 140, 3);
      case 24, 25, 26 -> unsettled(minute);
      case 30 -> parked("order-4711");
      case 59 -> {
        // The broker has a clock of its own.
        dead("invoice-2077");
        invalid("invoice-2078");
        dead("invoice-2091");
      }
      default -> {
        // A quiet minute.
      }
    }
  }

  private void file(String name, int rows, int wrong) throws IOException {
    drop(name, rows, wrong);
    await()
        .atMost(PATIENCE)
        .until(() -> Files.exists(folder.resolve("results").resolve(name + ".summary.json")));
  }

  private void drop(String name, int rows, int wrong) throws IOException {
    Path file = Files.writeString(folder.resolve("." + name), rows(name, rows, wrong));
    Files.move(file, folder.resolve("inbox").resolve(name));
  }

  private static String rows(String name, int rows, int wrong) {
    StringBuilder text = new StringBuilder(HEADER);
    for (int i = 1; i <= rows; i++) {
      text.append("account-reset,").append(name).append('-').append(i).append(",c").append(i);
      text.append(i <= wrong ? ",none" : ",+4915112345678").append(",Ada,p").append(i).append('\n');
    }
    return text.toString();
  }

  private void refused(String key) {
    bundle.sandbox().faults("{\"calls\": 1, \"code\": 109121}");
    bundle.keyed(key, Requests.keyed());
    bundle.sandbox().faults();
  }

  private void unsettled(int minute) {
    for (int i = 0; i < 3; i++) {
      bundle
          .sandbox()
          .faults(i == 0 ? "{\"code\": 50300, \"retryAfter\": 0}" : "{\"status\": 500}");
      bundle.keyed("order-late-" + minute + "-" + i, Requests.keyed());
      bundle.sandbox().faults();
    }
  }

  /** An attempt without a clear answer, then a refusal with a code that nobody knows. */
  private void strange() {
    bundle
        .sandbox()
        .faults(
            "{\"calls\": 1, \"status\": 500}",
            "{\"status\": 400, \"body\": {\"errorcode\": 77001, \"message\": \"Carrier rejected\"}}");
  }

  private void parked(String key) {
    strange();
    bundle.keyed(key, Requests.keyed());
    bundle.sandbox().faults();
  }

  private void dead(String key) throws Exception {
    strange();
    int before = bundle.waiting("sms.send.dead").size();
    bundle.queue(List.of(Requests.keyed().put("messageKey", key).toString()));
    await().atMost(PATIENCE).until(() -> bundle.waiting("sms.send.dead").size() > before);
    bundle.sandbox().faults();
  }

  private void invalid(String key) throws Exception {
    ObjectNode wrong = Requests.keyed().put("messageKey", key);
    ((ObjectNode) wrong.path("recipient").path("attributes")).remove("password");
    bundle.queue(List.of(wrong.toString()));
    await().atMost(PATIENCE).until(() -> bundle.waiting("sms.send.invalid").size() == 1);
  }

  // ---- the pictures

  private void ordinary() throws Exception {
    clock.set(Instant.now());
    drop("newsletter.csv", 3_000, 0);
    drop("thursday.csv", 20, 0);
    Files.createDirectories(folder.resolve("inbox/old"));
    open(
        "overview",
        WIDE,
        "light",
        "All health checks are up.",
        "messages may leave",
        "(queue sms.send.dead)\t2",
        "Files under way\t1");
    picture("overview", WIDE, "light");
    picture("overview-phone", PHONE, "light");
    open("files", WIDE, "light", "newsletter.csv", "of 3,000 rows", "1 file waits");
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              // Its rate is known once some time has passed.
              clock.set(Instant.now());
              return browser.text().contains(" left");
            });
    picture("files", WIDE, "light");
    picture("files-phone", PHONE, "dark");
    Path people = Files.writeString(folder.resolve("people.csv"), rows("people.csv", 40, 2));
    browser.choose("#file", people);
    browser.awaitText("Faults by column", "Send 38 rows");
    picture("check", WIDE, "light");

    open("messages/UNCERTAIN", WIDE, "light", "order-late-24-1");
    picture("messages", WIDE, "light");
    open("messages/DEAD", WIDE, "light", "invoice-2077");
    picture("letters", WIDE, "light");
    open("message/order-4711", WIDE, "light", "Its life");
    browser.press("Check: what would happen?");
    browser.awaitText("It would be sent as it is.");
    picture("message", WIDE, "light");
    open("definitions/account-reset", WIDE, "light", "Preview: account-reset");
    browser.type("FirstName", "Zoë");
    browser.type("password", "tulip");
    browser.awaitText("forces UCS-2");
    picture("definitions", WIDE, "light");
  }

  private void outage() throws IOException {
    bundle.sandbox().faults("{\"code\": 40002}");
    bundle.keyed("order-refused-account", Requests.keyed());
    open("overview", WIDE, "dark", "sms-api", "until one message gets through");
    picture("outage", WIDE, "dark");
    bundle.sandbox().faults();
  }

  private void open(String view, int width, String scheme, String... texts) {
    browser.look(width, 800, scheme);
    browser.open("about:blank");
    browser.open(url("/#" + view).toString());
    browser.awaitText(texts);
  }

  /** The whole view, however long it is. */
  private void picture(String name, int width, String scheme) throws IOException {
    browser.look(width, 300, scheme);
    int height = browser.run("document.documentElement.scrollHeight").asInt();
    browser.look(width, height, scheme);
    Path into = Path.of(System.getProperty("page.screenshots"));
    Files.createDirectories(into);
    Files.write(into.resolve("page-" + name + ".png"), browser.picture());
  }
}
