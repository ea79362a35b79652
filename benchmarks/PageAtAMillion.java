import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.smsroutes.ledger.LedgerOptions;
import dev.smsroutes.ledger.jdbc.JdbcLedger;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What the operators' page costs at a million messages. Fills a ledger directly, starts the bundle
 * on it, and asks each question of the page; then many viewers ask all of them at once, and the
 * ledger's writer is watched. Run it with benchmarks/page.
 */
public final class PageAtAMillion {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Path FOLDER = Path.of("target/benchmarks/page");
  private static final int FILES = 2_000;
  private static final int EVENTS_OF_ONE = 5_000;
  private static final int IN_A_TRANSACTION = 100_000;
  private static final long LIMIT_BYTES = 200_000;
  private static final int SQLITE_BUSY = 5;
  private static final String LOCK_TIMED_OUT = "55P03";
  private static final HttpClient CLIENT =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();

  /** The last ones are so few that a search for them meets all others first. */
  private static final String[] STATES =
      Stream.of(
              IntStream.range(0, 75).mapToObj(i -> "ACCEPTED"),
              IntStream.range(0, 15).mapToObj(i -> "REFUSED"),
              Stream.of("UNCERTAIN", "UNCERTAIN", "UNCERTAIN", "WAITING", "WAITING", "WAITING"),
              Stream.of("PARKED", "PARKED", "PARKED", "ACCEPTED_EARLIER"))
          .flatMap(Function.identity())
          .toArray(String[]::new);

  private PageAtAMillion() {}

  /** A question of the page; a body makes it a POST. */
  private record Question(String name, String path, String body) {
    Question(String name, String path) {
      this(name, path, null);
    }
  }

  public static void main(String[] args) throws Exception {
    int messages = Integer.getInteger("messages", 1_000_000);
    System.out.printf(
        "%,d messages, %d viewers, %d s each, %d requests/s, %d processors, Java %s%n%n",
        messages,
        Integer.getInteger("viewers", 8),
        Integer.getInteger("seconds", 15),
        Integer.getInteger("rate", 100),
        Runtime.getRuntime().availableProcessors(),
        Runtime.version());
    List<String> json = new ArrayList<>();
    List<String> stores = Work.list("stores", "sqlite,postgresql");
    if (stores.contains("sqlite")) {
      Work.clear(FOLDER);
      measure("sqlite", "jdbc:sqlite:" + FOLDER.resolve("ledger.db"), "", messages, json);
    }
    if (stores.contains("postgresql")) {
      Work.clear(FOLDER);
      try (EmbeddedPostgres server =
          EmbeddedPostgres.builder()
              .setDataDirectory(FOLDER.resolve("postgresql"))
              .setServerConfig("fsync", "on")
              .setServerConfig("synchronous_commit", "on")
              .start()) {
        // The login is a setting of its own.
        String url = "jdbc:postgresql://localhost:" + server.getPort() + "/postgres";
        measure("postgresql", url, "postgres", messages, json);
      }
    }
    Work.json("page", json);
  }

  private static void measure(
      String store, String url, String user, int messages, List<String> json) throws Exception {
    JdbcLedger.open(
            new LedgerOptions(
                url,
                Optional.of(user).filter(name -> !name.isEmpty()),
                Optional.empty(),
                Duration.ofDays(7),
                Duration.ofDays(30),
                false),
            Clock.systemUTC())
        .close();
    fill(url, user, messages);
    int port = Work.freePort();
    try (Subject bundle = bundle(url, user, port)) {
      Page page = new Page("http://127.0.0.1:" + port);
      files(page);
      List<Question> questions = questions(page, messages);
      answers(store, page, questions, json);
      writer(store, bundle, page, questions, url, user, json);
    }
  }

  private static Subject bundle(String url, String user, int port) throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of(System.getProperty("gateway.options", "-Xmx512m").trim().split("\\s+")));
    arguments.addAll(
        List.of("-cp", System.getProperty("java.class.path"), "dev.smsroutes.SmsRoutes", "serve"));
    List<String> settings =
        new ArrayList<>(
            List.of(
                "sms.sandbox.port=0",
                "sms.http.port=0",
                "sms.management.port=" + port,
                "sms.jms.port=0",
                "sms.jms.directory=" + FOLDER.resolve("broker"),
                "sms.file.poll-delay=200ms",
                "sms.file.min-age=0ms",
                "sms.ledger.user=" + user,
                "sms.ledger.url=" + url));
    for (String name : List.of("inbox", "results", "done", "failed")) {
      settings.add("sms.file." + name + "=" + FOLDER.resolve(name));
    }
    settings.addAll(Work.list("set", ""));
    settings.forEach(setting -> arguments.add("--set=" + setting));
    return Subject.java("bundle", Path.of(System.getProperty("java.home"), "bin/java"), arguments);
  }

  // ---- what is there

  private static Connection connect(String url, String user) throws SQLException {
    Properties properties = new Properties();
    if (!user.isEmpty()) {
      properties.setProperty("user", user);
    }
    return DriverManager.getConnection(url, properties);
  }

  private static String key(int i) {
    return "message-%07d".formatted(i);
  }

  private static void fill(String url, String user, int messages) throws SQLException {
    long start = System.nanoTime();
    long first = System.currentTimeMillis() - Duration.ofDays(6).toMillis();
    long apart = Duration.ofDays(6).toMillis() / messages;
    String separator = url.contains("postgresql") ? "?reWriteBatchedInserts=true" : "";
    try (Connection connection = connect(url + separator, user);
        Statement statement = connection.createStatement()) {
      if (user.isEmpty()) {
        statement.execute("PRAGMA cache_size = -1000000");
        statement.execute("PRAGMA synchronous = OFF");
      }
      connection.setAutoCommit(false);
      try (PreparedStatement insert =
              connection.prepareStatement(
                  "INSERT INTO message (message_key, fingerprint, definition_key, channel, source,"
                      + " state, accepted, uncertain, attempts, admitted_at, first_attempt_at,"
                      + " last_attempt_at, changed_at, request_id, code, detail, claim, caller,"
                      + " request) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?)");
          PreparedStatement event =
              connection.prepareStatement(
                  "INSERT INTO event (message_key, at, what, code, detail) VALUES (?, ?, ?, ?, ?)")) {
        for (int i = 0; i < messages; i++) {
          insert(insert, event, i, messages, first + i * apart);
          if (i % 1_000 == 999) {
            insert.executeBatch();
            event.executeBatch();
          }
          if (i % IN_A_TRANSACTION == IN_A_TRANSACTION - 1) {
            connection.commit();
          }
        }
        for (int i = 0; i < EVENTS_OF_ONE; i++) {
          event(event, key(messages - 1), first + i, "UNCERTAIN");
        }
        insert.executeBatch();
        event.executeBatch();
        connection.commit();
      }
      connection.setAutoCommit(true);
      statement.execute(user.isEmpty() ? "PRAGMA wal_checkpoint(TRUNCATE)" : "VACUUM ANALYZE");
    }
    System.err.printf(
        "%,d messages after %d s%n", messages, (System.nanoTime() - start) / 1_000_000_000);
  }

  private static void insert(
      PreparedStatement insert, PreparedStatement event, int i, int messages, long at)
      throws SQLException {
    String state = messages - i <= 10 ? "DUPLICATE" : STATES[i % STATES.length];
    boolean accepted = state.startsWith("ACCEPTED");
    boolean open = List.of("UNCERTAIN", "WAITING", "PARKED").contains(state);
    insert.setString(1, key(i));
    insert.setString(2, "0123456789abcdef0123456789abcdef");
    insert.setString(3, "definition-" + i % 40);
    insert.setString(4, List.of("http", "jms", "file").get(i % 3));
    insert.setString(5, i % 3 == 2 ? "newsletter-" + i / 10_000 + ".csv:" + i : "127.0.0.1");
    insert.setString(6, state);
    insert.setInt(7, accepted ? 1 : 0);
    insert.setInt(8, state.equals("UNCERTAIN") || state.equals("PARKED") ? 1 : 0);
    for (int column = 9; column <= 12; column++) {
      insert.setLong(column, at);
    }
    insert.setString(13, "request-" + i);
    insert.setInt(14, accepted ? 0 : 30_000);
    insert.setString(15, accepted ? "" : "The API did not say why. ".repeat(8));
    insert.setString(16, "caller-" + i % 50);
    insert.setString(
        17,
        open
            ? "{\"definitionKey\":\"account-reset\",\"recipient\":{\"contactKey\":\"c\",\"to\":"
                + "\"+4915112345678\",\"attributes\":{\"FirstName\":\"Ada\",\"password\":\"one\"}}}"
            : null);
    insert.addBatch();
    if (open) {
      event(event, key(i), at, "UNCERTAIN");
    }
  }

  private static void event(PreparedStatement event, String key, long at, String what)
      throws SQLException {
    event.setString(1, key);
    event.setLong(2, at);
    event.setString(3, what);
    event.setInt(4, 30_000);
    event.setString(5, "The API did not answer. ".repeat(8));
    event.addBatch();
  }

  /** One file that the bundle has sent, and as many summaries as it would have left after years. */
  private static void files(Page page) throws Exception {
    Path inbox = FOLDER.resolve("inbox");
    Files.writeString(
        inbox.resolve(".newsletter.csv"),
        "definitionKey,messageKey,contactKey,to,FirstName,password\n"
            + "account-reset,first-of-file,c1,+4915112345678,Ada,one\n");
    Files.move(inbox.resolve(".newsletter.csv"), inbox.resolve("newsletter.csv"));
    Path summary = FOLDER.resolve("results/newsletter.csv.summary.json");
    for (int i = 0; i < 300 && Files.notExists(summary); i++) {
      TimeUnit.MILLISECONDS.sleep(100);
    }
    String text = Files.readString(summary);
    for (int i = 1; i <= FILES; i++) {
      String name = "newsletter-" + i + ".csv";
      Files.writeString(
          FOLDER.resolve("results").resolve(name + ".summary.json"),
          text.replace("newsletter.csv", name));
    }
  }

  // ---- questions and answers

  private static final class Page {
    private final String url;
    private final String token;

    Page(String url) throws Exception {
      this.url = url;
      token = JSON.readTree(ask(new Question("", "session"), "").body()).path("token").asText();
    }

    HttpResponse<String> ask(Question question) {
      return ask(question, token);
    }

    private HttpResponse<String> ask(Question question, String shown) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(url + "/page/api/" + question.path()))
              .timeout(Duration.ofSeconds(60));
      if (question.body() != null) {
        request
            .header("SMS-Routes-Token", shown)
            .POST(BodyPublishers.ofString(question.body(), StandardCharsets.UTF_8));
      }
      try {
        HttpResponse<String> answer = CLIENT.send(request.build(), BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
          throw new IllegalStateException(
              question.path() + ": " + answer.statusCode() + " " + answer.body());
        }
        return answer;
      } catch (IOException e) {
        throw new IllegalStateException(question.path(), e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }

    /** A page of a list in its middle. */
    String later(String list) throws IOException {
      JsonNode next = JSON.readTree(ask(new Question("", list)).body()).path("next");
      return next.isMissingNode()
          ? list
          : list
              + "&at="
              + (next.path("at").asLong() + Duration.ofDays(3).toMillis())
              + "&key="
              + URLEncoder.encode(next.path("key").asText(), StandardCharsets.UTF_8);
    }

    /** The first news of a listener: what all views have to tell. */
    int events() throws Exception {
      HttpResponse<Stream<String>> answer =
          CLIENT.send(
              HttpRequest.newBuilder(URI.create(url + "/page/api/events")).build(),
              BodyHandlers.ofLines());
      try (Stream<String> lines = answer.body()) {
        return lines
            .filter(line -> line.startsWith("data:"))
            .limit(2)
            .mapToInt(line -> line.getBytes(StandardCharsets.UTF_8).length)
            .sum();
      }
    }
  }

  private static List<Question> questions(Page page, int messages) throws Exception {
    List<Question> questions =
        new ArrayList<>(
            List.of(new Question("overview", "overview"), new Question("files", "files")));
    for (String state : List.of("PARKED", "UNCERTAIN", "WAITING", "REFUSED", "DUPLICATE")) {
      String list = "messages?state=" + state;
      questions.add(new Question(state.toLowerCase() + ", first", list));
      if (!state.equals("DUPLICATE")) {
        questions.add(new Question(state.toLowerCase() + ", later", page.later(list)));
      }
    }
    int parked = messages / 2 / STATES.length * STATES.length + STATES.length - 2;
    questions.add(new Question("one message", "message?key=" + key(parked)));
    questions.add(
        new Question("one with " + EVENTS_OF_ONE + " events", "message?key=" + key(messages - 1)));
    questions.add(
        new Question(
            "dry run of a replay",
            "messages/replay",
            "{\"key\":\"" + key(parked) + "\",\"dryRun\":true}"));
    questions.add(new Question("dead letters", "letters?queue=dead"));
    questions.add(new Question("definitions", "definitions"));
    questions.add(new Question("one definition", "definition?key=account-reset"));
    questions.add(
        new Question(
            "preview",
            "definitions/preview",
            "{\"text\":\"Hello %%FirstName%%\",\"attributes\":{\"FirstName\":\"Ada\"}}"));
    return questions;
  }

  private static void answers(String store, Page page, List<Question> questions, List<String> json)
      throws Exception {
    System.out.println("| " + store + " | bytes | first ms | median ms | longest ms |");
    System.out.println("|---|---:|---:|---:|---:|");
    for (Question question : questions) {
      double[] millis = new double[21];
      int bytes = 0;
      for (int i = 0; i < millis.length; i++) {
        long start = System.nanoTime();
        bytes = page.ask(question).body().getBytes(StandardCharsets.UTF_8).length;
        millis[i] = (System.nanoTime() - start) / 1e6;
      }
      double first = millis[0];
      Arrays.sort(millis, 1, millis.length);
      double longest = millis[millis.length - 1];
      System.out.printf(
          "| %s | %,d%s | %.1f | %.1f | %.1f |%n",
          question.name(),
          bytes,
          bytes > LIMIT_BYTES ? " (too large)" : "",
          first,
          millis[millis.length / 2],
          longest);
      json.add(
          "{\"store\": \"%s\", \"question\": \"%s\", \"bytes\": %d, \"medianMs\": %.2f, \"longestMs\": %.2f}"
              .formatted(store, question.name(), bytes, millis[millis.length / 2], longest));
    }
    System.out.printf("| events, first news | %,d | | | |%n%n", page.events());
  }

  // ---- the writer

  private static void writer(
      String store,
      Subject bundle,
      Page page,
      List<Question> questions,
      String url,
      String user,
      List<String> json)
      throws Exception {
    int viewers = Integer.getInteger("viewers", 8);
    // Warms up.
    load(bundle, page, questions, viewers, "warm-up-");
    System.out.println(
        "| "
            + store
            + " | asked for the lock | refused | longest ms | commits then | request p50 ms | p99 ms | longest ms | answers/s"
            + " |");
    System.out.println("|---|---:|---:|---:|---:|---:|---:|---:|---:|");
    for (int i = 0; i < 4; i++) {
      int looking = i % 2 == 0 ? 0 : viewers;
      double committed = count(metrics(page));
      double[] locks = locks(page, questions, looking, url, user);
      String metrics = metrics(page);
      committed = count(metrics) - committed;
      long[] asked = new long[1];
      double[] requests = load(bundle, page, questions, looking, "load-" + i + "-", asked);
      System.out.printf(
          "| %s | %,d | %,d | %.2f | %.0f | %.1f | %.1f | %.1f | %.0f |%n",
          looking == 0 ? "nobody looks" : viewers + " viewers",
          locks.length,
          Arrays.stream(locks).filter(wait -> wait > 0).count(),
          at(locks, 1),
          committed,
          at(requests, 0.5),
          at(requests, 0.99),
          at(requests, 1),
          asked[0] / (double) Integer.getInteger("seconds", 15));
      System.out.println("  commits: " + commits(metrics, metrics(page)));
      json.add(
          "{\"store\": \"%s\", \"viewers\": %d, \"lockLongestMs\": %.2f, \"requestP99Ms\": %.2f}"
              .formatted(store, looking, at(locks, 1), at(requests, 0.99)));
    }
    System.out.println();
  }

  private static double at(double[] sorted, double part) {
    return sorted.length == 0 ? 0 : sorted[(int) Math.min(sorted.length - 1, sorted.length * part)];
  }

  /**
   * How long another writer waits for what the ledger's writer needs, while the latter rests. It
   * does not wait in line, but asks until it gets the lock: then only those count to whom it was
   * refused, because another connection held it, and not the time that a busy machine takes.
   */
  private static double[] locks(
      Page page, List<Question> questions, int viewers, String url, String user) throws Exception {
    List<Double> millis = new ArrayList<>();
    AtomicBoolean over = new AtomicBoolean();
    try (Viewers looking = new Viewers(page, questions, viewers, over);
        Connection connection = connect(url, user);
        Statement statement = connection.createStatement()) {
      statement.execute(user.isEmpty() ? "PRAGMA busy_timeout = 0" : "SET lock_timeout = '1ms'");
      String[] lock =
          user.isEmpty()
              ? new String[] {"BEGIN IMMEDIATE"}
              : new String[] {
                "BEGIN", "UPDATE message SET claim = claim WHERE message_key = '" + key(4) + "'"
              };
      long end = System.nanoTime() + seconds();
      while (System.nanoTime() < end) {
        long start = System.nanoTime();
        boolean refused = false;
        while (!isTaken(statement, lock)) {
          refused = true;
        }
        millis.add(refused ? (System.nanoTime() - start) / 1e6 : 0);
        statement.execute("ROLLBACK");
        TimeUnit.MILLISECONDS.sleep(2);
      }
    }
    return millis.stream().mapToDouble(Double::doubleValue).sorted().toArray();
  }

  private static boolean isTaken(Statement statement, String[] lock) throws SQLException {
    try {
      for (String sql : lock) {
        statement.execute(sql);
      }
      return true;
    } catch (SQLException e) {
      if (LOCK_TIMED_OUT.equals(e.getSQLState())) {
        statement.execute("ROLLBACK");
      } else if ((e.getErrorCode() & 0xff) != SQLITE_BUSY) {
        throw e;
      }
      return false;
    }
  }

  private static long seconds() {
    return TimeUnit.SECONDS.toNanos(Integer.getInteger("seconds", 15));
  }

  private static double[] load(
      Subject bundle, Page page, List<Question> questions, int viewers, String prefix)
      throws Exception {
    return load(bundle, page, questions, viewers, prefix, new long[1]);
  }

  /** Latency of requests that come evenly, each with a new key. */
  private static double[] load(
      Subject bundle, Page page, List<Question> questions, int viewers, String prefix, long[] asked)
      throws Exception {
    int rate = Integer.getInteger("rate", 100);
    List<Double> millis = Collections.synchronizedList(new ArrayList<>());
    AtomicBoolean over = new AtomicBoolean();
    Viewers looking = new Viewers(page, questions, viewers, over);
    try (looking) {
      long begin = System.nanoTime();
      for (long i = 0; i < rate * seconds() / 1_000_000_000; i++) {
        long due = begin + i * 1_000_000_000 / rate;
        long wait = due - System.nanoTime();
        if (wait > 0) {
          TimeUnit.NANOSECONDS.sleep(wait);
        }
        CLIENT
            .sendAsync(
                HttpRequest.newBuilder(
                        URI.create(bundle.url() + "/messaging/v1/sms/messages/" + prefix + i))
                    .header("Content-Type", "application/json")
                    .POST(
                        BodyPublishers.ofString(
                            "{\"definitionKey\":\"account-reset\",\"recipient\":{\"contactKey\":"
                                + "\"c\",\"to\":\"+4915112345678\",\"attributes\":{\"FirstName\":"
                                + "\"Ada\",\"password\":\"one\"}}}"))
                    .build(),
                BodyHandlers.discarding())
            .thenAccept(answer -> millis.add((System.nanoTime() - due) / 1e6));
      }
      TimeUnit.SECONDS.sleep(1);
    }
    asked[0] = looking.asked.sum();
    synchronized (millis) {
      return millis.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    }
  }

  /** People who look: each asks one question after the other, in no order. */
  private static final class Viewers implements AutoCloseable {
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicBoolean over;
    private final LongAdder asked = new LongAdder();

    Viewers(Page page, List<Question> questions, int viewers, AtomicBoolean over) {
      this.over = over;
      for (int i = 0; i < viewers; i++) {
        threads.submit(
            () -> {
              while (!over.get()) {
                page.ask(questions.get(ThreadLocalRandom.current().nextInt(questions.size())));
                asked.increment();
              }
              return null;
            });
      }
    }

    @Override
    public void close() throws InterruptedException {
      over.set(true);
      threads.shutdown();
      threads.awaitTermination(60, TimeUnit.SECONDS);
    }
  }

  private static String metrics(Page page) throws Exception {
    return CLIENT
        .send(
            HttpRequest.newBuilder(URI.create(page.url + "/observe/metrics")).build(),
            BodyHandlers.ofString())
        .body();
  }

  /** How many commits there were: of messages, and of the signs of life of the node. */
  private static double count(String metrics) {
    Matcher count =
        Pattern.compile("(?m)^sms_ledger_commit_seconds_count.* ([\\d.E]+)$").matcher(metrics);
    return count.find() ? Double.parseDouble(count.group(1)) : 0;
  }

  /** How many commits took up to so many seconds. */
  private static String commits(String before, String after) {
    Pattern bucket =
        Pattern.compile("(?m)^sms_ledger_commit_seconds_bucket\\{.*?le=\"([^\"]+)\"\\} ([\\d.E]+)");
    List<String> shown = new ArrayList<>();
    Matcher now = bucket.matcher(after);
    Matcher then = bucket.matcher(before);
    double below = 0;
    while (now.find() && then.find()) {
      double count = Double.parseDouble(now.group(2)) - Double.parseDouble(then.group(2));
      if (count > below) {
        shown.add("%.0f up to %s s".formatted(count - below, now.group(1)));
      }
      below = count;
    }
    return String.join(", ", shown);
  }
}
