package dev.smsroutes.cli;

import java.io.PrintWriter;

/** Shows the progress of long work on a terminal, at most twice a second; elsewhere nothing. */
final class Progress {
  private static final long EVERY_NANOS = 500_000_000;

  private final PrintWriter err;
  private final boolean shown;
  private final String what;
  private long count;
  private long last = System.nanoTime();
  private boolean printed;

  Progress(PrintWriter err, boolean shown, String what) {
    this.err = err;
    this.shown = shown;
    this.what = what;
  }

  void step() {
    count++;
    if (shown && System.nanoTime() - last > EVERY_NANOS) {
      last = System.nanoTime();
      err.print("\r" + count + " " + what);
      err.flush();
      printed = true;
    }
  }

  long count() {
    return count;
  }

  void end() {
    if (printed) {
      err.print("\r" + " ".repeat(20 + what.length()) + "\r");
      err.flush();
    }
  }
}
