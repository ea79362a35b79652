package dev.smsroutes.pipeline;

import dev.smsroutes.api.ApiReply;
import dev.smsroutes.api.ReplyClassifier;
import dev.smsroutes.api.ReplyClassifier.BulkVerdict;
import dev.smsroutes.api.ReplyClassifier.SentMessage;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Parked;
import dev.smsroutes.model.Outcome.Unsettled;
import dev.smsroutes.model.Reason;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The names by which this package still asks {@link ReplyClassifier} and {@link Outcome}.
 * Temporary: it goes with the steps that use it.
 */
public final class StatusTable {
  private final ReplyClassifier replies;

  public StatusTable(Clock clock) {
    replies = new ReplyClassifier(clock);
  }

  record Sent(String requestId, String messageKey) {}

  record Together(Outcome ofTheCall, List<Outcome> ofEach) {}

  Outcome judge(ApiReply reply, String requestId, String messageKey, boolean uncertainBefore) {
    return replies.classify(reply, requestId, messageKey, uncertainBefore);
  }

  Together judgeTogether(ApiReply reply, List<Sent> sent) {
    BulkVerdict verdict =
        replies.classifyMany(
            reply, sent.stream().map(m -> new SentMessage(m.requestId(), m.messageKey())).toList());
    return new Together(verdict.ofCall(), verdict.ofEach());
  }

  List<Outcome> ofAll(Outcome open, List<Sent> sent) {
    return sent.stream()
        .map(m -> (Outcome) ((Unsettled) open).of(m.requestId(), m.messageKey()))
        .toList();
  }

  Optional<Outcome> judgeStatus(ApiReply reply, String requestId, String messageKey) {
    return replies.classifyStatus(reply, requestId, messageKey);
  }

  boolean refusesToken(ApiReply reply) {
    return ReplyClassifier.refusesToken(reply);
  }

  Outcome noReply(String requestId, String messageKey) {
    return Unsettled.noReply(requestId, messageKey);
  }

  Outcome notSent(
      Reason reason,
      String requestId,
      String messageKey,
      boolean uncertainBefore,
      String message,
      Optional<Duration> retryAfter) {
    return Unsettled.notSent(reason, requestId, messageKey, uncertainBefore, message, retryAfter);
  }

  Outcome failedInside(String requestId, Optional<String> messageKey, boolean attempted) {
    return Unsettled.failedInside(requestId, messageKey, attempted);
  }

  Outcome queued(String requestId, String messageKey, boolean uncertainBefore) {
    return Unsettled.queued(requestId, messageKey, uncertainBefore);
  }

  Outcome notQueued(String requestId, String messageKey, boolean uncertainBefore) {
    return Unsettled.notQueued(requestId, messageKey, uncertainBefore);
  }

  Outcome unrecorded(String requestId, String messageKey, boolean attempted) {
    return Unsettled.unrecorded(requestId, messageKey, attempted);
  }

  Outcome parked(Outcome outcome, String why) {
    return Parked.of(outcome, why);
  }

  boolean isOfNoSingleMessage(Outcome outcome) {
    return outcome.isAccountWide();
  }

  boolean isRetryable(Outcome outcome) {
    return outcome.isRetryable();
  }
}
