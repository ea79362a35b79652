import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * What honest callers notice of connections that only cost: silent ones, half headers, bodies that
 * do not end, answers that are not read, idle ones. Those that the bundle closes are opened again,
 * so that there are always as many. Run it with benchmarks/slow-sockets.
 */
public final class SlowSockets {
  private static final Path WORK = Path.of("target", "benchmarks", "slow-sockets").toAbsolutePath();
  private static final String BODY =
      "{\"definitionKey\":\"account-reset\",\"recipient\":{\"contactKey\":\"ada@example.com\","
          + "\"to\":\"14255550123\",\"attributes\":{\"FirstName\":\"Ada\","
          + "\"password\":\"Tulip-41\"}}}";

  private static final int SOCKETS = Integer.getInteger("sockets", 2_000);
  private static final int RATE = Integer.getInteger("rate", 200);
  private static final int SECONDS = Integer.getInteger("seconds", 15);
  private static final int SETTLE = Integer.getInteger("settle", 5);
  private static final int WARM_UP = Integer.getInteger("warm-up", 30);
  private static final List<String> KINDS =
      List.of("silent", "half-headers", "slow-body", "slow-reader", "idle");

  private SlowSockets() {}

  public static void main(String[] args) throws Exception {
    Work.clear(WORK);
    List<String> json = new ArrayList<>();
    try (Subject api = Nginx.api(WORK, 0);
        Subject bundle =
            Subject.bundle(
                "bundle",
                Path.of(System.getProperty("java.home"), "bin", "java"),
                api,
                WORK.resolve("ledger.db"),
                "sms.jms.enabled=false");
        OpenLoop load = new OpenLoop(bundle.url(), 1_000, 10_000)) {
      System.out.printf(
          "%d honest requests/s, %d s each after %d s; %d processors, Java %s%n%n",
          RATE, SECONDS, WARM_UP, Runtime.getRuntime().availableProcessors(), Runtime.version());
      System.out.printf(
          "%-14s %8s %9s %11s %7s %8s %8s %6s%n",
          "others", "sockets", "reopened", "accepted/s", "not", "p50 ms", "p99 ms", "MB");
      load.offer(RATE, WARM_UP);
      double alone = measure("none", List.of(), bundle, load, json);
      for (String kind : Work.list("kinds", String.join(",", KINDS) + ",all")) {
        double p99 = measure(kind, kind.equals("all") ? KINDS : List.of(kind), bundle, load, json);
        System.out.printf("%-14s ratio of p99 to that without: %.1f x%n", "", p99 / alone);
      }
    }
    Work.json("slow-sockets", json);
    Work.clear(WORK);
  }

  private static double measure(
      String name, List<String> kinds, Subject bundle, OpenLoop load, List<String> json)
      throws IOException, InterruptedException {
    try (Others others = new Others(bundle.url(), kinds)) {
      // What they ask for before they stop, as honest callers would.
      load.offer(RATE, SETTLE);
      OpenLoop.Result result = load.offer(RATE, SECONDS);
      long not = Math.round((result.offeredRate() - result.acceptedRate()) * SECONDS);
      System.out.printf(
          "%-14s %8d %9d %11.0f %7d %8.1f %8.1f %6d%n",
          name,
          kinds.size() * SOCKETS,
          others.reopened,
          result.acceptedRate(),
          not,
          result.acceptedMs(50),
          result.acceptedMs(99),
          bundle.residentMb());
      json.add(
          String.format(
              Locale.ROOT,
              "  {\"others\": \"%s\", \"sockets\": %d, \"acceptedPerSecond\": %.0f,"
                  + " \"notAccepted\": %d, \"p50Ms\": %.1f, \"p99Ms\": %.1f, \"residentMb\": %d}",
              name,
              kinds.size() * SOCKETS,
              result.acceptedRate(),
              not,
              result.acceptedMs(50),
              result.acceptedMs(99),
              bundle.residentMb()));
      return result.acceptedMs(99);
    }
  }

  private static byte[] begin(String kind) {
    String line = "POST /messaging/v1/sms/messages/";
    String head = " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    String length = head + "Content-Length: ";
    String many = "{\"recipients\":[{\"a\":1}]}";
    String sent =
        switch (kind) {
          case "silent" -> "";
          case "half-headers" -> line + "x" + head + "X-Slow: ";
          case "slow-body" -> line + "x" + length + BODY.length() + "\r\n\r\n{";
          case "slow-reader" -> line + length + many.length() + "\r\n\r\n" + many;
          case "idle" -> "GET /messaging/v1/sms/messages/x" + head + "\r\n";
          default -> throw new IllegalArgumentException("Expected some of " + KINDS);
        };
    return sent.getBytes(StandardCharsets.US_ASCII);
  }

  /** The connections of all others, kept open by a thread. */
  private static final class Others implements AutoCloseable {
    private final InetSocketAddress address;
    private final List<byte[]> begins = new ArrayList<>();
    private final List<SocketChannel> channels = new ArrayList<>();
    private final BitSet slowReaders = new BitSet();
    private final ByteBuffer answer = ByteBuffer.allocate(64 * 1024);
    private final Thread keeper = new Thread(this::keep, "others");
    private volatile boolean closed;
    private volatile int reopened;

    Others(String url, List<String> kinds) throws IOException, InterruptedException {
      URI uri = URI.create(url);
      address = new InetSocketAddress(uri.getHost(), uri.getPort());
      for (int i = 0; i < SOCKETS; i++) {
        for (String kind : kinds) {
          slowReaders.set(begins.size(), kind.equals("slow-reader"));
          begins.add(begin(kind));
          channels.add(open(begins.get(begins.size() - 1)));
        }
      }
      keeper.setDaemon(true);
      keeper.start();
    }

    private SocketChannel open(byte[] begin) throws IOException {
      SocketChannel channel = SocketChannel.open();
      channel.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
      channel.connect(address);
      channel.write(ByteBuffer.wrap(begin));
      channel.configureBlocking(false);
      return channel;
    }

    private void keep() {
      while (!closed) {
        for (int i = 0; i < channels.size() && !closed; i++) {
          try {
            if (isOver(channels.get(i), slowReaders.get(i))) {
              channels.get(i).close();
              channels.set(i, open(begins.get(i)));
              reopened++;
            }
          } catch (IOException e) {
            // It is tried again in the next round.
          }
        }
        try {
          TimeUnit.MILLISECONDS.sleep(200);
        } catch (InterruptedException e) {
          return;
        }
      }
    }

    /** A slow reader takes a byte at a time. */
    private boolean isOver(SocketChannel channel, boolean slowReader) {
      answer.clear().limit(slowReader ? 1 : answer.capacity());
      try {
        return !channel.isOpen() || channel.read(answer) < 0;
      } catch (IOException e) {
        return true;
      }
    }

    @Override
    public void close() throws IOException, InterruptedException {
      closed = true;
      keeper.interrupt();
      keeper.join();
      for (SocketChannel channel : channels) {
        channel.close();
      }
    }
  }
}
