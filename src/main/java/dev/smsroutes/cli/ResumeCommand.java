package dev.smsroutes.cli;

import dev.smsroutes.batch.run.FileControls;
import dev.smsroutes.batch.run.FileControls.Answer;
import java.io.IOException;
import picocli.CommandLine.Command;

/** Lets a paused file go on. */
@Command(
    name = "resume",
    description = {
      "Lets a paused file go on where it was.",
      "It is taken as any other file of the inbox; what was sent is not sent again."
    },
    footerHeading = "%nExample:%n",
    footer = {
      "  sms-routes resume orders.csv",
      "",
      "Ends with 0 if it goes on, with 1 if there is no such file, it has ended or is not paused, with",
      "2 if the order is wrong."
    })
public final class ResumeCommand extends FileControlCommand {
  @Override
  Answer order(FileControls orders, String file) throws IOException {
    return orders.resume(file);
  }

  @Override
  String done() {
    return "goes on";
  }

  @Override
  String doneBefore() {
    return done();
  }
}
