package dev.smsroutes.pipeline;

import dev.smsroutes.api.ApiReply;
import dev.smsroutes.api.MessageJson;
import dev.smsroutes.api.ReplyClassifier.BulkVerdict;
import dev.smsroutes.api.ReplyClassifier.SentMessage;
import dev.smsroutes.model.Message;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Unsettled;
import dev.smsroutes.throttle.Throttle.Permit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hc.core5.net.PercentCodec;

/**
 * One call of the SMS API with the messages that travel in it: one on the keyed route, or many of
 * one {@link Kind} on the bare route. It is repeated until its messages have outcomes or the
 * retries are used up. For one thread at a time.
 */
final class ApiCall implements Group {
  /** The path of the route that takes many. */
  private static final String BARE = "";

  /** What all messages of a call have in common. */
  record Kind(String definitionKey, boolean resubscribe, Optional<String> content) {
    static Kind of(Message message) {
      return new Kind(
          message.definitionKey(), message.resubscribe(), MessageJson.contentOfMany(message));
    }
  }

  private final Sends sends;
  private final List<InFlight> messages;
  private final Optional<Kind> kind;

  /** The messages as JSON, in their order; empty unless there is a {@link #kind}. */
  private final List<byte[]> recipients;

  /** How many attempts of these messages were recorded, earlier ones in a shared call included. */
  int attempts;

  /** How many of the attempts failed for a reason that holds up all messages. */
  int heldUp;

  /** How long to wait before the next attempt. */
  Duration backOff = Duration.ZERO;

  /** Whether there is to be a next attempt. */
  boolean again = true;

  // From here on, of the last attempt only.

  /** Those that took part in it. */
  List<InFlight> aboard = List.of();

  /** From the throttle; before the first attempt if there was one free at once. */
  Permit permit;

  /** How many messages had got through when the permit was given. */
  long gotThroughBefore;

  String token;
  ApiReply reply;

  /** When the last request left for the API, and when the first one of the attempt did. */
  private long leftAt;

  private long beganAt;

  /** When the last request had its reply, or its failure. */
  private long backAt;

  /** How long the API took for all requests of the attempt. */
  private long apiNanos;

  /** Why there is no reply. */
  Exception failure;

  /** What it means to the call, and to the throttle; null as long as nobody knows. */
  Outcome outcome;

  /** {@link #outcome} of the attempt before. */
  Outcome before;

  /** What the reply says of each message of a shared call. */
  BulkVerdict verdict;

  /** Whether nothing left, so that to repeat it at once changes nothing. */
  boolean notNow;

  /** Whether the token endpoint refused us: that says nothing of the definition. */
  boolean tokenEndpointRefused;

  private ApiCall(
      Sends sends, List<InFlight> messages, Optional<Kind> kind, List<byte[]> recipients) {
    this.sends = sends;
    this.messages = messages;
    this.kind = kind;
    this.recipients = recipients;
  }

  /** A call of one message. */
  static ApiCall of(Sends sends, InFlight message) {
    return new ApiCall(sends, List.of(message), Optional.empty(), List.of());
  }

  /**
   * A call of many messages.
   *
   * @param recipients the messages as JSON, in the same order
   */
  static ApiCall of(Sends sends, Kind kind, List<InFlight> messages, List<byte[]> recipients) {
    return new ApiCall(sends, List.copyOf(messages), Optional.of(kind), List.copyOf(recipients));
  }

  /** What its messages were handed over with. */
  Sends sends() {
    return sends;
  }

  @Override
  public List<InFlight> messages() {
    return messages;
  }

  /** Where the intake's handling stands, and the one that speaks for all. */
  InFlight first() {
    return messages.get(0);
  }

  Envelope envelope() {
    return first().envelope();
  }

  /** Whether it is for the queue of the JMS intake instead of the API. */
  boolean isQueued() {
    return envelope().handling().queued();
  }

  /** Whether there is to be an attempt now. */
  boolean goesOn() {
    return again && isAnyOpen();
  }

  /**
   * Whether the attempt has to wait for its permit. If not, it is on record with the claims of its
   * messages already.
   */
  boolean hasToWait() {
    return permit == null;
  }

  /** Whether the attempt carries any message, after the last check of each. */
  boolean isAnyAboard() {
    return !aboard.isEmpty();
  }

  /** Whether the attempt carries more than one message: then its reply has to be read for each. */
  boolean isShared() {
    return aboard.size() > 1;
  }

  /** Begins an attempt, and forgets the last one but for its outcome. */
  void begin() {
    aboard = open();
    attempts += hasToWait() ? 0 : 1;
    before = outcome;
    outcome = null;
    verdict = null;
    forgetReply();
    apiNanos = 0;
    notNow = false;
    tokenEndpointRefused = false;
  }

  /** The call is made once more: an earlier reply, such as 401, says nothing of it. */
  void forgetReply() {
    reply = null;
    failure = null;
  }

  /** A request leaves for the API. */
  void leaves() {
    leftAt = System.nanoTime();
    beganAt = apiNanos == 0 ? leftAt : beganAt;
  }

  /** The API has replied, or will not. */
  void isBack() {
    backAt = System.nanoTime();
    long nanos = backAt - leftAt;
    apiNanos += nanos;
    for (InFlight message : aboard) {
      message.wasWithApi(nanos);
    }
  }

  /** How long the API took for the attempt, in nanoseconds. */
  long apiNanos() {
    return apiNanos;
  }

  /** When the attempt began, in the time of {@link System#nanoTime}. */
  long beganAt() {
    return beganAt;
  }

  /** When its end was known, in the same time. */
  long backAt() {
    return backAt;
  }

  List<SentMessage> sent() {
    return aboard.stream().map(InFlight::sent).toList();
  }

  /** What holds for the whole call, for each message aboard. */
  List<Outcome> ofEach(Unsettled ofCall) {
    return aboard.stream()
        .map(m -> (Outcome) ofCall.of(m.requestId(), m.request().messageKey()))
        .toList();
  }

  /** The path under the API's messages, encoded. */
  String path() {
    Message message = aboard.get(0).message;
    return isShared() || message.resubscribe() ? BARE : segment(message.messageKey());
  }

  /** A message key as one segment of a path (RFC 3986): UTF-8, and only the unreserved stays. */
  static String segment(String messageKey) {
    return PercentCodec.RFC3986.encode(messageKey);
  }

  /** The body of the call: JSON, UTF-8. */
  byte[] body() {
    if (!isShared()) {
      return MessageJson.write(aboard.get(0).message);
    }
    List<byte[]> those = new ArrayList<>(aboard.size());
    for (int i = 0; i < messages.size(); i++) {
      if (messages.get(i).isOpen()) {
        those.add(recipients.get(i));
      }
    }
    Kind common = kind.orElseThrow();
    return MessageJson.writeMany(
        common.definitionKey(), common.resubscribe(), common.content(), those);
  }

  /** A body may end up in a log by accident. */
  @Override
  public String toString() {
    return "ApiCall[" + messages.size() + "]";
  }
}
