package dev.smsroutes.batch.check;

import dev.smsroutes.batch.check.BatchPlan.Duplicates;
import dev.smsroutes.batch.check.BatchPlan.Estimate;
import dev.smsroutes.batch.check.BatchPlan.Finding;
import dev.smsroutes.batch.check.BatchPlan.Sending;
import dev.smsroutes.batch.check.BatchPlan.SentBefore;
import dev.smsroutes.batch.check.DuplicateKeyIndex.Before;
import dev.smsroutes.batch.format.BatchInterruptedException;
import dev.smsroutes.batch.format.BatchInterruptedException.Interruption;
import dev.smsroutes.batch.format.BatchLimits;
import dev.smsroutes.batch.format.BatchReading;
import dev.smsroutes.batch.format.JsonRequests;
import dev.smsroutes.batch.format.RawRow;
import dev.smsroutes.batch.format.Thrown;
import dev.smsroutes.batch.format.UnreadableFileException;
import dev.smsroutes.batch.result.FaultCounts;
import dev.smsroutes.batch.result.FaultSummary;
import dev.smsroutes.batch.run.RowGroup;
import dev.smsroutes.ledger.LedgerPreview;
import dev.smsroutes.ledger.LedgerPreview.Answer;
import dev.smsroutes.ledger.LedgerUnavailableException;
import dev.smsroutes.ledger.Runs.Run;
import dev.smsroutes.ledger.Submission;
import dev.smsroutes.model.Fault;
import dev.smsroutes.model.Message;
import dev.smsroutes.model.Origin;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Parked;
import dev.smsroutes.model.Outcome.Refused;
import dev.smsroutes.model.Outcome.State;
import dev.smsroutes.model.PhoneNumbers;
import dev.smsroutes.model.Prepared;
import dev.smsroutes.model.SendRequest;
import dev.smsroutes.template.TextParts;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Reads a batch file as a pass over it does, and says what would become of each row; sends nothing
 * and records nothing. Rows are looked at in their order, a page at a time, so that memory does not
 * grow with the file; many keys are in a temporary file ({@link DuplicateKeyIndex}).
 *
 * <p>Thread-safe: each check has its own state.
 */
public final class BatchCheck {
  private static final int PAGE = 200;

  /** Beyond that, a text is no text; the rest of its characters is counted as one, which is 0. */
  private static final int MAX_CHARACTERS = 10_000;

  private static final String UNKNOWN_REGION = "?";

  /**
   * At which pace things are sent.
   *
   * @param recipientsPerCall rows that travel in one call
   * @param callsPerSecond how many calls of the API
   * @param basis where that comes from, for a person
   */
  public record Pacing(int recipientsPerCall, double callsPerSecond, String basis) {
    /** How long an answer of the API is taken to take as long as nobody knows. */
    private static final int ASSUMED_ANSWER_MS = 200;

    /**
     * At this rate, if there is one.
     *
     * @param rate calls per second; empty for no ceiling
     * @param basis where the rate comes from
     * @param atOnce how many calls there are at the same time
     */
    public static Pacing of(int recipientsPerCall, OptionalDouble rate, String basis, int atOnce) {
      return rate.isPresent()
          ? new Pacing(recipientsPerCall, rate.getAsDouble(), basis)
          : new Pacing(
              recipientsPerCall,
              1_000.0 * atOnce / ASSUMED_ANSWER_MS,
              "assumed are answers of the API in "
                  + ASSUMED_ANSWER_MS
                  + " ms, "
                  + atOnce
                  + " at the same time (sms.file.concurrency), and no ceiling (sms.api.max-rate);"
                  + " nobody knows the pace of the API before");
    }

    /** The same, as another process knows it. */
    public Pacing told() {
      return new Pacing(
          recipientsPerCall, callsPerSecond, "told by the process that serves here: " + basis);
    }
  }

  /**
   * What a check needs from its surroundings. Immutable.
   *
   * @param dryRun takes some hundreds of requests through the pipeline's own steps; thread-safe
   * @param ledgerPreview the ledger's
   * @param stopping whether this process is on its way down: then the check breaks off
   */
  public record CheckSetting(
      BatchLimits limits,
      JsonRequests requests,
      Function<List<SendRequest>, List<Prepared>> dryRun,
      LedgerPreview ledgerPreview,
      Supplier<Pacing> pacing,
      BooleanSupplier stopping) {}

  private final CheckSetting setting;

  public BatchCheck(CheckSetting setting) {
    this.setting = setting;
  }

  /**
   * Checks a file.
   *
   * @param maxFindings how many findings are kept; the others are counted
   * @throws BatchInterruptedException when this process is stopping
   * @throws IOException when the disk does not do its part; a file that cannot be read for what it
   *     is (see {@link BatchPlan#unreadable}) is no exception
   * @throws LedgerUnavailableException when the ledger cannot be read
   */
  public BatchPlan check(Path file, int maxFindings) throws IOException {
    String name = file.getFileName().toString();
    Tally tally = new Tally(name, maxFindings);
    FaultSummary faults;
    try (BatchReading reading =
        BatchReading.open(file, setting.limits(), setting.requests(), setting.stopping())) {
      Optional<Run> run = setting.ledgerPreview().unfinished(reading.sha256(), name);
      if (run.isPresent() && run.get().forgotten()) {
        throw UnreadableFileException.forgotten();
      }
      tally.resumed = run.isPresent();
      FaultCounts counts = new FaultCounts(reading.rows(), true);
      try (DuplicateKeyIndex keys = new DuplicateKeyIndex()) {
        new Pass(setting, name, reading, run, tally, keys, counts).toTheEnd();
      }
      faults = counts.faults().first(maxFindings);
      Optional<UnreadableFileException> broken = reading.broken();
      if (broken.isPresent()) {
        throw broken.get();
      }
    } catch (UnreadableFileException e) {
      return new Tally(name, 0)
          .plan(Optional.of(e.reason() + ": " + e.getMessage()), FaultSummary.NONE);
    }
    return tally.plan(Optional.empty(), faults);
  }

  /**
   * Only reads a file once, as before its first row is sent.
   *
   * @return why no row of it can be read; empty if all is well
   * @throws IOException as {@link #check}
   */
  @SuppressWarnings("try") // It only has to open.
  public static Optional<String> unreadable(Path file, BatchLimits limits, JsonRequests requests)
      throws IOException {
    try (BatchReading reading = BatchReading.open(file, limits, requests, () -> false)) {
      return Optional.empty();
    } catch (UnreadableFileException e) {
      return Optional.of(e.reason() + ": " + e.getMessage());
    }
  }

  private record Pass(
      CheckSetting setting,
      String name,
      BatchReading reading,
      Optional<Run> run,
      Tally tally,
      DuplicateKeyIndex keys,
      FaultCounts faults) {
    void toTheEnd() throws IOException, UnreadableFileException {
      List<RawRow> page = page();
      while (!page.isEmpty()) {
        look(page);
        if (setting.stopping().getAsBoolean()) {
          throw new BatchInterruptedException(Interruption.STOPPING);
        }
        page = page();
      }
    }

    private List<RawRow> page() throws IOException, UnreadableFileException {
      List<RawRow> page = new ArrayList<>(PAGE);
      long bytes = 0;
      while (page.size() < PAGE && bytes < setting.limits().windowBytes()) {
        RawRow raw = reading.next();
        if (raw == null) {
          break;
        }
        page.add(raw);
        bytes += raw.bytes();
      }
      return page;
    }

    private void look(List<RawRow> page) throws IOException {
      Map<String, Outcome> settled = settled(page);
      List<Outcome> outcomes = new ArrayList<>(page.size());
      List<Integer> asked = new ArrayList<>(page.size());
      for (RawRow raw : page) {
        Outcome outcome = settled.get(raw.source(name));
        if (raw.request() == null) {
          outcome = refused(raw.faults());
        } else if (outcome == null) {
          asked.add(outcomes.size());
        }
        outcomes.add(outcome);
      }
      List<Prepared> prepared = prepared(asked.stream().map(i -> page.get(i).request()).toList());
      List<Submission> submissions = new ArrayList<>();
      List<Integer> refusedOnes = new ArrayList<>();
      for (int i = 0; i < prepared.size(); i++) {
        RawRow raw = page.get(asked.get(i));
        Optional<Message> message = prepared.get(i).message();
        if (message.isPresent()) {
          submissions.add(new Submission(message.get(), raw.request(), origin(raw)));
        } else {
          outcomes.set(asked.get(i), refused(prepared.get(i).faults()));
          refusedOnes.add(asked.get(i));
        }
      }
      parkWhatMayHaveBeenSent(page, outcomes, refusedOnes);
      List<Answer> answers = setting.ledgerPreview().answers(submissions);
      int at = 0;
      for (int i = 0; i < page.size(); i++) {
        RawRow raw = page.get(i);
        Outcome outcome = outcomes.get(i);
        if (outcome == null) {
          admitted(raw, submissions.get(at), answers.get(at));
          at++;
        } else {
          if (outcome.accepted()) {
            tally.acceptedBefore++;
          }
          ends(raw, outcome);
        }
      }
    }

    /** A row with which looking ahead fails is refused, and holds up no other. */
    private List<Prepared> prepared(List<SendRequest> requests) {
      try {
        return setting.dryRun().apply(requests);
      } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
        return requests.size() == 1
            ? List.of(Prepared.refused(List.of(Thrown.refusal(e))))
            : requests.stream().flatMap(one -> prepared(List.of(one)).stream()).toList();
      }
    }

    /** As the ledger would do it when it is told of the refusal. */
    private void parkWhatMayHaveBeenSent(
        List<RawRow> page, List<Outcome> outcomes, List<Integer> refusedOnes) {
      if (refusedOnes.isEmpty()) {
        return;
      }
      List<Boolean> maybeSent =
          setting
              .ledgerPreview()
              .maybeSent(refusedOnes.stream().map(i -> page.get(i).request()).toList());
      for (int i = 0; i < refusedOnes.size(); i++) {
        if (maybeSent.get(i)) {
          outcomes.set(refusedOnes.get(i), Parked.refusedTooLate(outcomes.get(refusedOnes.get(i))));
        }
      }
    }

    private Map<String, Outcome> settled(List<RawRow> page) {
      Map<String, String> asked = new HashMap<>();
      if (run.isPresent()) {
        page.stream()
            .filter(raw -> raw.request() != null)
            .forEach(raw -> asked.put(raw.source(name), raw.request().messageKey()));
      }
      return asked.isEmpty() ? Map.of() : setting.ledgerPreview().settled(run.orElseThrow(), asked);
    }

    private Origin origin(RawRow raw) {
      return new Origin(Origin.FILE, raw.source(name), run.map(Run::id));
    }

    /** A valid row, as the ledger would admit it after all rows before it. */
    private void admitted(RawRow raw, Submission submission, Answer answer) throws IOException {
      Before before = before(submission);
      tally.sameRequest += before == Before.SAME ? 1 : 0;
      tally.otherRequest += before == Before.OTHER ? 1 : 0;
      switch (answer.standing()) {
        case SETTLED -> {
          Outcome told = answer.outcome().orElseThrow();
          tally.acceptedBefore += told.accepted() && before == Before.NEVER ? 1 : 0;
          ends(raw, told);
        }
        case CONFLICT -> ends(raw, Refused.usedForAnother("", submission.messageKey()));
        case NEW, RESUMABLE -> {
          switch (before) {
            case NEVER -> {
              tally.end(State.ACCEPTED);
              tally.send(submission.message());
            }
            case SAME -> tally.end(State.ACCEPTED_EARLIER);
            case OTHER -> ends(raw, Refused.usedForAnother("", submission.messageKey()));
          }
        }
      }
    }

    private Before before(Submission submission) throws IOException {
      // A key that is made of the file's own content and the row's number occurs once.
      return reading.made(submission.messageKey())
          ? Before.NEVER
          : keys.add(submission.messageKey(), submission.fingerprint());
    }

    private void ends(RawRow raw, Outcome outcome) {
      tally.end(outcome.state());
      if (outcome.accepted()) {
        return;
      }
      if (outcome.state() == State.REFUSED || outcome.state() == State.DUPLICATE) {
        tally.refused(outcome.errorCode());
      }
      faults.add(raw, outcome);
      if (outcome.faults().isEmpty()) {
        tally.find(
            new Finding(raw.number(), raw.item(), "", outcome.errorCode(), outcome.message()));
      }
      for (Fault fault : outcome.faults()) {
        tally.find(
            new Finding(
                raw.number(),
                raw.item(),
                reading.rows().field(fault.field()),
                fault.code().number(),
                fault.message()));
      }
    }
  }

  private static Outcome refused(List<Fault> faults) {
    return Refused.of("", Optional.empty(), faults);
  }

  private final class Tally {
    private final String file;
    private final int maxFindings;
    private final Map<State, Long> outcomes = new EnumMap<>(State.class);
    private final Map<Integer, Long> refusedByCode = new TreeMap<>();
    private final TreeMap<Integer, Long> byParts = new TreeMap<>();
    private final Map<Integer, Long> beyondGsm = new HashMap<>();
    private final TreeMap<String, Long> regions = new TreeMap<>();
    private final List<Finding> findings = new ArrayList<>();
    private long moreFindings;
    private boolean resumed;
    private long rows;
    private long sameRequest;
    private long otherRequest;
    private long acceptedBefore;
    private final Map<RowGroup.GroupKey, Long> kinds = new HashMap<>();
    private long sent;
    private long parts;
    private long leftToApi;
    private long gsm;
    private long ucs2;

    Tally(String file, int maxFindings) {
      this.file = file;
      this.maxFindings = maxFindings;
    }

    void end(State state) {
      rows++;
      outcomes.merge(state, 1L, Long::sum);
    }

    void refused(int code) {
      refusedByCode.merge(code, 1L, Long::sum);
    }

    void find(Finding finding) {
      if (findings.size() < maxFindings) {
        findings.add(finding);
      } else {
        moreFindings++;
      }
    }

    void send(Message message) {
      sent++;
      kinds.merge(
          new RowGroup.GroupKey(message.definitionKey(), message.resubscribe()), 1L, Long::sum);
      regions.merge(PhoneNumbers.region(message.to()).orElse(UNKNOWN_REGION), 1L, Long::sum);
      if (message.parts().isEmpty()) {
        leftToApi++;
        return;
      }
      parts += message.parts().getAsInt();
      byParts.merge(message.parts().getAsInt(), 1L, Long::sum);
      int[] characters = TextParts.nonGsm(message.text().orElseThrow()).toArray();
      if (characters.length == 0) {
        gsm++;
      } else {
        ucs2++;
      }
      for (int character : characters) {
        boolean room = beyondGsm.size() < MAX_CHARACTERS || beyondGsm.containsKey(character);
        beyondGsm.merge(room ? character : 0, 1L, Long::sum);
      }
    }

    BatchPlan plan(Optional<String> unreadable, FaultSummary faults) {
      return new BatchPlan(
          file,
          unreadable,
          rows,
          new TreeMap<>(outcomes),
          new TreeMap<>(refusedByCode),
          new Duplicates(sameRequest, otherRequest),
          new SentBefore(resumed, acceptedBefore),
          new Sending(
              sent,
              parts,
              byParts,
              leftToApi,
              gsm,
              ucs2,
              beyondGsm,
              regions,
              estimate(setting.pacing().get())),
          findings,
          moreFindings,
          faults);
    }

    private Estimate estimate(Pacing pacing) {
      long most = pacing.recipientsPerCall();
      long calls = kinds.values().stream().mapToLong(rows -> (rows + most - 1) / most).sum();
      double perCall = calls == 0 ? most : 1.0 * sent / calls;
      return new Estimate(
          calls,
          pacing.callsPerSecond() * perCall,
          Duration.ofMillis(Math.round(1_000 * calls / pacing.callsPerSecond())),
          pacing.basis());
    }
  }
}
