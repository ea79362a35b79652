package dev.smsroutes.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class DemoCommandIT {
  @Test
  void sends_the_samples_through_all_three_intakes() {
    StringWriter out = new StringWriter();
    int exit =
        SmsRoutesCommand.line()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(out))
            .execute("demo");

    assertThat(exit).as(out.toString()).isZero();
    assertThat(out.toString()).contains("HTTP ", "file ", "JMS ", "All 13 went as they should.");
  }

  @Test
  void explains_itself() {
    StringWriter out = new StringWriter();
    CommandLine commands = SmsRoutesCommand.line().setOut(new PrintWriter(out));

    assertThat(commands.execute("--help")).isZero();
    assertThat(commands.execute("demo", "--help")).isZero();
    assertThat(commands.execute("help", "sandbox")).isZero();

    assertThat(out.toString()).contains("serve", "demo", "sandbox", "SMS_API_URL");
  }

  @Test
  void refuses_a_command_that_there_is_not() {
    StringWriter err = new StringWriter();

    assertThat(SmsRoutesCommand.line().setErr(new PrintWriter(err)).execute("sent")).isEqualTo(2);
    assertThat(err.toString()).contains("sent");
  }
}
