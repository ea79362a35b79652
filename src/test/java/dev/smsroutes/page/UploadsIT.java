package dev.smsroutes.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.smsroutes.batch.result.BatchFolders;
import dev.smsroutes.page.PageSources.BatchFiles;
import java.io.IOException;
import java.net.Socket;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files that are dropped on the page: what is kept of them, and for how long. */
@Timeout(60)
class UploadsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir private Path home;

  private final SameOrigin sameOrigin = new SameOrigin();
  private final CountDownLatch checked = new CountDownLatch(1);
  private Path temporary;
  private UploadsView uploads;
  private OneServer server;

  @BeforeEach
  void start() throws IOException {
    temporary = Files.createDirectory(home.resolve("tmp"));
  }

  private void serve() {
    uploads = new UploadsView(Optional.of(files()), Clock.systemUTC(), temporary);
    Answers answers = new Answers(sameOrigin, who -> true);
    server = new OneServer(router -> uploads.on(router, answers));
  }

  private BatchFiles files() {
    BatchFolders folders =
        new BatchFolders(
            home.resolve("inbox"),
            home.resolve("results"),
            home.resolve("done"),
            home.resolve("failed"));
    return new BatchFiles(
        folders,
        (file, most) -> {
          checked.countDown();
          throw new IOException("Not what this test is about");
        });
  }

  @AfterEach
  void stop() {
    if (server != null) {
      uploads.close();
      server.close();
    }
  }

  private Socket send(int length, String content) throws IOException {
    Socket socket =
        server.send(
            "POST /page/api/uploads?name=people.csv HTTP/1.1",
            SameOrigin.HEADER + ": " + sameOrigin.token(),
            "Content-Length: " + length);
    socket.getOutputStream().write(content.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
    return socket;
  }

  private List<Path> kept() throws IOException {
    try (Stream<Path> all = Files.walk(temporary)) {
      return all.filter(file -> file.endsWith("people.csv")).toList();
    }
  }

  private static boolean has(List<Path> files, int bytes) throws IOException {
    return files.size() == 1 && Files.size(files.get(0)) >= bytes;
  }

  @Test
  void a_file_whose_connection_breaks_is_deleted() throws IOException {
    serve();
    Socket socket = send(1_000_000, "x".repeat(300_000));
    await().atMost(PATIENCE).until(() -> has(kept(), 1));

    socket.close();

    await().atMost(PATIENCE).until(() -> kept().isEmpty());
    assertThat(checked.getCount()).as("nothing was checked").isEqualTo(1);
  }

  @Test
  void a_connection_that_breaks_right_after_its_head_leaves_nothing() throws IOException {
    serve();
    for (int i = 0; i < 50; i++) {
      send(1_000_000, "").close();
    }

    try (Socket whole = send(3, "abc")) {
      checked.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    await().atMost(PATIENCE).until(() -> foldersOf(temporary) == 0);
  }

  /** Of uploads, in the folder of this process. */
  private static long foldersOf(Path temporary) throws IOException {
    try (Stream<Path> all = Files.walk(temporary, 2)) {
      return all.filter(Files::isDirectory).count() - 2;
    }
  }

  @Test
  void a_start_deletes_what_a_killed_process_has_left_and_nothing_else() throws IOException {
    Path dead = folder("sms-routes-page1", Duration.ofHours(1));
    Files.createFile(dead.resolve("in-use.lock"));
    Path locked = folder("sms-routes-page2", Duration.ofHours(1));
    Path old = folder("sms-routes-page3", Duration.ofHours(1));
    Path starting = folder("sms-routes-page4", Duration.ZERO);
    Path others = folder("of-another-program", Duration.ofHours(1));
    Path linked = folder("linked", Duration.ofHours(1));
    Path link = Files.createSymbolicLink(temporary.resolve("sms-routes-page5"), linked);

    try (FileChannel channel =
        FileChannel.open(
            locked.resolve("in-use.lock"),
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE)) {
      channel.lock();
      serve();
    }

    assertThat(dead).as("its process has ended").doesNotExist();
    assertThat(old).as("of an older version, which had no lock").doesNotExist();
    assertThat(locked.resolve("upload/people.csv")).as("of a process that lives").exists();
    assertThat(starting.resolve("upload/people.csv")).as("of one that starts").exists();
    assertThat(others.resolve("upload/people.csv")).exists();
    assertThat(link).as("no link is followed").exists();
    assertThat(linked.resolve("upload/people.csv")).exists();
  }

  private Path folder(String name, Duration age) throws IOException {
    Path folder = Files.createDirectory(temporary.resolve(name));
    Files.createDirectory(folder.resolve("upload"));
    Files.writeString(folder.resolve("upload/people.csv"), "+4915112345678");
    Files.setLastModifiedTime(folder, FileTime.from(Instant.now().minus(age)));
    return folder;
  }

  @Test
  void only_its_owner_may_read_the_folder_and_a_stop_deletes_it() throws IOException {
    serve();
    try (Stream<Path> all = Files.list(temporary)) {
      assertThat(Files.getPosixFilePermissions(all.findFirst().orElseThrow()))
          .isEqualTo(PosixFilePermissions.fromString("rwx------"));
    }

    uploads.close();

    assertThat(temporary).isEmptyDirectory();
  }

  @Test
  void a_second_page_of_this_process_leaves_the_first_alone() throws IOException {
    serve();
    Socket socket = send(1_000_000, "x".repeat(300_000));
    await().atMost(PATIENCE).until(() -> has(kept(), 1));

    new UploadsView(Optional.of(files()), Clock.systemUTC(), temporary).close();

    assertThat(kept()).hasSize(1);
    socket.close();
  }
}
