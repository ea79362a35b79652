package dev.smsroutes.faults;

/**
 * One way to break things.
 *
 * @param name what it is asked for by
 * @param what it does, in a line
 */
record Experiment(String name, String what, Script script) {
  /** What happens in it; the traffic is drained and compared afterwards. */
  @FunctionalInterface
  interface Script {
    void play(Stage stage) throws Exception;
  }
}
