package dev.smsroutes.ledger;

import dev.smsroutes.ledger.Runs.Run;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.SendRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Predicts what the ledger would answer to the rows of a batch now. It only reads, also while
 * another process serves. Thread-safe.
 *
 * <p>All methods throw {@link LedgerUnavailableException} if the ledger cannot be read.
 */
public interface LedgerPreview {
  /** The state of a key, for a request. */
  enum KeyStatus {
    /** The key is free. */
    NEW,
    /** The request was begun before and did not end: it would be tried again. */
    RESUMABLE,
    /** The request has an outcome already, which would be returned. */
    SETTLED,
    /** Another request used the key. */
    CONFLICT
  }

  /**
   * @param outcome the outcome that would be returned; only with {@link KeyStatus#SETTLED}
   */
  record Answer(KeyStatus standing, Optional<Outcome> outcome) {}

  /** The run that a pass over this batch would resume. */
  Optional<Run> unfinished(String content, String name);

  /** As {@link Runs#settled}. */
  Map<String, Outcome> settled(Run run, Map<String, String> keys);

  /**
   * The answers to these submissions, in their order, each regarded by itself.
   *
   * @param submissions at most some hundreds
   */
  List<Answer> answers(List<Submission> submissions);

  /**
   * Whether requests that are refused now were admitted earlier and may have been sent: they would
   * be parked instead of refused.
   *
   * @param refused at most some hundreds
   * @return one value for each, in their order
   */
  List<Boolean> maybeSent(List<SendRequest> refused);

  /** The preview if there is no ledger yet. */
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
