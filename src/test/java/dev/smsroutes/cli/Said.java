package dev.smsroutes.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import picocli.CommandLine;

/** What a command said, and how it ended. */
record Said(int exit, String out, String err) {
  /** Runs a command as a user does. */
  static Said by(String... arguments) {
    return by(SmsRoutesCommand.line(), arguments);
  }

  static Said by(CommandLine commands, String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exit =
        commands.setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(arguments);
    return new Said(exit, out.toString(), err.toString());
  }

  List<String> lines() {
    return out.lines().toList();
  }
}
