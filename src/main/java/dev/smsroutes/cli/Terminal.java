package dev.smsroutes.cli;

import java.io.Console;

/** The terminal, if there is one. */
interface Terminal {
  /** Whether a person can be asked and see progress. */
  boolean isThere();

  /** Asks for confirmation; any answer but yes means no. */
  boolean agrees(String question);

  static Terminal ofProcess() {
    return new Terminal() {
      @Override
      public boolean isThere() {
        return console() != null;
      }

      @Override
      public boolean agrees(String question) {
        String answer = console().readLine("%s [y/N] ", question);
        return answer != null && answer.strip().matches("(?i)y(es)?");
      }
    };
  }

  private static Console console() {
    Console console = System.console();
    if (console == null) {
      return null;
    }
    try {
      // From Java 22 on there is a console even without a terminal; this method tells.
      return (boolean) Console.class.getMethod("isTerminal").invoke(console) ? console : null;
    } catch (ReflectiveOperationException e) {
      return console;
    }
  }
}
