package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.smsroutes.config.Configuration;
import dev.smsroutes.config.InvalidSettingsException;
import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Fault;
import dev.smsroutes.model.Recipient;
import dev.smsroutes.model.SendRequest;
import dev.smsroutes.pipeline.DryRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a command tells beforehand of people on the suppression list. */
class DryRunTest {
  @TempDir Path folder;

  private static SendRequest request(String contactKey, String to) {
    return new SendRequest(
        "k",
        "account-reset",
        new Recipient(contactKey, to, Map.of("FirstName", "Ada", "password", "p")),
        null);
  }

  @Test
  void predicts_the_refusal_of_suppressed_recipients() throws IOException {
    Path list = Files.writeString(folder.resolve("list.txt"), "+49 151 12345678\nada\n");
    Configuration configuration =
        Configuration.read(Map.of("sms.suppression-file", list.toString()));
    try (DryRun dryRun = PipelineWiring.dryRun(configuration, Optional.empty())) {
      assertThat(faults(dryRun, request("bob", "4915112345678")))
          .extracting(Fault::code)
          .containsExactly(ErrorCode.SUPPRESSED);
      assertThat(faults(dryRun, request("ada", "+1 425 555 0123")))
          .extracting(Fault::field)
          .containsExactly("recipient.contactKey");
      assertThat(faults(dryRun, request("bob", "+1 425 555 0123"))).isEmpty();
    }
  }

  @Test
  void refuses_to_tell_without_the_list() {
    Configuration configuration =
        Configuration.read(Map.of("sms.suppression-file", folder.resolve("none").toString()));

    assertThatThrownBy(() -> PipelineWiring.dryRun(configuration, Optional.empty()))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("sms.suppression-file: expected a suppression list");
  }

  private static List<Fault> faults(DryRun dryRun, SendRequest request) {
    return dryRun.prepare(List.of(request)).get(0).faults();
  }
}
