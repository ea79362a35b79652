package dev.smsroutes.cli;

import dev.smsroutes.batch.run.FileControls;
import dev.smsroutes.batch.run.FileControls.Answer;
import java.io.IOException;
import picocli.CommandLine.Command;

/** Ends a file before all of it is sent. */
@Command(
    name = "cancel",
    description = {
      "Ends a file in the inbox before all of it is sent.",
      "About a second later no further row of it is sent; those under way end. Its results tell what"
          + " was sent; the other rows are in its rejects, which may be dropped again. A paused file"
          + " may be cancelled too. It cannot be taken back."
    },
    footerHeading = "%nExample:%n",
    footer = {
      "  sms-routes cancel orders.csv",
      "",
      "Ends with 0 if it is cancelled, with 1 if there is no such file or it has ended, with 2 if the",
      "order is wrong."
    })
public final class CancelCommand extends FileControlCommand {
  @Override
  Answer order(FileControls orders, String file) throws IOException {
    return orders.cancel(file);
  }

  @Override
  String done() {
    return "cancelled; its results and rejects tell what was sent and what was not";
  }

  @Override
  String doneBefore() {
    return "was cancelled before";
  }
}
