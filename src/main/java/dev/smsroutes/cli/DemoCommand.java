package dev.smsroutes.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Sends the samples through every intake. */
@Command(
    name = "demo",
    description = "Sends the samples through every intake and checks what happens.",
    mixinStandardHelpOptions = true)
public final class DemoCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    return 1;
  }
}
