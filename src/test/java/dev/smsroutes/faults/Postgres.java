package dev.smsroutes.faults;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A PostgreSQL that can be stopped as hard as it can be, and started again on the same data. */
final class Postgres implements AutoCloseable {
  static final String USER = "postgres";

  private final int port = Ports.free();
  private final Path folder;
  private final Path binaries;
  private EmbeddedPostgres server;

  /**
   * Starts it.
   *
   * @param folder of its data; empty, or not there yet
   * @param binaries where it is unpacked, unless it was before
   */
  Postgres(Path folder, Path binaries) {
    this.folder = folder;
    this.binaries = binaries;
    start();
  }

  String url() {
    return "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
  }

  /** Starts it and waits until it takes connections; what was committed is there again. */
  void start() {
    try {
      server =
          EmbeddedPostgres.builder()
              .setPort(port)
              .setDataDirectory(folder.resolve("data"))
              .setOverrideWorkingDirectory(binaries.toFile())
              .setCleanDataDirectory(false)
              .setPGStartupWait(Duration.ofSeconds(60))
              .setOutputRedirector(
                  ProcessBuilder.Redirect.appendTo(folder.resolve("postgres.log").toFile()))
              .setErrorRedirector(
                  ProcessBuilder.Redirect.appendTo(folder.resolve("postgres.log").toFile()))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException("PostgreSQL does not start", e);
    }
  }

  /** As pg_ctl stop -m immediate: every process ends at once, and the next start has to recover. */
  void stopImmediately() {
    Path pid = folder.resolve("data").resolve("postmaster.pid");
    try {
      String postmaster = Files.readAllLines(pid).get(0).strip();
      Child.run(List.of("kill", "-QUIT", postmaster));
      boolean gone =
          Pause.until(
              () -> ProcessHandle.of(Long.parseLong(postmaster)).isEmpty(), Duration.ofSeconds(30));
      if (!gone) {
        throw new IllegalStateException("PostgreSQL did not stop");
      }
      // Gives back what the library holds; there is nothing left for it to stop.
      server.close();
      Files.deleteIfExists(pid);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
