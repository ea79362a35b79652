package dev.smsroutes.cli;

import dev.smsroutes.batch.run.FileControls;
import picocli.CommandLine.Command;

/** Resumes a paused file. */
@Command(
    name = "resume",
    description = {
      "Resumes a paused file where it was.",
      "It is taken like any other file of the inbox; nothing is sent twice."
    },
    footerHeading = "%nExample:%n",
    footer = {
      "  sms-routes resume orders.csv",
      "",
      "Exit code: 0 if it goes on; 1 if there is no such file, it has ended or is not paused; 2 if",
      "the command is wrong."
    })
public final class ResumeCommand extends FileControlCommand {
  public ResumeCommand() {
    super(FileControls::resume, "goes on", "goes on");
  }
}
