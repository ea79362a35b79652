package dev.smsroutes.ledger;

import dev.smsroutes.ledger.Runs.Run;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.SendRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the ledger would say to the rows of a batch if they were handed over now. Only reads, also
 * beside the process that serves. Thread-safe.
 *
 * <p>All methods throw {@link LedgerUnavailableException} if the ledger cannot be read.
 */
public interface LedgerPreview {
  /** What a request would meet. */
  enum KeyStatus {
    /** Nothing stands in its way: its key is free. */
    NEW,
    /** It was begun before and did not end: it would be tried again. */
    RESUMABLE,
    /** It has an outcome already, which it would be told. */
    SETTLED,
    /** Its key was used for another request. */
    CONFLICT
  }

  /**
   * @param outcome what it would be told; only with {@link KeyStatus#SETTLED}
   */
  record Answer(KeyStatus standing, Optional<Outcome> outcome) {}

  /** The run that a pass over this batch would go on with. */
  Optional<Run> unfinished(String content, String name);

  /** As {@link Runs#settled}. */
  Map<String, Outcome> settled(Run run, Map<String, String> keys);

  /**
   * What these would be answered, in their order, if each came alone.
   *
   * @param submissions some hundreds
   */
  List<Answer> answers(List<Submission> submissions);

  /**
   * Which requests that are refused now were let pass before, and may have been sent then: instead
   * of being refused, they would be parked.
   *
   * @param refused some hundreds
   * @return for each of them, in their order
   */
  List<Boolean> maybeSent(List<SendRequest> refused);

  /** Of a ledger that is not there yet. */
  static LedgerPreview ofNothing() {
    return new LedgerPreview() {
      @Override
      public Optional<Run> unfinished(String content, String name) {
        return Optional.empty();
      }

      @Override
      public Map<String, Outcome> settled(Run run, Map<String, String> keys) {
        return Map.of();
      }

      @Override
      public List<Answer> answers(List<Submission> submissions) {
        return submissions.stream()
            .map(one -> new Answer(KeyStatus.NEW, Optional.empty()))
            .toList();
      }

      @Override
      public List<Boolean> maybeSent(List<SendRequest> refused) {
        return refused.stream().map(one -> false).toList();
      }
    };
  }
}
