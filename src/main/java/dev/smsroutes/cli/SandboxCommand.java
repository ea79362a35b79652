package dev.smsroutes.cli;

import dev.smsroutes.sandbox.Sandbox;
import dev.smsroutes.sandbox.SandboxOptions;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs only the sandbox, so that other programs can test against it. */
@Command(
    name = "sandbox",
    description = "Plays the SMS API on this machine, without the rest of sms-routes.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class SandboxCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--port", description = "The port to listen on; 0: any free port.")
  private int port = 8089;

  @Option(names = "--host", description = "The address to listen on.")
  private String host = "127.0.0.1";

  @Option(
      names = "--definitions",
      paramLabel = "DIRECTORY",
      description = "Its send definitions, *.json and *.yaml.")
  private Path definitions = Path.of("definitions");

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    CountDownLatch stopped = new CountDownLatch(1);
    Sandbox sandbox =
        Sandbox.start(
            SandboxOptions.defaults()
                .withHost(host)
                .withPort(port)
                .withDefinitionsDirectory(definitions));
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  sandbox.close();
                  stopped.countDown();
                },
                "sandbox-stop"));
    out.println("The SMS API is played at " + sandbox.url());
    out.println("Accepted messages: " + sandbox.url() + "/sandbox/messages");
    out.println("Scripted faults: PUT " + sandbox.url() + "/sandbox/faults");
    out.flush();
    stopped.await();
    return 0;
  }
}
