package dev.smsroutes;

import dev.smsroutes.cli.SmsRoutesCommand;
import picocli.CommandLine;

/** The main class: hands over to the commands. */
public final class SmsRoutes {
  private SmsRoutes() {}

  /**
   * Runs a command and ends with its exit code.
   *
   * @param args a command and its options; none means {@code serve}
   */
  public static void main(String[] args) {
    System.exit(new CommandLine(new SmsRoutesCommand()).execute(args));
  }
}
