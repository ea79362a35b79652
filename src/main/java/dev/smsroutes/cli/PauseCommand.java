package dev.smsroutes.cli;

import dev.smsroutes.batch.run.FileControls;
import dev.smsroutes.batch.run.FileControls.Answer;
import java.io.IOException;
import picocli.CommandLine.Command;

/** Holds a file. */
@Command(
    name = "pause",
    description = {
      "Holds a file in the inbox.",
      "About a second later no further row of it is sent; those under way end. The file stays in the"
          + " inbox, also over a restart, and others take its place."
    },
    footerHeading = "%nExample:%n",
    footer = {
      "  sms-routes pause orders.csv",
      "",
      "Ends with 0 if it is paused, with 1 if there is no such file or it has ended, with 2 if the",
      "order is wrong."
    })
public final class PauseCommand extends FileControlCommand {
  @Override
  Answer order(FileControls orders, String file) throws IOException {
    return orders.pause(file);
  }

  @Override
  String done() {
    return "paused; resume lets it go on";
  }

  @Override
  String doneBefore() {
    return "was paused before";
  }
}
