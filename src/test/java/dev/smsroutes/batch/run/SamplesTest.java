package dev.smsroutes.batch.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import dev.smsroutes.batch.run.BatchFile.Result;
import dev.smsroutes.model.SendRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SamplesTest {
  @TempDir Path home;

  @Test
  void the_sample_batch_has_five_rows_and_one_fault() throws IOException {
    Result result =
        new BatchFile(home)
            .run(
                "batch.csv",
                Files.readAllBytes(Path.of("samples/batch.csv")),
                request ->
                    possible(request) ? BatchFile.accept(request) : BatchFile.refuse(request));

    assertThat(result.lines())
        .extracting(line -> line.path("outcome").asText())
        .containsExactly("ACCEPTED", "ACCEPTED", "ACCEPTED", "REFUSED", "ACCEPTED");
    assertThat(result.requests())
        .allMatch(request -> request.definitionKey().equals("account-reset"));
    assertThat(result.requests().get(2).recipient().attributes().get("password"))
        .isEqualTo("Moss \"12\"");
  }

  @Test
  void the_sample_request_is_one_row() throws IOException {
    Result result =
        new BatchFile(home)
            .run(
                "request.json",
                Files.readAllBytes(Path.of("samples/request.json")),
                BatchFile::accept);

    assertThat(result.requests()).singleElement().matches(SamplesTest::possible);
    assertThat(result.line(1).path("messageKey").asText()).isEqualTo("sample-request-1");
  }

  private static boolean possible(SendRequest request) {
    PhoneNumberUtil numbers = PhoneNumberUtil.getInstance();
    try {
      return numbers.isPossibleNumber(
          numbers.parse("+" + request.recipient().to().replace("+", ""), null));
    } catch (NumberParseException e) {
      return false;
    }
  }
}
