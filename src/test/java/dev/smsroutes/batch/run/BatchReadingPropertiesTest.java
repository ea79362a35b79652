package dev.smsroutes.batch.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.batch.format.BatchReading;
import dev.smsroutes.batch.format.UnreadableFileException;
import dev.smsroutes.testing.TestLimits;
import dev.smsroutes.testing.TestRequests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class BatchReadingPropertiesTest {
  private static final String HEADER = "definitionKey,contactKey,to,FirstName\n";

  @Provide
  Arbitrary<String> bodies() {
    return Arbitraries.strings()
        .withChars(",;\t\"\r\n a")
        .ofMaxLength(40)
        .filter(text -> text.chars().filter(c -> c == '"').count() % 2 == 0);
  }

  @Property(tries = 400)
  void the_first_reading_counts_the_rows_of_the_second(
      @ForAll("bodies") String body, @ForAll boolean semicolons) throws IOException {
    String header = semicolons ? HEADER.replace(',', ';') : HEADER;
    Path source = Files.createTempFile("rows", ".csv");
    Files.writeString(source, header + body);
    try (BatchReading opened =
        BatchReading.open(source, TestLimits.DEFAULTS, new TestRequests(), () -> false)) {
      long read = 0;
      while (opened.rows().next() != null) {
        read++;
      }
      assertThat(read).isEqualTo(opened.shape().rows());
      assertThat(opened.broken()).isEmpty();
    } catch (UnreadableFileException e) {
      assertThat(e.reason()).isEqualTo("unclosed quotation mark");
    } finally {
      Files.delete(source);
    }
  }
}
