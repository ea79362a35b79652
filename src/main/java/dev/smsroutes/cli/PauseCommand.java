package dev.smsroutes.cli;

import dev.smsroutes.batch.run.FileControls;
import picocli.CommandLine.Command;

/** Pauses a file. */
@Command(
    name = "pause",
    description = {
      "Pauses a file in the inbox.",
      "About a second later no further row is sent; those in progress end. The file stays in the"
          + " inbox, also over a restart, and its place is free for another file."
    },
    footerHeading = "%nExample:%n",
    footer = {
      "  sms-routes pause orders.csv",
      "",
      "Exit code: 0 if it is paused; 1 if there is no such file or it has ended; 2 if the",
      "command is wrong."
    })
public final class PauseCommand extends FileControlCommand {
  public PauseCommand() {
    super(FileControls::pause, "paused; resume continues it", "was paused before");
  }
}
