package dev.smsroutes.batch.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.batch.format.BatchReading;
import dev.smsroutes.batch.format.RawRow;
import dev.smsroutes.batch.format.UnreadableFileException;
import dev.smsroutes.testing.Mutations;
import dev.smsroutes.testing.TestLimits;
import dev.smsroutes.testing.TestRequests;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.zip.GZIPOutputStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * Whatever bytes stand in a file, it has the rows that were counted, or a reason why it has none.
 */
class FileFuzzTest {
  private static final Path SAMPLES = Path.of("src/test/resources/nasty-files");

  private static Path folder;

  @BeforeContainer
  static void makeFolder() throws IOException {
    folder = Files.createTempDirectory("fuzz");
  }

  @AfterContainer
  static void removeFolder() throws IOException {
    Files.delete(folder);
  }

  /** A name, which chooses the format, and the bytes. */
  record Dropped(String name, byte[] bytes) {
    @Override
    public String toString() {
      return name + " " + Base64.getEncoder().encodeToString(bytes);
    }
  }

  @Provide
  Arbitrary<Dropped> files() {
    Arbitrary<String> names =
        Arbitraries.of("a.csv", "a.ndjson", "a.json", "a.csv.gz", "a.ndjson.gz", "a.json.gz");
    return Combinators.combine(names, Mutations.ofFiles(SAMPLES, Path.of("samples")))
        .as(Dropped::new);
  }

  /** Readable packing around hostile content. */
  @Provide
  Arbitrary<Dropped> packed() {
    return files()
        .filter(file -> file.name().endsWith(".gz"))
        .map(file -> new Dropped(file.name(), packed(file.bytes())));
  }

  @Property
  void a_file_has_the_rows_that_were_counted(@ForAll("files") Dropped file) throws Exception {
    read(file);
  }

  @Property
  void a_packed_file_has_the_rows_that_were_counted(@ForAll("packed") Dropped file)
      throws Exception {
    read(file);
  }

  private static void read(Dropped dropped) throws Exception {
    Path file = Files.write(folder.resolve(dropped.name()), dropped.bytes());
    try {
      Mutations.ends(
          () -> {
            readAgain(file);
            return null;
          });
    } catch (UnreadableFileException e) {
      assertThat(e.reason()).isNotBlank().hasSizeLessThan(500);
    } finally {
      Files.delete(file);
    }
  }

  private static void readAgain(Path file) throws Exception {
    try (BatchReading opened =
        BatchReading.open(file, TestLimits.DEFAULTS, new TestRequests(), () -> false)) {
      long rows = 0;
      for (RawRow row = opened.rows().next(); row != null; row = opened.rows().next()) {
        // Many messages of one line share its number; how many a JSON file has, nobody counted.
        assertThat(row.number()).isBetween(Math.max(1, rows), rows + 1);
        rows = row.number();
      }
      assertThat(opened.totalRows().orElse(rows)).isEqualTo(rows);
      assertThat(opened.broken()).isEmpty();
    }
  }

  private static byte[] packed(byte[] bytes) {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(bytes);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return packed.toByteArray();
  }
}
