package dev.smsroutes.cli;

/** How the commands end. */
final class ExitCode {
  static final int DONE = 0;

  /** Something was not done, or stood in the way. */
  static final int FAILED = 1;

  /** The configuration, the definitions or the options cannot work; nothing was done. */
  static final int MISCONFIGURED = 2;

  /** Rows of a file were refused, or would be; all others are good. */
  static final int REFUSED = 3;

  /** Nobody can say what became of rows of a file, or they were surely not sent yet. */
  static final int UNSETTLED = 4;

  /** No row of a file can be read. */
  static final int UNREADABLE = 5;

  /** Ended by Ctrl-C or a signal before it was done, as a shell says it. */
  static final int INTERRUPTED = 130;

  private ExitCode() {}
}
