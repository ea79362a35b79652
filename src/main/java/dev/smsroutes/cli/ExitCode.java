package dev.smsroutes.cli;

/** The exit codes of the commands. */
final class ExitCode {
  static final int DONE = 0;

  /** Something was not done, or failed. */
  static final int FAILED = 1;

  /** The settings, definitions or options are wrong; nothing was done. */
  static final int MISCONFIGURED = 2;

  /** Rows of a file were or would be refused; all others are good. */
  static final int REFUSED = 3;

  /** Rows of a file have no clear answer, or were not sent yet. */
  static final int UNSETTLED = 4;

  /** No row of a file can be read. */
  static final int UNREADABLE = 5;

  /** Interrupted by Ctrl-C or a signal, the shell's code for it. */
  static final int INTERRUPTED = 130;

  private ExitCode() {}
}
