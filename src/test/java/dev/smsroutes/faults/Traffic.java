package dev.smsroutes.faults;

/** Clients of one channel, with all that they ask for and hear. */
interface Traffic extends AutoCloseable {
  /** Asks for nothing new from now on; what is under way goes on to its outcome. */
  void stop();

  /** After {@link #stop()}: whether everything that was asked for has come to its end. */
  boolean isDrained();

  /** What is still open, for a person. */
  String left();

  /** Gives up at once. */
  @Override
  void close();
}
