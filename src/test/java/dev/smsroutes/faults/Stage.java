package dev.smsroutes.faults;

import dev.smsroutes.faults.Notebook.Entry;
import dev.smsroutes.faults.Told.State;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What one experiment is played on: an API, a gateway, clients, and what they noted. For one
 * thread, except {@link #progress()}.
 */
final class Stage implements AutoCloseable {
  /** All findings of an experiment, in its folder. */
  static final String FINDINGS = "findings.txt";

  /** For so many rows more, everything may take as long again. */
  private static final int ROWS_IN_A_PATIENCE = 200_000;

  private static final Duration LONGEST_STILLNESS = Duration.ofSeconds(4);

  private final Plan plan;
  private final String name;
  private final Path folder;
  private final SplittableRandom random;
  private final Notebook notebook = new Notebook();
  private final Map<String, Integer> events = new LinkedHashMap<>();
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final List<Traffic> traffic = new ArrayList<>();
  private final Api api;
  private Gateway gateway;
  private volatile String step = "starts";

  Stage(String name, Plan plan) {
    this.plan = plan;
    this.name = name;
    this.folder = plan.folder().resolve(name).toAbsolutePath();
    // An experiment makes the same choices alone as among others.
    this.random = new SplittableRandom(plan.seed() * 31 + name.hashCode());
    empty(folder);
    this.api = closing(Api.start(folder));
  }

  private static void empty(Path folder) {
    try {
      // Of a run that was killed itself.
      Disk.unmountAll(folder);
      if (Files.exists(folder)) {
        try (Stream<Path> files = Files.walk(folder)) {
          for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
            Files.delete(file);
          }
        }
      }
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot empty " + folder, e);
    }
  }

  /** Will be closed at the end, the last one first. */
  <T extends AutoCloseable> T closing(T closeable) {
    open.push(closeable);
    return closeable;
  }

  /** The number for the full form, or the one for the short form. */
  int size(int full, int brief) {
    return plan.brief() ? brief : full;
  }

  /** How many rows the file has that is sent in the midst of kills. */
  int rows(int full, int brief) {
    return plan.rows().orElse(size(full, brief));
  }

  Duration seconds(double full, double brief) {
    return Duration.ofMillis((long) (1000 * (plan.brief() ? brief : full)));
  }

  /** A number from 1 to {@code most}. */
  int any(int most) {
    return 1 + random.nextInt(most);
  }

  SplittableRandom random() {
    return random;
  }

  Path folder() {
    return folder;
  }

  /** A folder for what experiments may share. */
  Path shared(String what) {
    return plan.folder().resolve(what).toAbsolutePath();
  }

  Api api() {
    return api;
  }

  Notebook notebook() {
    return notebook;
  }

  /** How long something may take that must happen in the end. */
  Duration patience() {
    return seconds(900, 120).multipliedBy(1 + plan.rows().orElse(0) / ROWS_IN_A_PATIENCE);
  }

  // --- Who plays -----------------------------------------------------------------------------

  /**
   * A gateway with its home in the folder of the experiment; not started yet.
   *
   * @param settings key, value, key, value…
   */
  Gateway gateway(String... settings) {
    return gateway(folder.resolve("home"), api.url(), settings);
  }

  /** As above, with another home and another way to the API. */
  Gateway gateway(Path home, String apiUrl, String... settings) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("sms.api.url", apiUrl);
    for (int i = 0; i < settings.length; i += 2) {
      all.put(settings[i], settings[i + 1]);
    }
    gateway = closing(new Gateway(home, folder.resolve("gateway.log"), all));
    return gateway;
  }

  HttpCallers http(Function<HttpCallers.Options, HttpCallers.Options> change) {
    HttpCallers.Options usual =
        new HttpCallers.Options(
            8, false, Habits.MIXED, Duration.ofSeconds(40), patience(), seconds(5, 0.5));
    return playing(
        new HttpCallers("h", notebook, gateway::url, change.apply(usual), random.split()));
  }

  JmsTraffic jms(JmsTraffic.Options options) {
    return jms(gateway.brokerUrl(), options);
  }

  JmsTraffic jms(String brokerUrl, JmsTraffic.Options options) {
    return playing(new JmsTraffic("j", notebook, () -> brokerUrl, options, random.split()));
  }

  FileTraffic files(FileTraffic.Options options) {
    return playing(new FileTraffic("f", notebook, gateway.data(), options, random.split()));
  }

  /** All three intakes at once, a little of each. */
  void mixedTraffic(Function<HttpCallers.Options, HttpCallers.Options> change) {
    http(change);
    jms(JmsTraffic.Options.steady());
    files(FileTraffic.Options.steady(size(500, 50)));
  }

  private <T extends Traffic> T playing(T client) {
    traffic.add(client);
    return closing(client);
  }

  // --- What happens --------------------------------------------------------------------------

  /** Says what is being done, for the progress line. */
  void step(String what) {
    step = what;
  }

  /** Counts something that was done to the gateway or its neighbours. */
  void event(String what) {
    int times = events.merge(what, 1, Integer::sum);
    step = times + " × " + what;
  }

  /** Waits until so many more answers of any kind came, or until none has come for a while. */
  void moreAnswers(long number) {
    long aim = notebook.answers() + number;
    long before = -1;
    while (notebook.answers() < aim && notebook.answers() > before) {
      long now = notebook.answers();
      before = now;
      Pause.until(() -> notebook.answers() > now, LONGEST_STILLNESS);
    }
  }

  /** As {@link #moreAnswers}, and it is wrong when they do not come. */
  void mustAnswer(long number, Duration patience) {
    long aim = notebook.answers() + number;
    if (!Pause.until(() -> notebook.answers() >= aim, patience)) {
      notebook.complain(
          "Expected " + number + " answers within " + patience.toSeconds() + " s after " + step);
    }
  }

  /** It is wrong when the health does not come to say this. */
  void mustHaveHealth(String status, Duration patience) {
    boolean came = Pause.until(() -> gateway.health().equals(status), patience, 200);
    if (!came) {
      notebook.complain(
          "Expected health "
              + status
              + " within "
              + patience.toSeconds()
              + " s after "
              + step
              + ", it is '"
              + gateway.health()
              + "'");
    }
  }

  /** Lets a fault last, and sees to it that nothing reaches the API meanwhile. */
  void nothingIsSentFor(Duration time, String why) {
    // What was on record before may still be on its way.
    Pause.of(Duration.ofSeconds(1));
    int before = api.accepted();
    Pause.of(time);
    int sent = api.accepted() - before;
    if (sent > 0) {
      notebook.complain(sent + " messages were sent although " + why);
    }
  }

  /** Lets all clients come to their end. */
  void drain() {
    traffic.forEach(Traffic::stop);
    step("drains");
    Duration patience = patience();
    long latest = System.nanoTime() + patience.toNanos();
    for (Traffic client : traffic) {
      if (!Pause.until(client::isDrained, Duration.ofNanos(latest - System.nanoTime()), 50)) {
        notebook.complain("Not at an end after " + patience.toSeconds() + " s: " + client.left());
      }
    }
  }

  /**
   * Repeats requests that were accepted: each must be answered so again, and nothing may be sent.
   * What was forgotten after it was acknowledged shows here. To be called when all is drained.
   */
  void askAgain(int most) {
    step("asks again");
    int before = api.sends();
    List<Request> sample = new ArrayList<>();
    for (Entry entry : notebook.entries()) {
      Request request = entry.request();
      boolean accepted = entry.last().filter(told -> told.is(State.ACCEPTED)).isPresent();
      if (accepted && request.isInOrder() && !request.key().isEmpty()) {
        sample.add(request);
      }
    }
    sample.sort(Comparator.comparing(Request::id));
    Collections.shuffle(sample, new Random(plan.seed()));
    HttpCallers.Options alone =
        new HttpCallers.Options(
            0, false, Habits.SIMPLE, Duration.ofSeconds(30), seconds(60, 20), seconds(1, 0.5));
    try (HttpCallers callers =
        new HttpCallers("again", notebook, gateway::url, alone, random.split())) {
      sample.stream().limit(most).forEach(request -> callers.ask(request, random));
    }
    int sent = api.sends() - before;
    if (sent > 0) {
      notebook.complain(
          sent + " calls went to the API for requests that had been acknowledged as accepted");
    }
  }

  // --- How it went ---------------------------------------------------------------------------

  /** For a person who waits. Thread-safe. */
  String progress() {
    return step + ", " + notebook.requested() + " asked, " + notebook.answers() + " answers";
  }

  /** Compares what was told with what the API accepted. To be called when all is drained. */
  Verdict verdict() {
    step("compares");
    askForUnreported();
    Verdict verdict = Verdict.compare(notebook, api.record());
    int open = 0;
    int parked = 0;
    for (Entry entry : notebook.entries()) {
      Optional<Told> last = entry.last();
      if (last.isEmpty() || entry.request().isInOrder() && last.get().mayAskAgain()) {
        open++;
      } else if (last.get().is(State.PARKED)) {
        parked++;
      }
    }
    if (open > 0) {
      notebook.complain(open + " requests never came to an outcome");
    }
    if (parked > 0) {
      notebook.complain(parked + " requests were left for a person to decide");
    }
    return verdict;
  }

  /** An outcome also counts when it has to be asked for. */
  private void askForUnreported() {
    if (gateway == null || !gateway.isRunning()) {
      return;
    }
    Status status = new Status(notebook, gateway::url);
    Collection<Accepted> record = api.record();
    for (Accepted accepted : record) {
      notebook
          .find(accepted.contactKey())
          .filter(entry -> entry.last().isEmpty())
          .ifPresent(entry -> status.ask(entry.request().withKey(accepted.key())));
    }
  }

  /** What was done, and how much was asked for. */
  String happened() {
    Stream<String> done =
        events.entrySet().stream()
            .map(event -> (event.getValue() == 1 ? "" : event.getValue() + " × ") + event.getKey());
    Stream<String> counted =
        notebook.counts().entrySet().stream().map(count -> count.getValue() + " " + count.getKey());
    return Stream.of(done, Stream.of(notebook.requested() + " requests"), counted)
        .flatMap(text -> text)
        .collect(Collectors.joining(", "));
  }

  /** Writes all findings where the logs are. */
  void keep(Verdict verdict) {
    try {
      Files.write(
          folder.resolve(FINDINGS),
          Stream.concat(
                  notebook.complaints().stream(),
                  verdict.findings().stream().map(Verdict.Finding::toString))
              .toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    while (!open.isEmpty()) {
      AutoCloseable next = open.pop();
      try {
        next.close();
      } catch (Exception e) {
        notebook.complain(next.getClass().getSimpleName() + " could not be closed: " + e);
      }
    }
  }
}
