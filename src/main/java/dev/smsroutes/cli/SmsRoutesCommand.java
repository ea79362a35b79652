package dev.smsroutes.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line with all commands. */
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
      CheckCommand.class,
      SendCommand.class,
      SandboxCommand.class,
      AotCacheCommand.class,
      ListCommand.class,
      ShowCommand.class,
      ReplayCommand.class,
      ExportCommand.class,
      KeyCommand.class,
      ForgetCommand.class,
      DoctorCommand.class,
      BackupCommand.class,
      RestoreCommand.class,
      StatusCommand.class,
      PauseCommand.class,
      ResumeCommand.class,
      CancelCommand.class
    },
    synopsisSubcommandLabel = "[COMMAND]",
    footer = {
      "",
      "Without a command it serves. Every setting is explained in application.properties;",
      "an environment variable such as SMS_API_URL or -Dsms.api.url=... overrides that file."
    })
public final class SmsRoutesCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  /** The command line for the main class; it reports wrong usage in two lines. */
  public static CommandLine line() {
    return new CommandLine(new SmsRoutesCommand())
        .registerConverter(Path.class, new TypedPath())
        .setParameterExceptionHandler(SmsRoutesCommand::wrong);
  }

  private static int wrong(ParameterException failure, String[] arguments) {
    CommandLine command = failure.getCommandLine();
    PrintWriter err = command.getErr();
    err.println(failure.getMessage());
    UnmatchedArgumentException.printSuggestions(failure, err);
    err.println("See '" + command.getCommandSpec().qualifiedName() + " --help'");
    return ExitCode.MISCONFIGURED;
  }

  @Override
  public Integer call() {
    return spec.commandLine().execute("serve");
  }
}
