package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.testing.Distribution;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The distribution as an operator gets it: unpacked somewhere else, with Java and nothing more. */
class DistributionIT {
  @TempDir private Path folder;

  @Test
  void runs_the_demo_from_where_it_was_unpacked() throws IOException, InterruptedException {
    Path home = Distribution.unpack(folder);
    assertThat(home.resolve("routes/http-intake.camel.yaml")).exists();
    assertThat(home.resolve("application.properties")).exists();
    assertThat(home.resolve("LICENSE")).exists();

    Path output = folder.resolve("output.txt");
    Process process =
        new ProcessBuilder("sh", home.resolve("bin/sms-routes").toString(), "demo")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();

    assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(output, StandardCharsets.UTF_8)).isZero();
  }
}
