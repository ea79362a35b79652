package dev.smsroutes.cli;

/** How the commands end. */
final class ExitCode {
  static final int DONE = 0;

  /** Something was not done, or stood in the way. */
  static final int FAILED = 1;

  /** The configuration, the definitions or the options cannot work; nothing was done. */
  static final int MISCONFIGURED = 2;

  private ExitCode() {}
}
