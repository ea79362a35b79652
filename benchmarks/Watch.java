import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Those who watch a node: {@value #PAGES} open pages of operators, which get news every two
 * seconds, and monitoring that reads meters and health every {@value #SECONDS} seconds, three times
 * as often as Prometheus does by default, and looks through the messages.
 */
final class Watch implements AutoCloseable {
  private static final int PAGES = 3;
  private static final int SECONDS = 5;
  private static final List<String> READ =
      List.of(
          "/observe/metrics",
          "/observe/health",
          "/page/api/overview",
          "/page/api/messages?state=REFUSED");

  private final HttpClient client;
  private final ScheduledExecutorService monitoring = Executors.newScheduledThreadPool(1);
  private final List<InputStream> pages = new ArrayList<>();
  private final List<Thread> readers = new ArrayList<>();
  private final AtomicLong answers = new AtomicLong();
  private final AtomicLong news = new AtomicLong();
  private volatile String failure = "";

  /**
   * @param url of the management port
   */
  Watch(String url) throws IOException, InterruptedException {
    client = HttpClient.newHttpClient();
    for (int page = 0; page < PAGES; page++) {
      InputStream events =
          client.send(get(url + "/page/api/events"), BodyHandlers.ofInputStream()).body();
      pages.add(events);
      Thread reader = new Thread(() -> drain(events));
      reader.setDaemon(true);
      reader.start();
      readers.add(reader);
    }
    monitoring.scheduleAtFixedRate(() -> look(url), 0, SECONDS, TimeUnit.SECONDS);
  }

  private void look(String url) {
    try {
      for (String path : READ) {
        HttpResponse<byte[]> answer = client.send(get(url + path), BodyHandlers.ofByteArray());
        if (answer.statusCode() == 200) {
          answers.incrementAndGet();
        } else {
          failure = path + " answered " + answer.statusCode();
        }
      }
    } catch (IOException e) {
      failure = e.toString();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static HttpRequest get(String url) {
    return HttpRequest.newBuilder(URI.create(url)).build();
  }

  private void drain(InputStream events) {
    byte[] buffer = new byte[64 * 1024];
    try {
      for (int read = events.read(buffer); read >= 0; read = events.read(buffer)) {
        news.addAndGet(read);
      }
    } catch (IOException e) {
      // It was closed.
    }
  }

  /** A node that answers nobody costs nothing, and would be measured as if it were free. */
  void requireAnswers() throws IOException {
    if (!failure.isEmpty() || answers.get() == 0 || news.get() == 0) {
      throw new IOException("The watched node did not answer: " + failure);
    }
  }

  @Override
  public void close() throws IOException, InterruptedException {
    monitoring.shutdownNow();
    monitoring.awaitTermination(SECONDS, TimeUnit.SECONDS);
    for (InputStream page : pages) {
      page.close();
    }
    for (Thread reader : readers) {
      reader.join();
    }
  }
}
