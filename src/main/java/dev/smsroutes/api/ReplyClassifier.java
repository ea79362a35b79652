package dev.smsroutes.api;

import static org.apache.hc.core5.http.HttpStatus.SC_ACCEPTED;
import static org.apache.hc.core5.http.HttpStatus.SC_BAD_REQUEST;
import static org.apache.hc.core5.http.HttpStatus.SC_CLIENT_ERROR;
import static org.apache.hc.core5.http.HttpStatus.SC_FORBIDDEN;
import static org.apache.hc.core5.http.HttpStatus.SC_SERVER_ERROR;
import static org.apache.hc.core5.http.HttpStatus.SC_SERVICE_UNAVAILABLE;
import static org.apache.hc.core5.http.HttpStatus.SC_TOO_MANY_REQUESTS;
import static org.apache.hc.core5.http.HttpStatus.SC_UNAUTHORIZED;

import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Accepted;
import dev.smsroutes.model.Outcome.Parked;
import dev.smsroutes.model.Outcome.Refused;
import dev.smsroutes.model.Outcome.State;
import dev.smsroutes.model.Outcome.Unsettled;
import dev.smsroutes.model.Reason;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * What each answer of the SMS API means: the only place that decides by a status or an error code
 * of the API. It is the table of the delivery contract; what a caller gets is in {@link Reason}.
 *
 * <table>
 * <caption>Answers of the API</caption>
 * <tr><th>answer</th><th>outcome</th></tr>
 * <tr><td>202, errorcode 0</td><td>accepted</td></tr>
 * <tr><td>202 or 4xx with a code of validation, runtime or 1091xx</td><td>refused</td></tr>
 * <tr><td>109110 after an earlier, uncertain attempt</td><td>accepted earlier</td></tr>
 * <tr><td>109110 on a first try</td><td>duplicate</td></tr>
 * <tr><td>400, other; after an uncertain attempt</td><td>refused; parked</td></tr>
 * <tr><td>401; 403, or a code of authorization</td><td>waiting</td></tr>
 * <tr><td>429, 503</td><td>waiting</td></tr>
 * <tr><td>500, 502, 504, anything else, timeout, reset</td><td>uncertain</td></tr>
 * <tr><td>no connection</td><td>waiting</td></tr>
 * </table>
 *
 * <p>Immutable and thread-safe.
 */
public final class ReplyClassifier {
  /** The codes that speak of the account or the API, and not of the request. */
  private static final Map<ErrorCode, Reason> NOT_OF_THE_REQUEST =
      Map.of(
          ErrorCode.UNAUTHORIZED, Reason.FORBIDDEN,
          ErrorCode.INSUFFICIENT_PRIVILEGES, Reason.FORBIDDEN,
          ErrorCode.FORBIDDEN, Reason.FORBIDDEN,
          ErrorCode.WRONG_STACK, Reason.FORBIDDEN,
          ErrorCode.TOKEN_IN_URL, Reason.FORBIDDEN,
          ErrorCode.RATE_LIMITED, Reason.RATE_LIMITED,
          ErrorCode.BLOCKED, Reason.BLOCKED,
          ErrorCode.UNAVAILABLE, Reason.UNAVAILABLE);

  /** They say nothing by themselves: a 401 has the first too, the items' own codes say the rest. */
  private static final Set<ErrorCode> SAY_NOTHING = Set.of(ErrorCode.OK, ErrorCode.SOME_FAILED);

  private static final Map<Reason, String> WORDS =
      Map.of(
          Reason.UNAUTHENTICATED, "The SMS API refused our token, also after a renewal",
          Reason.FORBIDDEN, "The SMS API refused our account: check its privileges and its stack",
          Reason.RATE_LIMITED, "The SMS API asks us to send more slowly",
          Reason.BLOCKED, "The SMS API has blocked this account for a while",
          Reason.UNAVAILABLE, "The SMS API is not available at the moment");

  private final Clock clock;

  /**
   * @param clock tells the time against which a {@code Retry-After} date is read
   */
  public ReplyClassifier(Clock clock) {
    this.clock = Objects.requireNonNull(clock, "clock");
  }

  /**
   * Classifies the reply to one attempt.
   *
   * @param requestId our id, used unless the API gave one
   * @param messageKey the key under which it was sent
   * @param uncertainBefore whether an earlier attempt with this key may have been taken
   */
  public Outcome classify(
      ApiReply reply, String requestId, String messageKey, boolean uncertainBefore) {
    ReplyBody body = ReplyBody.read(reply.body());
    return new ReplyToMessage(reply, body, clock, requestId, messageKey, uncertainBefore).outcome();
  }

  /**
   * A message that was sent in a bulk call, for the first time.
   *
   * @param requestId our id, used unless the API gave one
   */
  public record SentMessage(String requestId, String messageKey) {}

  /**
   * What the reply to a bulk call means.
   *
   * @param ofCall what the throttle learns from; a {@code WAITING} one holds for all messages
   * @param ofEach in the order of the messages: settled if the reply says clearly what became of
   *     this one; else whether it may have been taken is the state of the outcome, and it is to be
   *     sent in a call of its own
   */
  public record BulkVerdict(Outcome ofCall, List<Outcome> ofEach) {
    public BulkVerdict {
      ofEach = List.copyOf(ofEach);
    }
  }

  /**
   * Classifies the reply to a bulk call (contract, section 3). A code that refuses the call as a
   * whole is never blamed on a message of it.
   *
   * @param sent in the order in which they stand in the call; none of them was attempted before
   */
  public BulkVerdict classifyMany(ApiReply reply, List<SentMessage> sent) {
    ReplyBody.OfMany said = ReplyBody.readMany(reply.body());
    SentMessage first = sent.get(0);
    Outcome asOne =
        new ReplyToMessage(reply, said.ofOne(), clock, first.requestId(), first.messageKey(), false)
            .outcome();
    if (decidesForAll(reply.status())) {
      return new BulkVerdict(asOne, ofAll(asOne, sent));
    }
    List<Outcome> each = new ArrayList<>(sent.size());
    List<Optional<ReplyBody.Item>> items = match(said.items(), sent);
    boolean oneFailed = said.items().stream().anyMatch(item -> isFailed(item.body()));
    for (int i = 0; i < sent.size(); i++) {
      each.add(ofItem(reply, said.ofAll(), items.get(i), oneFailed, sent.get(i)));
    }
    if (each.stream().anyMatch(outcome -> outcome.state().settled())) {
      return new BulkVerdict(new Accepted(first.requestId(), asOne.messageKey(), false), each);
    }
    if (asOne.state() != State.WAITING) {
      return new BulkVerdict(asOne, each);
    }
    return each.stream().anyMatch(outcome -> outcome.state() == State.UNCERTAIN)
        ? new BulkVerdict(Unsettled.noReply(first.requestId(), first.messageKey()), each)
        : new BulkVerdict(asOne, ofAll(asOne, sent));
  }

  /** Whether the status alone decides: the API looked at no message, or the answer is unclear. */
  private static boolean decidesForAll(int status) {
    return status == SC_UNAUTHORIZED
        || status == SC_FORBIDDEN
        || status == SC_TOO_MANY_REQUESTS
        || status != SC_ACCEPTED && !isClientError(status);
  }

  private static boolean isClientError(int status) {
    return status >= SC_CLIENT_ERROR && status < SC_SERVER_ERROR;
  }

  private static List<Outcome> ofAll(Outcome unsettled, List<SentMessage> sent) {
    return sent.stream()
        .map(each -> (Outcome) ((Unsettled) unsettled).of(each.requestId(), each.messageKey()))
        .toList();
  }

  /**
   * By key, in whatever order the items are. An item that does not name its key counts by its
   * place, if all the others stand in theirs. A key that is named twice gets no item.
   */
  private static List<Optional<ReplyBody.Item>> match(
      List<ReplyBody.Item> items, List<SentMessage> sent) {
    Map<String, ReplyBody.Item> byKey = new HashMap<>();
    Set<String> twice = new HashSet<>();
    boolean inPlace = items.size() == sent.size();
    for (int i = 0; i < items.size(); i++) {
      Optional<String> key = items.get(i).messageKey();
      if (key.isPresent()) {
        if (byKey.put(key.get(), items.get(i)) != null) {
          twice.add(key.get());
        }
        inPlace = inPlace && key.get().equals(sent.get(i).messageKey());
      }
    }
    List<Optional<ReplyBody.Item>> matched = new ArrayList<>(sent.size());
    for (int i = 0; i < sent.size(); i++) {
      String key = sent.get(i).messageKey();
      ReplyBody.Item item = inPlace ? items.get(i) : byKey.get(key);
      matched.add(twice.contains(key) ? Optional.empty() : Optional.ofNullable(item));
    }
    return matched;
  }

  private static boolean isFailed(ReplyBody item) {
    return item.itemCode().orElse(0) != 0;
  }

  private Outcome ofItem(
      ApiReply reply,
      ReplyBody all,
      Optional<ReplyBody.Item> item,
      boolean oneFailed,
      SentMessage message) {
    ReplyToMessage itsReply =
        new ReplyToMessage(
            reply,
            item.map(ReplyBody.Item::body).orElse(all),
            clock,
            message.requestId(),
            message.messageKey(),
            false);
    if (item.isPresent() && isFailed(item.get().body())) {
      return itsReply.byCode(true);
    }
    boolean taken = reply.status() == SC_ACCEPTED;
    int top = all.topCode().orElse(-1);
    if (taken
        && item.isPresent()
        && (top == ErrorCode.OK.number() || top == ErrorCode.SOME_FAILED.number() && oneFailed)) {
      return itsReply.accepted(false);
    }
    // A refusal that names the message without a fault, or speaks of some only, may have taken it.
    boolean ofSome = item.isPresent() || top == ErrorCode.SOME_FAILED.number();
    boolean saysNothing = reply.status() != SC_BAD_REQUEST && meaningful(top).isEmpty();
    return itsReply.notTold(taken || ofSome || saysNothing);
  }

  /** The code of this number, if it is one of the API that decides something. */
  private static Optional<ErrorCode> meaningful(int number) {
    return ErrorCode.of(number).filter(code -> !code.isOurs() && !SAY_NOTHING.contains(code));
  }

  /**
   * Classifies what the API says of the status of a message whose answers were unclear.
   *
   * @return accepted earlier if the API knows the message; empty if not: it may learn of it later
   */
  public Optional<Outcome> classifyStatus(ApiReply reply, String requestId, String messageKey) {
    return isOk(reply) && ReplyBody.read(reply.body()).isJson()
        ? Optional.of(new Accepted(requestId, Optional.of(messageKey), true))
        : Optional.empty();
  }

  /** Whether a reply says that the token is no longer good. */
  public static boolean refusesToken(ApiReply reply) {
    return reply.status() == SC_UNAUTHORIZED;
  }

  /** Why the token endpoint gave no token: a fault of the configuration, or a passing one. */
  static Reason tokenRefusal(ApiReply reply) {
    return switch (reply.status()) {
      case SC_TOO_MANY_REQUESTS -> Reason.RATE_LIMITED;
      case SC_FORBIDDEN -> Reason.FORBIDDEN;
      default -> isClientError(reply.status()) ? Reason.UNAUTHENTICATED : Reason.UNAVAILABLE;
    };
  }

  static boolean isOk(ApiReply reply) {
    return reply.status() >= 200 && reply.status() < 300;
  }

  /** A reply, and the message that it is read for. */
  private record ReplyToMessage(
      ApiReply reply,
      ReplyBody body,
      Clock clock,
      String ourRequestId,
      String messageKey,
      boolean uncertainBefore) {

    private String requestId() {
      return body.requestId().orElse(ourRequestId);
    }

    private Optional<String> key() {
      return Optional.of(messageKey);
    }

    private Outcome outcome() {
      int number = body.code().orElse(0);
      return switch (reply.status()) {
        // Without a code it may well have been taken: only a code refuses.
        case SC_ACCEPTED -> body.saysOk() ? accepted(false) : byCode(number != 0);
        case SC_BAD_REQUEST -> byCode(true);
        case SC_UNAUTHORIZED -> waiting(Reason.UNAUTHENTICATED);
        case SC_FORBIDDEN -> waiting(Reason.FORBIDDEN);
        case SC_TOO_MANY_REQUESTS ->
            waiting(number == ErrorCode.BLOCKED.number() ? Reason.BLOCKED : Reason.RATE_LIMITED);
        case SC_SERVICE_UNAVAILABLE -> waiting(Reason.UNAVAILABLE);
        default -> isClientError(reply.status()) ? byCode(false) : unclear();
      };
    }

    /**
     * The code in the body decides.
     *
     * @param decidesWithoutCode whether the status alone refuses the request
     */
    private Outcome byCode(boolean decidesWithoutCode) {
      int number = body.code().orElse(0);
      Optional<ErrorCode> code = meaningful(number);
      if (code.isEmpty()) {
        return decidesWithoutCode ? refusedWithoutKnownCode(number) : unclear();
      }
      Reason reason = NOT_OF_THE_REQUEST.get(code.get());
      if (reason != null) {
        return reason == Reason.FORBIDDEN
            ? waiting(reason, "The SMS API refused our account: " + words(number))
            : waiting(reason);
      }
      return switch (code.get()) {
        case DUPLICATE_MESSAGE_KEY -> uncertainBefore ? accepted(true) : refused(number);
        // Of a single recipient, it may stand for a 109110 that is not told.
        case NO_VALID_RECIPIENTS -> refusedWithoutKnownCode(number);
        default -> refused(number);
      };
    }

    private Outcome accepted(boolean earlier) {
      return new Accepted(requestId(), key(), earlier);
    }

    private Outcome refused(int number) {
      return new Refused(requestId(), key(), number, words(number), List.of());
    }

    /** After an uncertain attempt such an answer may well mean that the first one was taken. */
    private Outcome refusedWithoutKnownCode(int number) {
      int code = number == 0 ? ErrorCode.VALIDATION.number() : number;
      return uncertainBefore
          ? new Parked(
              requestId(),
              key(),
              code,
              "The SMS API refused a repetition with a code that we do not know, after an attempt"
                  + " that may have been taken: a person has to decide. It said: "
                  + words(code))
          : refused(code);
    }

    private Outcome waiting(Reason reason) {
      return waiting(reason, WORDS.get(reason));
    }

    private Outcome waiting(Reason reason, String message) {
      Optional<Duration> wait =
          reply.retryAfter().or(body::retryAfter).flatMap(value -> RetryAfter.read(value, clock));
      return unsettled(reason, uncertainBefore, body.code().orElse(0), message, wait);
    }

    private Outcome unclear() {
      return unsettled(
          Reason.NO_CLEAR_ANSWER,
          true,
          body.code().orElse(0),
          "The SMS API answered "
              + reply.status()
              + (body.isJson() ? "" : " with a body that is not its JSON")
              + "; the message may have been taken. Repeat the request with the same messageKey",
          reply.retryAfter().flatMap(value -> RetryAfter.read(value, clock)));
    }

    /** The reply to a bulk call says nothing of this message. */
    private Outcome notTold(boolean maybeTaken) {
      return unsettled(
          Reason.NO_CLEAR_ANSWER,
          maybeTaken,
          body.topCode().orElse(0),
          "The SMS API answered "
              + reply.status()
              + " to a call with many messages, and did not say what became of this one",
          Optional.empty());
    }

    private Outcome unsettled(
        Reason reason, boolean uncertain, int number, String message, Optional<Duration> wait) {
      int code = number == 0 ? reason.errorCode().number() : number;
      return new Unsettled(requestId(), key(), reason, uncertain, code, message, wait);
    }

    private String words(int number) {
      if (!body.message().isBlank()) {
        return body.message();
      }
      return ErrorCode.of(number)
          .map(ErrorCode::words)
          .orElse("The SMS API refused the request with code " + number);
    }
  }
}
