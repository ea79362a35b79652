package dev.smsroutes.faults;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Plays the experiments, one after the other, and prints the table of docs/reliability.md. */
@Command(
    name = "faults/run",
    description = "Breaks the bundle under load and compares what it told with what the API got.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class FaultSuite implements Callable<Integer> {
  /** Where the logs of a run are, unless told. */
  static final Path FOLDER = Path.of("target", "faults");

  /** The sandbox remembers as many keys. */
  private static final int MOST_ROWS = 1_000_000;

  private static final int SPARE_SEEDS = 1_000_000;
  private static final boolean TERMINAL = System.console() != null;
  private static final int TICK = TERMINAL ? 1 : 15;

  @Option(names = "--short", description = "The same with small numbers: a few minutes.")
  private boolean brief;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "NAME",
      description = "Only these experiments.")
  private List<String> only = List.of();

  @Option(names = "--seed", description = "Of every random choice; a new one unless given.")
  private Long seed;

  @Option(
      names = "--rows",
      paramLabel = "N",
      description =
          "Rows of the file of kill-file and kill-file-many: 100,000 unless given, 400 with --short.")
  private Integer rows;

  @Option(names = "--list", description = "Names the experiments and ends.")
  private boolean list;

  /** Runs the suite; ends with 1 when anything was wrong. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new FaultSuite()).execute(args));
  }

  /** All experiments by name, in their order. */
  static Map<String, Experiment> experiments() {
    return Stream.of(
            KillExperiments.all(),
            StoreExperiments.all(),
            ApiExperiments.all(),
            ProcessExperiments.all())
        .flatMap(List::stream)
        .collect(
            Collectors.toMap(
                Experiment::name, one -> one, (one, other) -> one, LinkedHashMap::new));
  }

  /** A seed for a run that was given none. */
  static long anySeed() {
    return ThreadLocalRandom.current().nextInt(SPARE_SEEDS);
  }

  @Override
  public Integer call() throws IOException {
    Map<String, Experiment> all = experiments();
    if (list) {
      all.values().forEach(one -> System.out.printf("%-20s %s%n", one.name(), one.what()));
      return 0;
    }
    for (String name : only) {
      if (!all.containsKey(name)) {
        System.err.println("There is no experiment " + name + "; --list names them");
        return 2;
      }
    }
    if (rows != null && (rows < 1 || rows > MOST_ROWS)) {
      System.err.printf("--rows: expected a number from 1 to %,d; %d came%n", MOST_ROWS, rows);
      return 2;
    }
    if (!only.isEmpty()) {
      all.keySet().retainAll(only);
    }
    OptionalInt size = rows == null ? OptionalInt.empty() : OptionalInt.of(rows);
    Plan plan = new Plan(seed == null ? anySeed() : seed, brief, size, FOLDER);
    System.err.println(all.size() + " experiments, seed " + plan.seed());
    List<Result> results = new ArrayList<>();
    for (Experiment experiment : all.values()) {
      String place = (results.size() + 1) + "/" + all.size() + " " + experiment.name();
      Result result = play(experiment, plan, place, System.err);
      results.add(result);
      System.err.println((TERMINAL ? "\r\u001b[K" : "") + result.row());
      System.err.print(result.isClean() ? "" : result.faults() + "\n");
    }
    String report = report(results);
    Files.writeString(plan.folder().resolve("report.md"), report);
    System.out.print(report);
    return results.stream().allMatch(Result::isClean) ? 0 : 1;
  }

  private static String report(List<Result> results) {
    return Stream.concat(Stream.of(Result.heading()), results.stream().map(Result::row))
            .collect(Collectors.joining("\n"))
        + "\n";
  }

  /** Plays one experiment; never throws: what went wrong is in the result. */
  static Result play(Experiment experiment, Plan plan, String place, PrintStream out) {
    long start = System.nanoTime();
    Stage stage = null;
    ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    Optional<String> skipped = Optional.empty();
    Optional<Verdict> verdict = Optional.empty();
    List<String> complaints = new ArrayList<>();
    try {
      Stage set = new Stage(experiment.name(), plan);
      stage = set;
      clock.scheduleAtFixedRate(() -> out.println(line(place, start, set)), 5, 5, TimeUnit.SECONDS);
      experiment.script().play(set);
      Verdict came = set.verdict();
      set.keep(came);
      verdict = Optional.of(came);
    } catch (SkippedException e) {
      skipped = Optional.of(e.getMessage());
    } catch (Exception | AssertionError e) {
      complaints.add("It broke off: " + e);
    } finally {
      clock.shutdownNow();
      if (stage != null) {
        stage.close();
        complaints.addAll(stage.notebook().complaints());
      }
    }
    return new Result(
        experiment.name(),
        stage == null ? "nothing" : stage.happened(),
        stage == null ? 0 : stage.notebook().acknowledged(),
        verdict,
        complaints,
        skipped,
        Duration.ofNanos(System.nanoTime() - start),
        plan.seed(),
        plan.folder().resolve(experiment.name()));
  }

  /** On a terminal always in the same line; in a log, one now and then. */
  private static void show(PrintStream out, String line) {
    if (TERMINAL) {
      out.print("\r\u001b[K" + line);
      out.flush();
    } else {
      out.println(line);
    }
  }

  private static String line(String place, long start, Stage stage) {
    long seconds = (System.nanoTime() - start) / 1_000_000_000;
    return String.format("%s %d:%02d %s", place, seconds / 60, seconds % 60, stage.progress());
  }
}
