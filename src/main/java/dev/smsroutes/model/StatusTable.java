package dev.smsroutes.model;

import dev.smsroutes.model.Outcome.Accepted;
import dev.smsroutes.model.Outcome.Parked;
import dev.smsroutes.model.Outcome.Reason;
import dev.smsroutes.model.Outcome.Refused;
import dev.smsroutes.model.Outcome.State;
import dev.smsroutes.model.Outcome.Unsettled;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What each answer of the SMS API means, and what we answer for each outcome: the only place that
 * knows a status code. It is the table of the delivery contract, written down once.
 *
 * <table>
 * <caption>Answers of the API</caption>
 * <tr><th>answer</th><th>outcome</th><th>we answer</th></tr>
 * <tr><td>202, errorcode 0</td><td>accepted</td><td>202</td></tr>
 * <tr><td>202 or 4xx with a code of validation, runtime or 1091xx</td><td>refused</td><td>400</td></tr>
 * <tr><td>109110 after an uncertain attempt of ours</td><td>accepted earlier</td><td>202</td></tr>
 * <tr><td>109110 on a first try</td><td>duplicate</td><td>400</td></tr>
 * <tr><td>400, other; after an uncertain attempt</td><td>refused; parked</td><td>400; 500</td></tr>
 * <tr><td>401</td><td>waiting</td><td>401</td></tr>
 * <tr><td>403, or a code of authorization</td><td>waiting</td><td>403</td></tr>
 * <tr><td>429, 503</td><td>waiting</td><td>500 + Retry-After</td></tr>
 * <tr><td>500, 502, 504, anything else, timeout, reset</td><td>uncertain</td><td>500 + Retry-After</td></tr>
 * <tr><td>no connection</td><td>waiting</td><td>500 + Retry-After</td></tr>
 * </table>
 *
 * <p>Immutable and thread-safe.
 */
public final class StatusTable {
  /** The HTTP statuses of the API's answers that we tell apart or give. */
  public static final int ACCEPTED = 202;

  /** Only of what is asked for, never of what is to be sent. */
  public static final int FOUND = 200;

  public static final int INVALID = 400;
  public static final int UNAUTHORIZED = 401;
  public static final int FORBIDDEN = 403;
  public static final int NOT_FOUND = 404;
  public static final int WRONG_METHOD = 405;
  public static final int TOO_SLOW = 408;
  public static final int TOO_LARGE = 413;
  public static final int LINE_TOO_LONG = 414;
  public static final int WRONG_MEDIA_TYPE = 415;
  public static final int HEADERS_TOO_LONG = 431;
  public static final int INTERNAL_ERROR = 500;
  public static final int OVERLOADED = 503;

  private static final int TOO_MANY_REQUESTS = 429;

  private static final Duration SOON = Duration.ofSeconds(5);

  /** What a code in the body of a 202 or a 4xx says about the request. */
  private enum Meaning {
    REFUSED,
    DUPLICATE,
    FORBIDDEN,
    RATE_LIMITED,
    BLOCKED,
    UNAVAILABLE
  }

  private static final Map<ErrorCode, Meaning> MEANINGS = meanings();

  private final Clock clock;

  /**
   * @param clock tells the time against which a {@code Retry-After} date is read
   */
  public StatusTable(Clock clock) {
    this.clock = Objects.requireNonNull(clock, "clock");
  }

  private static Map<ErrorCode, Meaning> meanings() {
    Map<ErrorCode, Meaning> meanings = new EnumMap<>(ErrorCode.class);
    for (ErrorCode code : ErrorCode.values()) {
      if (code.isOurs()) {
        continue;
      }
      switch (code) {
        case OK -> {
          // Says nothing by itself: a 401 carries it too.
        }
        case UNAUTHORIZED, INSUFFICIENT_PRIVILEGES, FORBIDDEN, WRONG_STACK, TOKEN_IN_URL ->
            meanings.put(code, Meaning.FORBIDDEN);
        case RATE_LIMITED -> meanings.put(code, Meaning.RATE_LIMITED);
        case BLOCKED -> meanings.put(code, Meaning.BLOCKED);
        case UNAVAILABLE -> meanings.put(code, Meaning.UNAVAILABLE);
        case DUPLICATE_MESSAGE_KEY -> meanings.put(code, Meaning.DUPLICATE);
        case SOME_FAILED -> {
          // Says nothing by itself: the item's own code does.
        }
        default -> meanings.put(code, Meaning.REFUSED);
      }
    }
    return meanings;
  }

  /**
   * Judges a reply to one attempt.
   *
   * @param reply what came back
   * @param requestId our id, used unless the API gave one
   * @param messageKey the key under which it was sent
   * @param uncertainBefore whether an earlier attempt of ours with this key may have been taken
   */
  public Outcome judge(
      ApiReply reply, String requestId, String messageKey, boolean uncertainBefore) {
    ReplyBody body = ReplyBody.read(reply.body());
    Judgement judgement =
        new Judgement(reply, body, body.requestId().orElse(requestId), messageKey, uncertainBefore);
    int status = reply.status();
    if (status == ACCEPTED) {
      return body.saysOk()
          ? new Accepted(judgement.requestId, judgement.key(), false)
          // Without a code it may well have been taken: refused is only what says so.
          : judgement.byCode(body.code().orElse(0) != 0);
    }
    if (status == UNAUTHORIZED) {
      return judgement.waiting(
          Reason.UNAUTHENTICATED, "The SMS API refused our token, also after a renewal");
    }
    if (status == FORBIDDEN) {
      return judgement.waiting(
          Reason.FORBIDDEN, "The SMS API refused our account: check its privileges and its stack");
    }
    if (status == TOO_MANY_REQUESTS) {
      return body.code().equals(OptionalInt.of(ErrorCode.BLOCKED.number()))
          ? judgement.blocked()
          : judgement.rateLimited();
    }
    if (status == OVERLOADED) {
      return judgement.unavailable();
    }
    if (status >= 400 && status < 500) {
      return judgement.byCode(status == INVALID);
    }
    return judgement.unclear();
  }

  /**
   * A message that was sent in one call with others, for the first time.
   *
   * @param requestId our id, used unless the API gave one
   */
  public record Sent(String requestId, String messageKey) {}

  /**
   * What one reply means to the messages that were sent in one call.
   *
   * @param ofTheCall what the pace learns from; a {@code WAITING} one holds for all messages
   * @param ofEach in the order of the messages: settled if the reply says clearly what became of
   *     this one; else whether it may have been taken is the state of the outcome, and it is to be
   *     sent alone
   */
  public record Together(Outcome ofTheCall, List<Outcome> ofEach) {
    public Together {
      ofEach = List.copyOf(ofEach);
    }
  }

  /**
   * Judges the reply to one attempt with many messages (contract, section 3). A code that refuses
   * the call as a whole is never blamed on a message of it.
   *
   * @param sent in the order in which they stand in the call; none of them was attempted before
   */
  public Together judgeTogether(ApiReply reply, List<Sent> sent) {
    ReplyBody.OfMany said = ReplyBody.readMany(reply.body());
    Sent first = sent.get(0);
    Outcome asOne = judge(reply, first.requestId(), first.messageKey(), false);
    if (decidesForAll(reply)) {
      return new Together(asOne, ofAll(asOne, sent));
    }
    List<Outcome> each = new ArrayList<>(sent.size());
    List<Optional<ReplyBody.Item>> items = match(said.items(), sent);
    boolean oneFailed = said.items().stream().anyMatch(item -> isFailed(item.body()));
    for (int i = 0; i < sent.size(); i++) {
      each.add(ofItem(reply, said.ofAll(), items.get(i), oneFailed, sent.get(i)));
    }
    boolean anySettled = each.stream().anyMatch(outcome -> outcome.state().settled());
    boolean anyUncertain = each.stream().anyMatch(outcome -> outcome.state() == State.UNCERTAIN);
    if (anySettled) {
      return new Together(new Accepted(first.requestId(), asOne.messageKey(), false), each);
    }
    if (asOne.state() != State.WAITING) {
      return new Together(asOne, each);
    }
    return anyUncertain
        ? new Together(noReply(first.requestId(), first.messageKey()), each)
        : new Together(asOne, ofAll(asOne, sent));
  }

  /** Whether the status alone says what became of all: nothing was looked at, or nobody knows. */
  private static boolean decidesForAll(ApiReply reply) {
    int status = reply.status();
    return status == UNAUTHORIZED
        || status == FORBIDDEN
        || status == TOO_MANY_REQUESTS
        || status != ACCEPTED && (status < 400 || status >= 500);
  }

  /** What holds for a whole call: an outcome that is not settled. */
  public List<Outcome> ofAll(Outcome unsettled, List<Sent> sent) {
    return sent.stream()
        .map(each -> (Outcome) ((Unsettled) unsettled).of(each.requestId(), each.messageKey()))
        .toList();
  }

  /**
   * By key, in whatever order they come. An item that does not name its key counts by its place, if
   * all the others stand in theirs. What is said twice of one key is said of none.
   */
  private static List<Optional<ReplyBody.Item>> match(List<ReplyBody.Item> items, List<Sent> sent) {
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
      Sent message) {
    Judgement judgement =
        new Judgement(
            reply,
            item.map(ReplyBody.Item::body).orElse(all),
            all.requestId().orElse(message.requestId()),
            message.messageKey(),
            false);
    if (item.isPresent() && isFailed(item.get().body())) {
      return judgement.byCode(true);
    }
    boolean taken = reply.status() == ACCEPTED;
    int top = all.topCode().orElse(-1);
    if (taken
        && item.isPresent()
        && (top == ErrorCode.OK.number() || top == ErrorCode.SOME_FAILED.number() && oneFailed)) {
      return new Accepted(judgement.requestId, judgement.key(), false);
    }
    // A refusal that names the message without a fault, or speaks of some only, may have taken it.
    boolean ofSome = item.isPresent() || top == ErrorCode.SOME_FAILED.number();
    return judgement.aloneNext(taken || ofSome || saysNothingKnown(reply, top));
  }

  /** Whether a 4xx other than 400 came without a code that says what it is about. */
  private static boolean saysNothingKnown(ApiReply reply, int top) {
    return reply.status() != INVALID && ErrorCode.of(top).map(MEANINGS::get).isEmpty();
  }

  /**
   * Judges what the API says of the status of a message whose answers were unclear.
   *
   * @return accepted earlier if it knows the message; empty if it says nothing: it may be that it
   *     does not know it yet
   */
  public Optional<Outcome> judgeStatus(ApiReply reply, String requestId, String messageKey) {
    return isOk(reply) && ReplyBody.read(reply.body()).isJson()
        ? Optional.of(new Accepted(requestId, Optional.of(messageKey), true))
        : Optional.empty();
  }

  /** The attempt left, and no reply came: timeout, reset, or a reply that broke off. */
  public Outcome noReply(String requestId, String messageKey) {
    return new Unsettled(
        requestId,
        Optional.of(messageKey),
        Reason.NO_CLEAR_ANSWER,
        true,
        ErrorCode.INTERNAL.number(),
        "The SMS API did not answer in time; the message may have been taken."
            + " Repeat the request with the same messageKey",
        Optional.empty());
  }

  /** Nothing left: no connection, or no token to send with. */
  public Outcome notSent(
      Reason reason,
      String requestId,
      String messageKey,
      boolean uncertainBefore,
      String message,
      Optional<Duration> retryAfter) {
    return new Unsettled(
        requestId,
        Optional.of(messageKey),
        reason,
        uncertainBefore,
        codeOf(reason),
        message,
        retryAfter);
  }

  /**
   * A fault of this bundle.
   *
   * @param attempted whether an attempt may have left before
   */
  public Outcome failedInside(String requestId, Optional<String> messageKey, boolean attempted) {
    return new Unsettled(
        requestId,
        messageKey,
        Reason.INTERNAL,
        attempted,
        ErrorCode.INTERNAL.number(),
        attempted
            ? "Internal error; the message may have been taken."
                + " Repeat the request with the same messageKey"
            : "Internal error; nothing was sent. The log tells more under this requestId",
        Optional.empty());
  }

  /** The key was used before, and not for this request: nothing is sent. */
  public Outcome usedForAnother(String requestId, String messageKey) {
    return Refused.of(
        requestId,
        Optional.of(messageKey),
        List.of(
            new Fault(
                "messageKey",
                ErrorCode.DUPLICATE_MESSAGE_KEY,
                "Expected a messageKey that has not been used; this one was used before, for"
                    + " another request")));
  }

  /** The same key is being handled, and that did not end while we waited for it. */
  public Outcome underWay(String requestId, String messageKey) {
    return new Unsettled(
        requestId,
        Optional.of(messageKey),
        Reason.UNDER_WAY,
        true,
        codeOf(Reason.UNDER_WAY),
        "Another request with this messageKey is under way. Repeat the request with the same"
            + " messageKey",
        Optional.empty());
  }

  /**
   * It is on disk in a queue of ours.
   *
   * @param uncertainBefore whether an earlier attempt of ours may have been taken: being queued
   *     does not make that more certain
   */
  public Outcome queued(String requestId, String messageKey, boolean uncertainBefore) {
    return new Unsettled(
        requestId,
        Optional.of(messageKey),
        Reason.QUEUED,
        uncertainBefore,
        codeOf(Reason.QUEUED),
        "",
        Optional.empty());
  }

  /**
   * It is not known to be in the queue, so nobody may rely on it.
   *
   * @param uncertainBefore whether an earlier attempt of ours may have been taken
   */
  public Outcome notQueued(String requestId, String messageKey, boolean uncertainBefore) {
    return new Unsettled(
        requestId,
        Optional.of(messageKey),
        Reason.NOT_QUEUED,
        uncertainBefore,
        codeOf(Reason.NOT_QUEUED),
        "The queue takes no requests at the moment. Repeat the request with the same messageKey",
        Optional.empty());
  }

  /**
   * It could not be recorded.
   *
   * @param attempted whether an attempt may have left before
   */
  public Outcome unrecorded(String requestId, String messageKey, boolean attempted) {
    return new Unsettled(
        requestId,
        Optional.ofNullable(messageKey),
        Reason.UNRECORDED,
        attempted,
        codeOf(Reason.UNRECORDED),
        attempted
            ? "The outcome cannot be recorded at the moment; the message may have been taken."
                + " Repeat the request with the same messageKey"
            : "The request cannot be recorded at the moment; nothing was sent",
        Optional.empty());
  }

  /**
   * A person cancelled the batch that it belongs to before it was handed over.
   *
   * @param maybeSent whether it may have been sent before that, under the same key
   */
  public static Outcome cancelled(String requestId, String messageKey, boolean maybeSent) {
    return new Unsettled(
        requestId,
        Optional.of(messageKey),
        Reason.CANCELLED,
        maybeSent,
        codeOf(Reason.CANCELLED),
        maybeSent
            ? "Cancelled, but an earlier attempt may have been taken. Repeat the request with the"
                + " same messageKey"
            : ErrorCode.CANCELLED.words(),
        Optional.empty());
  }

  /** It was asked what became of a request, and the record cannot be read. */
  public Outcome unread(String requestId, String messageKey) {
    return new Unsettled(
        requestId,
        Optional.of(messageKey),
        Reason.UNRECORDED,
        true,
        codeOf(Reason.UNRECORDED),
        "The record of this messageKey cannot be read at the moment; ask again",
        Optional.empty());
  }

  /** No machine goes on with an unsettled request: a person has to decide. */
  public Outcome parked(Outcome unsettled, String why) {
    return new Parked(
        unsettled.requestId(),
        unsettled.messageKey(),
        unsettled.errorCode(),
        why + ". The last attempt: " + unsettled.message());
  }

  /** Our own checks refuse by now what may have been sent when they let it pass. */
  public Outcome refusedTooLate(Outcome refused) {
    return parked(refused, "It is refused now, and an earlier attempt may have been taken");
  }

  /** The HTTP status with which the intake answers for this outcome. */
  public int httpStatus(Outcome outcome) {
    return switch (outcome.state()) {
      case ACCEPTED, ACCEPTED_EARLIER -> ACCEPTED;
      case REFUSED, DUPLICATE -> INVALID;
      case PARKED -> INTERNAL_ERROR;
      case UNCERTAIN, WAITING ->
          switch (((Unsettled) outcome).reason()) {
            case UNAUTHENTICATED -> UNAUTHORIZED;
            case FORBIDDEN -> FORBIDDEN;
            case QUEUED -> ACCEPTED;
            case NOT_QUEUED, STOPPING -> OVERLOADED;
            case RATE_LIMITED,
                BLOCKED,
                UNAVAILABLE,
                UNREACHABLE,
                NO_CLEAR_ANSWER,
                UNDER_WAY,
                NOT_YET,
                OUTSIDE_WINDOW,
                UNRECORDED,
                CANCELLED,
                INTERNAL ->
                INTERNAL_ERROR;
          };
    };
  }

  /** How long a caller is asked to wait; empty when nothing is left to repeat. */
  public Optional<Duration> retryAfter(Outcome outcome) {
    if (!(outcome instanceof Unsettled unsettled)) {
      return Optional.empty();
    }
    return switch (unsettled.reason()) {
      case QUEUED -> Optional.empty();
      case UNAUTHENTICATED,
          FORBIDDEN,
          BLOCKED,
          RATE_LIMITED,
          UNAVAILABLE,
          UNREACHABLE,
          NO_CLEAR_ANSWER,
          UNDER_WAY,
          NOT_QUEUED,
          NOT_YET,
          OUTSIDE_WINDOW,
          UNRECORDED,
          STOPPING,
          CANCELLED,
          INTERNAL ->
          Optional.of(unsettled.retryAfter().orElse(SOON));
    };
  }

  /** Whether it did not settle for a reason that lies with the API or the account. */
  public boolean isOfNoSingleMessage(Outcome outcome) {
    if (!(outcome instanceof Unsettled unsettled)) {
      return false;
    }
    return switch (unsettled.reason()) {
      case RATE_LIMITED, BLOCKED, UNAVAILABLE, UNREACHABLE, UNAUTHENTICATED, FORBIDDEN -> true;
      case NO_CLEAR_ANSWER,
          UNDER_WAY,
          QUEUED,
          NOT_QUEUED,
          NOT_YET,
          OUTSIDE_WINDOW,
          UNRECORDED,
          STOPPING,
          CANCELLED,
          INTERNAL ->
          false;
    };
  }

  /** Whether one more attempt with the same key, right now or shortly, can change the outcome. */
  public boolean isRetryable(Outcome outcome) {
    if (!(outcome instanceof Unsettled unsettled)) {
      return false;
    }
    return switch (unsettled.reason()) {
      case RATE_LIMITED, UNAVAILABLE, UNREACHABLE, NO_CLEAR_ANSWER -> true;
      case UNAUTHENTICATED,
          FORBIDDEN,
          BLOCKED,
          UNDER_WAY,
          QUEUED,
          NOT_QUEUED,
          NOT_YET,
          OUTSIDE_WINDOW,
          UNRECORDED,
          STOPPING,
          CANCELLED,
          INTERNAL ->
          false;
    };
  }

  /** Whether a reply says that the token is no longer good. */
  public boolean refusesToken(ApiReply reply) {
    return reply.status() == UNAUTHORIZED;
  }

  /**
   * Judges a reply of the token endpoint that is not a token.
   *
   * @return why there is none: a fault of the configuration, or a passing one
   */
  public Reason tokenRefusal(ApiReply reply) {
    int status = reply.status();
    if (status == TOO_MANY_REQUESTS) {
      return Reason.RATE_LIMITED;
    }
    if (status == FORBIDDEN) {
      return Reason.FORBIDDEN;
    }
    return status >= 400 && status < 500 ? Reason.UNAUTHENTICATED : Reason.UNAVAILABLE;
  }

  /** The {@code Retry-After} of a reply, if it has a readable one. */
  public Optional<Duration> retryAfter(ApiReply reply) {
    return reply.retryAfter().flatMap(value -> RetryAfter.read(value, clock));
  }

  /** Whether a reply is a success. */
  public boolean isOk(ApiReply reply) {
    return reply.status() >= 200 && reply.status() < 300;
  }

  private static int codeOf(Reason reason) {
    return switch (reason) {
      case UNAUTHENTICATED -> ErrorCode.UNAUTHORIZED.number();
      case FORBIDDEN -> ErrorCode.FORBIDDEN.number();
      case RATE_LIMITED -> ErrorCode.RATE_LIMITED.number();
      case BLOCKED -> ErrorCode.BLOCKED.number();
      case UNAVAILABLE,
          UNREACHABLE,
          UNDER_WAY,
          NOT_QUEUED,
          NOT_YET,
          OUTSIDE_WINDOW,
          UNRECORDED,
          STOPPING ->
          ErrorCode.UNAVAILABLE.number();
      case QUEUED -> ErrorCode.OK.number();
      case CANCELLED -> ErrorCode.CANCELLED.number();
      case NO_CLEAR_ANSWER, INTERNAL -> ErrorCode.INTERNAL.number();
    };
  }

  /** One reply with all that is needed to judge it. */
  private final class Judgement {
    private final ApiReply reply;
    private final ReplyBody body;
    private final String requestId;
    private final String messageKey;
    private final boolean uncertainBefore;

    private Judgement(
        ApiReply reply,
        ReplyBody body,
        String requestId,
        String messageKey,
        boolean uncertainBefore) {
      this.reply = reply;
      this.body = body;
      this.requestId = requestId;
      this.messageKey = messageKey;
      this.uncertainBefore = uncertainBefore;
    }

    private Optional<String> key() {
      return Optional.of(messageKey);
    }

    /**
     * The code in the body decides.
     *
     * @param decidesWithoutCode whether the status alone refuses the request
     */
    private Outcome byCode(boolean decidesWithoutCode) {
      int number = body.code().orElse(0);
      Optional<Meaning> meaning = ErrorCode.of(number).map(MEANINGS::get);
      if (meaning.isEmpty()) {
        return decidesWithoutCode ? refusedWithoutKnownCode(number) : unclear();
      }
      return switch (meaning.get()) {
        case REFUSED ->
            // Of a single recipient, it may stand for a 109110 that is not told.
            number == ErrorCode.NO_VALID_RECIPIENTS.number()
                ? refusedWithoutKnownCode(number)
                : refused(number);
        case DUPLICATE -> uncertainBefore ? new Accepted(requestId, key(), true) : refused(number);
        case FORBIDDEN ->
            waiting(Reason.FORBIDDEN, "The SMS API refused our account: " + words(number));
        case RATE_LIMITED -> rateLimited();
        case BLOCKED -> blocked();
        case UNAVAILABLE -> unavailable();
      };
    }

    private Outcome refused(int number) {
      return new Refused(requestId, key(), number, words(number), List.of());
    }

    /** After an uncertain attempt such an answer may well mean that the first one was taken. */
    private Outcome refusedWithoutKnownCode(int number) {
      int code = number == 0 ? ErrorCode.VALIDATION.number() : number;
      return uncertainBefore
          ? new Parked(
              requestId,
              key(),
              code,
              "The SMS API refused a repetition with a code that we do not know, after an attempt"
                  + " that may have been taken: a person has to decide. It said: "
                  + words(code))
          : refused(code);
    }

    private Outcome rateLimited() {
      return waiting(Reason.RATE_LIMITED, "The SMS API asks us to send more slowly");
    }

    private Outcome blocked() {
      return waiting(Reason.BLOCKED, "The SMS API has blocked this account for a while");
    }

    private Outcome unavailable() {
      return waiting(Reason.UNAVAILABLE, "The SMS API is not available at the moment");
    }

    private Outcome waiting(Reason reason, String message) {
      Optional<Duration> wait =
          reply.retryAfter().or(body::retryAfter).flatMap(value -> RetryAfter.read(value, clock));
      int number = body.code().orElse(0);
      return new Unsettled(
          requestId,
          key(),
          reason,
          uncertainBefore,
          number == 0 ? codeOf(reason) : number,
          message,
          wait);
    }

    private Outcome unclear() {
      int number = body.code().orElse(0);
      return new Unsettled(
          requestId,
          key(),
          Reason.NO_CLEAR_ANSWER,
          true,
          number == 0 ? ErrorCode.INTERNAL.number() : number,
          "The SMS API answered "
              + reply.status()
              + (body.isJson() ? "" : " with a body that is not its JSON")
              + "; the message may have been taken. Repeat the request with the same messageKey",
          reply.retryAfter().flatMap(value -> RetryAfter.read(value, clock)));
    }

    /** The reply says nothing of this message; it has to be asked for alone. */
    private Outcome aloneNext(boolean maybeTaken) {
      int number = body.topCode().orElse(0);
      return new Unsettled(
          requestId,
          key(),
          Reason.NO_CLEAR_ANSWER,
          maybeTaken,
          number == 0 ? ErrorCode.INTERNAL.number() : number,
          "The SMS API answered "
              + reply.status()
              + " to a call with many messages, and did not say what became of this one",
          Optional.empty());
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
