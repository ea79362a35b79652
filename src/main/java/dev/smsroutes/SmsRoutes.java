package dev.smsroutes;

import dev.smsroutes.cli.SmsRoutesCommand;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/** The main class: hands over to the commands. */
public final class SmsRoutes {
  private SmsRoutes() {}

  /**
   * Runs a command and ends with its exit code.
   *
   * @param args a command and its options; none means {@code serve}
   */
  public static void main(String[] args) {
    // Whatever the locale: a key or a file that is printed must stay what it is.
    PrintWriter out =
        new PrintWriter(
            new OutputStreamWriter(
                new FileOutputStream(FileDescriptor.out), StandardCharsets.UTF_8),
            true);
    System.exit(SmsRoutesCommand.line().setOut(out).execute(args));
  }
}
