package dev.smsroutes.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command line as a whole. */
@Command(
    name = "sms-routes",
    description =
        "Takes SMS send requests over HTTP, files and JMS and forwards them to the SMS API.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    subcommands = {
      HelpCommand.class,
      ServeCommand.class,
      DemoCommand.class,
      SandboxCommand.class,
      ListCommand.class,
      ShowCommand.class,
      ReplayCommand.class,
      ExportCommand.class
    },
    synopsisSubcommandLabel = "[COMMAND]",
    footer = {
      "",
      "Without a command it serves. Every setting is explained in application.properties;",
      "an environment variable such as SMS_API_URL or -Dsms.api.url=... wins over that file."
    })
public final class SmsRoutesCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    return spec.commandLine().execute("serve");
  }
}
