package dev.smsroutes.cli;

import dev.smsroutes.batch.run.FileControls;
import picocli.CommandLine.Command;

/** Ends a file before all of it is sent. */
@Command(
    name = "cancel",
    description = {
      "Ends a file in the inbox before all of it is sent.",
      "About a second later no further row is sent; those in progress end. The results tell what was"
          + " sent; the other rows are in the rejects, which may be dropped again. A paused file may be"
          + " cancelled too. A cancelled file cannot be resumed."
    },
    footerHeading = "%nExample:%n",
    footer = {
      "  sms-routes cancel orders.csv",
      "",
      "Exit code: 0 if it is cancelled; 1 if there is no such file or it has ended; 2 if the",
      "command is wrong."
    })
public final class CancelCommand extends FileControlCommand {
  public CancelCommand() {
    super(
        FileControls::cancel,
        "cancelled; its results and rejects tell which rows were sent",
        "was cancelled before");
  }
}
