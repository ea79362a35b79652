package dev.smsroutes.cli;

import dev.smsroutes.batch.run.FileControls;
import dev.smsroutes.batch.run.FileControls.OrderResult;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.InvalidPathException;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** An order for one file in the inbox, while a process serves or without one. */
@Command
abstract class FileControlCommand extends QuietCommand {
  /** What is ordered. */
  @FunctionalInterface
  interface Order {
    OrderResult give(FileControls orders, String file) throws IOException;
  }

  private final Order order;
  private final String done;
  private final String doneBefore;

  @Parameters(paramLabel = "NAME", description = "A file in the inbox, without its folder.")
  private String name;

  FileControlCommand(Order order, String done, String doneBefore) {
    this.order = order;
    this.done = done;
    this.doneBefore = doneBefore;
  }

  @Override
  final int run() throws IOException {
    if (name.isEmpty() || name.startsWith(".") || name.contains("/") || name.contains("\\")) {
      throw new WrongUseException(
          name() + ": expected the name of a file, without a folder; got " + shown());
    }
    try {
      FileControls orders = new FileControls(settings().read().files().folders());
      return told(order.give(orders, name), orders);
    } catch (InvalidPathException e) {
      throw new WrongUseException(
          name() + ": expected the name of a file; this system cannot have " + shown());
    }
  }

  @Override
  Optional<String> audited() {
    return Optional.of(name);
  }

  private int told(OrderResult answer, FileControls orders) {
    PrintWriter out = out();
    PrintWriter err = err();
    switch (answer) {
      case DONE -> out.println(shown() + ": " + done);
      case DONE_BEFORE -> out.println(shown() + ": " + doneBefore);
      case UNKNOWN ->
          err.println("No file with this name in " + orders.folders().inbox() + ": " + shown());
      case ENDED -> err.println(shown() + " has ended already");
      case NOT_PAUSED -> err.println(shown() + " is not paused");
      case CANCELLED -> err.println(shown() + " is cancelled, and cannot be resumed");
    }
    return answer == OrderResult.DONE || answer == OrderResult.DONE_BEFORE
        ? ExitCode.DONE
        : ExitCode.FAILED;
  }

  private String shown() {
    return DisplayText.text(name);
  }
}
