package dev.smsroutes.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Asks a process of its own: each value is wrong, so the start names the one that won and ends. */
class PrecedenceIT {
  @TempDir Path home;

  @Test
  void command_line_then_jvm_then_environment_then_file() throws Exception {
    Files.writeString(
        home.resolve("application.properties"),
        """
        sms.message.max-parts=file
        sms.http.max-recipients=file
        sms.http.max-in-flight=file
        sms.http.recipients-concurrency=file
        sms.http.port=file
        """);

    String said =
        start(
            Map.of(
                "SMS_HTTP_MAX_RECIPIENTS", "environment",
                "SMS_HTTP_MAX_IN_FLIGHT", "environment",
                "SMS_HTTP_RECIPIENTS_CONCURRENCY", "environment",
                "SMS_HTTP_PORT", "environment",
                "CAMEL_MANAGEMENT_PORT", "8081"),
            List.of("-Dsms.http.max-in-flight=jvm", "-Dsms.http.recipients-concurrency=jvm"),
            "--set=sms.http.recipients-concurrency=command",
            "--set=sms.http.port=command");

    assertThat(said)
        .contains("sms-routes cannot start:")
        .containsPattern("sms\\.message\\.max-parts: .* got 'file'")
        .containsPattern("sms\\.http\\.max-recipients: .* got 'environment'")
        .containsPattern("sms\\.http\\.max-in-flight: .* got 'jvm'")
        .containsPattern("sms\\.http\\.recipients-concurrency: .* got 'command'")
        .containsPattern("sms\\.http\\.port: .* got 'command'")
        .contains("camel.management.port: is now sms.management.port");
  }

  private String start(Map<String, String> environment, List<String> jvm, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvm);
    command.addAll(
        List.of("-cp", absolute(System.getProperty("java.class.path")), "dev.smsroutes.SmsRoutes"));
    command.add("serve");
    command.addAll(List.of(arguments));
    Path output = home.resolve("output.txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(home.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    String said = Files.readString(output, StandardCharsets.UTF_8);
    assertThat(process.exitValue()).as(said).isEqualTo(2);
    return said;
  }

  private static String absolute(String classPath) {
    return String.join(
        System.getProperty("path.separator"),
        List.of(classPath.split(System.getProperty("path.separator"))).stream()
            .map(entry -> Path.of(entry).toAbsolutePath().toString())
            .toList());
  }
}
