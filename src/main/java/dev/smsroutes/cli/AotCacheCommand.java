package dev.smsroutes.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes the AOT cache with which {@code bin/sms-routes} starts sooner. */
@Command(
    name = "aot-cache",
    description =
        "Makes a cache in the folder aot/ with which this Java starts sms-routes in about half the"
            + " time, and from Java 25 on warms it up sooner. To fill it, a sms-routes of its own"
            + " runs in a temporary folder, with its own sandbox and none of your settings, and"
            + " gets requests. From then on bin/sms-routes uses the cache; serve says so.",
    footer = {
      "",
      "Make it again after an update of sms-routes or of Java, and when options such as -Xmx or the",
      "garbage collector change (JAVA_OPTS). In a container image, make it when the image is built."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class AotCacheCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--seconds", description = "How long it gets requests, in seconds.")
  private int seconds = 20;

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    Optional<Path> given = AotCache.given().map(Path::toAbsolutePath);
    if (given.isEmpty() || seconds < 1) {
      err.println(
          given.isEmpty()
              ? "Expected a start by bin/sms-routes with a Java whose folder has a file named release;"
                  + " got another one (is JAVA_HOME set?)"
              : "--seconds: expected 1 or more; got " + seconds);
      return ExitCode.MISCONFIGURED;
    }
    Path beginning = given.get();
    Path made = beginning.resolveSibling(beginning.getFileName() + ".new");
    try {
      Files.createDirectories(made.getParent());
      Files.deleteIfExists(made);
      Files.delete(Files.createFile(made));
    } catch (IOException e) {
      err.println("Expected a folder that can be written; got " + made.getParent());
      return ExitCode.FAILED;
    }
    try (Training training = Training.start(made)) {
      out.println("Training for " + seconds + " s…");
      out.flush();
      training.send(seconds);
      out.println("Writing the cache…");
      out.flush();
      training.finish();
      Path cache = AotCache.named(beginning, Files.size(made));
      Files.move(made, cache, StandardCopyOption.ATOMIC_MOVE);
      for (Path old : others(beginning, cache)) {
        Files.deleteIfExists(old);
      }
      out.printf(
          "%s, %d MB, for Java %s%n", cache, Files.size(cache) / 1_000_000, Runtime.version());
      out.flush();
      return ExitCode.DONE;
    } catch (IOException e) {
      err.println("No cache was made: " + Failures.words(e));
      return ExitCode.FAILED;
    }
  }

  /** Caches that were made before for the same Java and the same jars. */
  private static List<Path> others(Path beginning, Path keep) throws IOException {
    try (Stream<Path> files = Files.list(beginning.getParent())) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(beginning.getFileName() + "-"))
          .filter(file -> !file.equals(keep))
          .toList();
    }
  }
}
