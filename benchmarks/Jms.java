import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/**
 * How quick messages of a full queue reach the API, against requests over HTTP in the same run, by
 * the same bundle, with its embedded broker and its ledger on disk. Run it with benchmarks/jms.
 */
public final class Jms {
  private static final Path WORK = Path.of("target", "benchmarks", "jms").toAbsolutePath();
  private static final Pattern BROKER = Pattern.compile("broker=embedded url=(tcp://\\S+)");
  private static final int IN_A_TRANSACTION = 500;
  private static final String BODY =
      "{\"definitionKey\":\"account-reset\",\"messageKey\":\"%s\",\"recipient\":{\"contactKey\":"
          + "\"ada@example.com\",\"to\":\"14255550123\",\"attributes\":{\"FirstName\":\"Ada\","
          + "\"password\":\"Tulip-41\"}}}";

  private Jms() {}

  public static void main(String[] args) throws Exception {
    int messages = Integer.getInteger("messages", 60_000);
    int rounds = Integer.getInteger("rounds", 3);
    int seconds = Integer.getInteger("seconds", 10);
    int warmUp = Integer.getInteger("warm-up", 60);
    int connections = Integer.getInteger("connections", 64);
    int latency = Integer.getInteger("latency", 0);
    Work.clear(WORK);
    try (Subject api = Nginx.api(WORK, latency);
        Subject bundle =
            Subject.bundle(
                "bundle",
                Path.of(System.getProperty("java.home"), "bin", "java"),
                api,
                WORK.resolve("ledger.db"),
                "sms.jms.port=0",
                "sms.jms.directory=" + WORK.resolve("broker"))) {
      String broker = bundle.said(BROKER);
      Path ledger = WORK.resolve("ledger.db");
      System.out.printf(
          "%d messages, %d connections, API in %d ms, %d processors, Java %s%n%n",
          messages,
          connections,
          latency,
          Runtime.getRuntime().availableProcessors(),
          Runtime.version());
      Wrk.send(bundle.url(), connections, Math.max(1, warmUp / 2), "w");
      for (int done = 0; done < warmUp * 500; done += messages) {
        drained(broker, ledger, bundle, messages, "w" + done);
      }
      List<Rate> http = new ArrayList<>();
      List<Rate> jms = new ArrayList<>();
      for (int i = 0; i < rounds; i++) {
        long before = bundle.processorMicros();
        Wrk.Result result = Wrk.send(bundle.url(), connections, seconds, "h" + i);
        http.add(
            new Rate(
                result.rate(), (bundle.processorMicros() - before) / (double) result.requests()));
        jms.add(drained(broker, ledger, bundle, messages, "j" + i));
      }
      print("HTTP", http);
      print("JMS, full queue", jms);
      System.out.printf(
          "ratio JMS / HTTP %.2f x   (resident %d MB, %d threads)%n",
          median(jms) / median(http), bundle.residentMb(), bundle.threads());
    }
    Work.clear(WORK);
  }

  private record Rate(double rate, double processorMicros) {}

  private static void print(String name, List<Rate> rates) {
    System.out.printf(
        "%-16s %8.0f/s (%s), %.0f µs of processor a message%n",
        name,
        median(rates),
        String.join(
            ", ", rates.stream().map(r -> String.format(Locale.ROOT, "%.0f", r.rate)).toList()),
        rates.stream().mapToDouble(Rate::processorMicros).sorted().toArray()[rates.size() / 2]);
  }

  private static double median(List<Rate> rates) {
    double[] sorted = rates.stream().mapToDouble(Rate::rate).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  /** Fills the queue, and measures from then on until it is nearly empty. */
  private static Rate drained(
      String broker, Path ledger, Subject bundle, int messages, String prefix)
      throws JMSException, SQLException, InterruptedException {
    long before = ended(ledger);
    put(broker, messages, prefix);
    long begin = System.nanoTime();
    long first = ended(ledger);
    long processor = bundle.processorMicros();
    long goal = before + messages * 95L / 100;
    long now = first;
    while (now < goal) {
      TimeUnit.MILLISECONDS.sleep(100);
      now = ended(ledger);
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    Rate rate =
        new Rate(
            (now - first) / seconds,
            (bundle.processorMicros() - processor) / (double) (now - first));
    while (ended(ledger) < before + messages) {
      TimeUnit.MILLISECONDS.sleep(100);
    }
    return rate;
  }

  private static void put(String broker, int messages, String prefix) throws JMSException {
    try (ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(broker);
        Connection connection = factory.createConnection();
        Session session = connection.createSession(true, Session.SESSION_TRANSACTED);
        MessageProducer producer = session.createProducer(session.createQueue("sms.send"))) {
      for (int i = 1; i <= messages; i++) {
        producer.send(session.createTextMessage(String.format(BODY, prefix + "-" + i)));
        if (i % IN_A_TRANSACTION == 0 || i == messages) {
          session.commit();
        }
      }
    }
  }

  /** How many messages have an outcome: the primary key's size, less those under way. */
  private static long ended(Path ledger) throws SQLException {
    if (!Files.exists(ledger)) {
      return 0;
    }
    try (java.sql.Connection connection = DriverManager.getConnection("jdbc:sqlite:" + ledger);
        ResultSet rows =
            connection
                .createStatement()
                .executeQuery(
                    "SELECT (SELECT MAX(rowid) FROM message)"
                        + " - (SELECT COUNT(*) FROM message WHERE owner IS NOT NULL)")) {
      rows.next();
      return rows.getLong(1);
    }
  }
}
