package dev.smsroutes.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.testing.RunningBundle;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Server-sent events over the wire, with listeners as browsers are, and as they should not be. */
@Timeout(60)
class EventsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration PERIOD = Duration.ofMillis(20);

  private final AtomicInteger looks = new AtomicInteger();
  private final List<Socket> open = new ArrayList<>();
  private volatile String news = "news";
  private Events events;
  private OneServer server;

  @BeforeEach
  void start() {
    Map<String, Callable<ObjectNode>> views = Map.of("overview", this::view);
    events = new Events(views, new Answers(new SameOrigin(), who -> true), PERIOD);
    server = new OneServer(router -> router.get("/events").handler(events::listen));
  }

  @AfterEach
  void stop() throws IOException {
    for (Socket socket : open) {
      socket.close();
    }
    events.close();
    server.close();
  }

  /** Another one at each look. */
  private ObjectNode view() {
    return Answers.JSON.createObjectNode().put("look", looks.incrementAndGet()).put("news", news);
  }

  private Socket connect() throws IOException {
    Socket socket = server.send("GET /events HTTP/1.1");
    open.add(socket);
    return socket;
  }

  private static BufferedReader reader(Socket socket) throws IOException {
    return new BufferedReader(
        new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
  }

  private static String awaitLine(BufferedReader lines, String beginning) throws IOException {
    String line = lines.readLine();
    while (line != null && !line.startsWith(beginning)) {
      line = lines.readLine();
    }
    return line;
  }

  private void fill() throws IOException {
    for (int i = 0; i < Events.MAX_LISTENERS; i++) {
      assertThat(reader(connect()).readLine()).contains("200 OK");
    }
  }

  @Test
  void tells_what_is_new_to_each_listener() throws IOException {
    BufferedReader one = reader(connect());
    BufferedReader two = reader(connect());

    for (BufferedReader each : List.of(one, two)) {
      assertThat(awaitLine(each, "event:")).isEqualTo("event: overview");
      assertThat(awaitLine(each, "data:")).contains("\"news\":\"news\"");
    }
  }

  @Test
  void a_page_too_many_is_told_so_and_gets_the_place_of_one_that_is_closed() throws IOException {
    fill();

    Socket tooMany = server.send("GET /events HTTP/1.1", "Connection: close");
    open.add(tooMany);
    BufferedReader refused = reader(tooMany);
    assertThat(refused.readLine()).contains("503");
    assertThat(awaitLine(refused, "{")).contains("Expected at most 20 open pages; got one more");

    open.get(0).close();
    await().atMost(PATIENCE).until(() -> events.listeners() == Events.MAX_LISTENERS - 1);
    assertThat(reader(connect()).readLine()).contains("200 OK");
  }

  @Test
  void nobody_looks_when_the_last_page_is_closed() throws IOException {
    BufferedReader lines = reader(connect());
    assertThat(awaitLine(lines, "data:")).isNotNull();

    open.get(0).close();
    await().atMost(PATIENCE).until(() -> events.listeners() == 0);
    int before = looks.get();

    await().during(PERIOD.multipliedBy(10)).until(() -> looks.get() <= before + 1);
  }

  @Test
  void one_who_does_not_read_is_dropped_and_holds_up_nobody() throws IOException {
    news = "x".repeat(50_000);
    connect();
    await().atMost(PATIENCE).until(() -> events.listeners() == 1);
    BufferedReader honest = reader(connect());

    int before = looks.get();
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              assertThat(awaitLine(honest, "data:")).isNotNull();
              return events.listeners() == 1;
            });

    assertThat(awaitLine(honest, "data:")).contains("\"look\":");
    assertThat(looks.get()).isGreaterThan(before);
    assertThat(bytesUntilTheEnd(open.get(0)))
        .as("what was kept for it, here and in the buffers of both ends")
        .isLessThan(8_000_000);
  }

  private static long bytesUntilTheEnd(Socket socket) {
    long bytes = 0;
    byte[] buffer = new byte[65_536];
    try {
      for (int n = socket.getInputStream().read(buffer);
          n >= 0;
          n = socket.getInputStream().read(buffer)) {
        bytes += n;
      }
    } catch (IOException e) {
      // Reset by the other side.
    }
    return bytes;
  }

  @Test
  void one_more_page_costs_no_look_of_its_own() throws IOException {
    Events slow =
        new Events(
            Map.of("overview", this::view),
            new Answers(new SameOrigin(), who -> true),
            Duration.ofHours(1));
    try (OneServer other = new OneServer(router -> router.get("/events").handler(slow::listen));
        Socket first = other.send("GET /events HTTP/1.1")) {
      assertThat(awaitLine(reader(first), "data:")).contains("\"look\":1");
      try (Socket second = other.send("GET /events HTTP/1.1")) {
        assertThat(awaitLine(reader(second), "data:")).contains("\"look\":1");
      }
    } finally {
      slow.close();
    }
  }

  @Test
  void a_stop_ends_all_streams_at_once_and_lets_nobody_in() throws IOException {
    BufferedReader one = reader(connect());
    BufferedReader two = reader(connect());
    assertThat(awaitLine(one, "data:")).isNotNull();
    assertThat(awaitLine(two, "data:")).isNotNull();

    events.close();

    for (BufferedReader each : List.of(one, two)) {
      assertThat(awaitLine(each, "0")).as("the last chunk").isEqualTo("0");
    }
    assertThat(events.listeners()).isZero();
    assertThat(reader(connect()).readLine()).contains("503");
  }

  @Test
  void a_stop_of_the_bundle_ends_the_streams_of_its_page() throws IOException {
    RunningBundle bundle = RunningBundle.start(RunningBundle.withManagement());
    try (bundle;
        Socket socket =
            new Socket(
                InetAddress.getLoopbackAddress(), bundle.bundle().managementPort().orElseThrow())) {
      socket
          .getOutputStream()
          .write(
              "GET /page/api/events HTTP/1.1\r\nHost: localhost\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      BufferedReader lines = reader(socket);
      assertThat(awaitLine(lines, "event: files")).isNotNull();

      bundle.close();

      assertThat(awaitLine(lines, "0")).as("the last chunk").isEqualTo("0");
    }
  }
}
