import dev.smsroutes.access.Access;
import dev.smsroutes.batch.check.BatchCheck;
import dev.smsroutes.batch.check.BatchCheck.Pacing;
import dev.smsroutes.batch.check.BatchPlan;
import dev.smsroutes.batch.format.BatchLimits;
import dev.smsroutes.batch.format.JsonRequests;
import dev.smsroutes.config.Configuration;
import dev.smsroutes.contactpolicy.ContactPolicy;
import dev.smsroutes.definition.DefinitionDirectory;
import dev.smsroutes.intake.request.RequestReader;
import dev.smsroutes.ledger.LedgerPreview;
import dev.smsroutes.model.Prepared;
import dev.smsroutes.model.SendRequest;
import dev.smsroutes.pipeline.DryRun;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.zip.GZIPOutputStream;

/**
 * What a row costs before it reaches the ledger: reading and rendering, by the product's own steps,
 * on one thread.
 *
 * <p>Steps: `bytes` reads the file and hashes it, which is what any reader must do; `rows` is all
 * of the product's reading (once to its end to be sure of it, once for the rows) up to parsed
 * requests, and the totals of a check; `render` takes parsed requests through constraints,
 * definition, substitution and the counting of parts, without any file; `check` is all of it
 * together, with a look at keys that occur twice. Run it with benchmarks/read-render.
 */
public final class ReadRender {
  /** As many requests are held; they are rendered again and again. */
  private static final int HELD = 5_000;

  /** How many rows `check` looks at together. */
  private static final int PAGE = 200;

  private static final int LEAST_ROWS = 200_000;

  private static final RequestReader READER = new RequestReader(500);
  private static final JsonRequests REQUESTS =
      (json, key) -> READER.standalone(json, n -> n == 0 ? key : key + "-" + n);

  /** As a site has them that sets none. */
  private static final BatchLimits LIMITS = Configuration.read(Map.of()).files().limits(false);

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private static long unused;

  private ReadRender() {}

  /**
   * @param cpuSeconds of the thread: less than the seconds where other work is in the way
   */
  private record Timed(String step, int rows, long bytes, double seconds, double cpuSeconds) {}

  @FunctionalInterface
  private interface Task {
    void run() throws Exception;
  }

  public static void main(String[] args) throws Exception {
    int[] sizes =
        Arrays.stream(System.getProperty("rows", "10000,1000000").split(","))
            .mapToInt(Integer::parseInt)
            .toArray();
    Path folder = Path.of(System.getProperty("folder", "target/read-render"));
    int warmUp = Integer.getInteger("warm-up", 5);
    Files.createDirectories(folder);
    System.out.printf(
        "%d processors, Java %s, -Xmx%dm, one thread%n%n",
        Runtime.getRuntime().availableProcessors(),
        Runtime.version(),
        Runtime.getRuntime().maxMemory() >> 20);
    System.out.println("| format | step | rows | rows/s | MB/s | CPU µs a row | of `check` |");
    System.out.println("|---|---|---:|---:|---:|---:|---:|");
    try (DryRun preview =
        DryRun.start(
            DefinitionDirectory.load(Path.of("definitions")),
            ContactPolicy.NONE,
            Access.NONE,
            Optional.empty(),
            10)) {
      run(preview, folder, sizes, warmUp);
    }
    // Nothing that was made may be thought away.
    System.err.println("(" + unused + ")");
  }

  private static void run(DryRun preview, Path folder, int[] sizes, int warmUp) throws Exception {
    for (String format : System.getProperty("formats", "csv,ndjson,csv.gz").split(",")) {
      Path few = file(folder, format, Math.min(sizes[0], 10_000));
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(warmUp);
      do {
        steps(preview, few, Math.min(sizes[0], 10_000));
      } while (System.nanoTime() < end);
      List<List<Timed>> all = new ArrayList<>();
      for (int rows : sizes) {
        Path file = file(folder, format, rows);
        List<Timed> timed = steps(preview, file, rows);
        all.add(timed);
        timed.forEach(one -> print(format, one, timed.get(timed.size() - 1)));
        Files.delete(file);
      }
      ratio(format, all.get(0), all.get(all.size() - 1));
    }
  }

  private static List<Timed> steps(DryRun preview, Path file, int rows) throws Exception {
    List<SendRequest> requests = new ArrayList<>(HELD);
    BatchPlan first =
        check(
            file,
            page -> {
              page.stream().limit(HELD - requests.size()).forEach(requests::add);
              return preview.prepare(page);
            });
    if (first.sending().rows() != rows) {
      throw new IllegalStateException("Expected " + rows + " rows that can be sent; " + first);
    }
    Prepared any = preview.prepare(requests.subList(0, 1)).get(0);
    long size = Files.size(file);
    return List.of(
        timed("bytes", rows, size, () -> digest(file)),
        timed(
            "rows",
            rows,
            size,
            () -> unused += check(file, page -> Collections.nCopies(page.size(), any)).rows()),
        timed(
            "render",
            rows,
            size,
            () -> {
              for (int row = 0; row < rows; row += PAGE) {
                int from = row % (requests.size() - PAGE + 1);
                unused += preview.prepare(requests.subList(from, from + PAGE)).hashCode();
              }
            }),
        timed(
            "check",
            rows,
            size,
            () -> unused += check(file, page -> preview.prepare(page)).rows()));
  }

  /** A short one is repeated: one look at a few milliseconds tells nothing. */
  private static Timed timed(String step, int rows, long bytes, Task task) throws Exception {
    int times = Math.max(1, LEAST_ROWS / rows);
    long cpu = THREADS.getCurrentThreadCpuTime();
    long begin = System.nanoTime();
    for (int i = 0; i < times; i++) {
      task.run();
    }
    double seconds = (System.nanoTime() - begin) / 1e9 / times;
    double cpuSeconds = (THREADS.getCurrentThreadCpuTime() - cpu) / 1e9 / times;
    return new Timed(step, rows, bytes, seconds, cpuSeconds);
  }

  private static BatchPlan check(Path file, Function<List<SendRequest>, List<Prepared>> forecast)
      throws IOException {
    BatchCheck.CheckSetting setting =
        new BatchCheck.CheckSetting(
            LIMITS,
            REQUESTS,
            forecast,
            LedgerPreview.ofNothing(),
            () -> new Pacing(1, 1_000, "none"),
            () -> false);
    return new BatchCheck(setting).check(file, 0);
  }

  private static void digest(Path file) throws IOException, GeneralSecurityException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    byte[] buffer = new byte[65_536];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
    }
    unused += digest.digest()[0];
  }

  private static void print(String format, Timed one, Timed check) {
    System.out.printf(
        "| %s | `%s` | %,d | %,.0f | %.1f | %.2f | %.2f |%n",
        format,
        one.step,
        one.rows,
        one.rows / one.seconds,
        one.bytes / one.seconds / 1e6,
        1e6 * one.cpuSeconds / one.rows,
        one.cpuSeconds / check.cpuSeconds);
  }

  private static void ratio(String format, List<Timed> few, List<Timed> many) {
    if (few == many) {
      return;
    }
    for (int i = 0; i < few.size(); i++) {
      double before = few.get(i).cpuSeconds / few.get(i).rows;
      double after = many.get(i).cpuSeconds / many.get(i).rows;
      System.out.printf(
          "| %s | `%s` | ratio %.0f | | | %.2f | |%n",
          format, few.get(i).step, many.get(i).rows / (double) few.get(i).rows, after / before);
    }
  }

  private static Path file(Path folder, String format, int rows) throws IOException {
    Path file = folder.resolve(rows + "." + format);
    OutputStream raw = new BufferedOutputStream(Files.newOutputStream(file));
    try (OutputStream out = format.endsWith(".gz") ? new GZIPOutputStream(raw) : raw;
        Writer writer = new OutputStreamWriter(out, StandardCharsets.UTF_8)) {
      boolean csv = format.startsWith("csv");
      if (csv) {
        writer.write("definitionKey,messageKey,contactKey,to,FirstName,password\n");
      }
      for (int row = 1; row <= rows; row++) {
        String number = "+4915" + (100_000_000L + row * 7919L % 800_000_000L);
        String line =
            csv
                ? "account-reset,r-%d,contact-%d@example.com,%s,Ada,Tulip-%d\n"
                : "{\"definitionKey\":\"account-reset\",\"messageKey\":\"r-%d\",\"recipient\":"
                    + "{\"contactKey\":\"contact-%d@example.com\",\"to\":\"%s\",\"attributes\":"
                    + "{\"FirstName\":\"Ada\",\"password\":\"Tulip-%d\"}}}\n";
        writer.write(String.format(line, row, row, number, row));
      }
    }
    return file;
  }
}
