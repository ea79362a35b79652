package dev.smsroutes.model;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.hc.core5.http.HttpStatus;

/**
 * How one send request ended. Immutable and free of any channel: HTTP, files and JMS each render it
 * in their own way. {@link Reason} says what an unsettled one means to a caller.
 *
 * <p>The states are those of the delivery contract.
 */
public sealed interface Outcome {

  /** The states of the delivery contract in which the pipeline can leave a request. */
  enum State {
    /** The API took it: 202 and errorcode 0, on top and on the item. */
    ACCEPTED(true),
    /** The API had taken an earlier attempt, and says so with 109110. */
    ACCEPTED_EARLIER(true),
    /** It was never valid: by our own checks, or by the API's. */
    REFUSED(true),
    /** Its key has been used for another request. */
    DUPLICATE(true),
    /** Only a person may decide: it was tried for the last time, or it may have been taken. */
    PARKED(true),
    /**
     * An attempt left and its answer did not come or says nothing; the same key may be repeated.
     */
    UNCERTAIN(false),
    /** Surely not sent yet, and worth another try later. */
    WAITING(false);

    private final boolean settled;

    State(boolean settled) {
      this.settled = settled;
    }

    /** Whether no further attempt follows by itself. */
    public boolean settled() {
      return settled;
    }
  }

  /** Whether the API has taken it, now or at an earlier attempt. */
  default boolean accepted() {
    return state() == State.ACCEPTED || state() == State.ACCEPTED_EARLIER;
  }

  /** Whether it is in the queue of the JMS intake, where it is as safe as with the API. */
  default boolean queued() {
    return this instanceof Unsettled unsettled && unsettled.reason() == Reason.QUEUED;
  }

  /** Identifies this handling of the request: the API's own id once it gave one, else ours. */
  String requestId();

  /** The message key, or empty when the request had none. */
  Optional<String> messageKey();

  State state();

  /** The API's number for it; 0 when accepted. May be one that {@link ErrorCode} does not know. */
  int errorCode();

  /** What happened, for a person; empty when accepted. Holds no phone number and no attribute. */
  String message();

  /** Every fault of a refused request; empty in all other states. */
  default List<Fault> faults() {
    return List.of();
  }

  /** How long to wait before the next attempt, if the API or the throttle named a time. */
  default Optional<Duration> retryAfter() {
    return Optional.empty();
  }

  /** The HTTP status with which the intake answers for it. */
  default int httpStatus() {
    return switch (state()) {
      case ACCEPTED, ACCEPTED_EARLIER -> HttpStatus.SC_ACCEPTED;
      case REFUSED, DUPLICATE ->
          errorCode() == ErrorCode.FORBIDDEN.number()
              ? HttpStatus.SC_FORBIDDEN
              : HttpStatus.SC_BAD_REQUEST;
      case PARKED -> HttpStatus.SC_INTERNAL_SERVER_ERROR;
      case UNCERTAIN, WAITING -> ((Unsettled) this).reason().httpStatus();
    };
  }

  /** How long a caller is asked to wait; empty when nothing is left to repeat. */
  default Optional<Duration> callerRetryAfter() {
    return this instanceof Unsettled && !queued()
        ? Optional.of(retryAfter().orElse(Unsettled.SOON))
        : Optional.empty();
  }

  /** Whether one more attempt with the same key, right now or shortly, can change it. */
  default boolean isRetryable() {
    return this instanceof Unsettled unsettled && unsettled.reason().isRetryable();
  }

  /** Whether it did not settle for a reason that lies with the API or the account. */
  default boolean isAccountWide() {
    return this instanceof Unsettled unsettled && unsettled.reason().isAccountWide();
  }

  /**
   * Taken by the API.
   *
   * @param earlier whether it had been taken before it was asked for this time
   * @param parts as how many messages it travels and is billed, at least 1; empty when nobody here
   *     can say, as for a text that only the API renders
   */
  record Accepted(String requestId, Optional<String> messageKey, boolean earlier, OptionalInt parts)
      implements Outcome {
    public Accepted {
      Objects.requireNonNull(requestId, "requestId");
      Objects.requireNonNull(messageKey, "messageKey");
      Objects.requireNonNull(parts, "parts");
    }

    /** Of a message whose parts are not known. */
    public Accepted(String requestId, Optional<String> messageKey, boolean earlier) {
      this(requestId, messageKey, earlier, OptionalInt.empty());
    }

    /** The same, of a message of so many parts. */
    public Accepted withParts(OptionalInt parts) {
      return new Accepted(requestId, messageKey, earlier, parts);
    }

    @Override
    public State state() {
      return earlier ? State.ACCEPTED_EARLIER : State.ACCEPTED;
    }

    @Override
    public int errorCode() {
      return ErrorCode.OK.number();
    }

    @Override
    public String message() {
      return "";
    }
  }

  /** Never valid, or its key belongs to another request. */
  record Refused(
      String requestId,
      Optional<String> messageKey,
      int errorCode,
      String message,
      List<Fault> faults)
      implements Outcome {
    public Refused {
      Objects.requireNonNull(requestId, "requestId");
      Objects.requireNonNull(messageKey, "messageKey");
      Objects.requireNonNull(message, "message");
      faults = List.copyOf(faults);
    }

    /** Refused by our own checks: the first fault gives the code and the message on top. */
    public static Refused of(String requestId, Optional<String> messageKey, List<Fault> faults) {
      Fault first = faults.get(0);
      return new Refused(requestId, messageKey, first.code().number(), first.message(), faults);
    }

    /** The key was used before, for another request: nothing is sent. */
    public static Refused usedForAnother(String requestId, String messageKey) {
      return of(
          requestId,
          Optional.of(messageKey),
          List.of(
              new Fault(
                  "messageKey",
                  ErrorCode.DUPLICATE_MESSAGE_KEY,
                  "Expected a messageKey that has not been used; this one was used before, for"
                      + " another request")));
    }

    @Override
    public State state() {
      return errorCode == ErrorCode.DUPLICATE_MESSAGE_KEY.number()
          ? State.DUPLICATE
          : State.REFUSED;
    }
  }

  /** No machine may go on with it. */
  record Parked(String requestId, Optional<String> messageKey, int errorCode, String message)
      implements Outcome {
    public Parked {
      Objects.requireNonNull(requestId, "requestId");
      Objects.requireNonNull(messageKey, "messageKey");
      Objects.requireNonNull(message, "message");
    }

    /**
     * Parks an outcome of which a person has to decide.
     *
     * @param why a sentence without a full stop
     */
    public static Parked of(Outcome last, String why) {
      return new Parked(
          last.requestId(),
          last.messageKey(),
          last.errorCode(),
          why + ". The last attempt: " + last.message());
    }

    /** Our own checks refuse now what may have been sent when they let it pass. */
    public static Parked refusedTooLate(Outcome refused) {
      return of(refused, "It is refused now, and an earlier attempt may have been taken");
    }

    @Override
    public State state() {
      return State.PARKED;
    }
  }

  /** Not settled: the same request with the same key may be tried again. */
  record Unsettled(
      String requestId,
      Optional<String> messageKey,
      Reason reason,
      boolean uncertain,
      int errorCode,
      String message,
      Optional<Duration> retryAfter)
      implements Outcome {
    /** The wait that callers are told when neither the API nor the throttle names one. */
    private static final Duration SOON = Duration.ofSeconds(5);

    private static final String REPEAT = "Repeat the request with the same messageKey";

    public Unsettled {
      Objects.requireNonNull(requestId, "requestId");
      Objects.requireNonNull(messageKey, "messageKey");
      Objects.requireNonNull(reason, "reason");
      Objects.requireNonNull(message, "message");
      Objects.requireNonNull(retryAfter, "retryAfter");
    }

    private static Unsettled because(
        Reason reason, String requestId, String messageKey, boolean uncertain, String message) {
      return notSent(reason, requestId, messageKey, uncertain, message, Optional.empty());
    }

    /** The attempt left, and no reply came: timeout, reset, or a reply that broke off. */
    public static Unsettled noReply(String requestId, String messageKey) {
      return because(
          Reason.NO_CLEAR_ANSWER,
          requestId,
          messageKey,
          true,
          "The SMS API did not answer in time; the message may have been taken. " + REPEAT);
    }

    /**
     * Nothing left at this attempt: no connection, no token or no permit.
     *
     * @param uncertainBefore whether an earlier attempt may have been taken
     */
    public static Unsettled notSent(
        Reason reason,
        String requestId,
        String messageKey,
        boolean uncertainBefore,
        String message,
        Optional<Duration> retryAfter) {
      return new Unsettled(
          requestId,
          Optional.ofNullable(messageKey),
          reason,
          uncertainBefore,
          reason.errorCode().number(),
          message,
          retryAfter);
    }

    /**
     * A fault of this bundle.
     *
     * @param attempted whether an attempt may have left before
     */
    public static Unsettled failedInside(
        String requestId, Optional<String> messageKey, boolean attempted) {
      return because(
          Reason.INTERNAL,
          requestId,
          messageKey.orElse(null),
          attempted,
          attempted
              ? "Internal error; the message may have been taken. " + REPEAT
              : "Internal error; nothing was sent. The log tells more under this requestId");
    }

    /** Another request with the same key is under way, and did not end while we waited for it. */
    public static Unsettled underWay(String requestId, String messageKey) {
      return because(
          Reason.UNDER_WAY,
          requestId,
          messageKey,
          true,
          "Another request with this messageKey is under way. " + REPEAT);
    }

    /**
     * It is on disk in the queue of the JMS intake.
     *
     * @param uncertainBefore whether an earlier attempt may have been taken: the queue does not
     *     make that more certain
     */
    public static Unsettled queued(String requestId, String messageKey, boolean uncertainBefore) {
      return because(Reason.QUEUED, requestId, messageKey, uncertainBefore, "");
    }

    /**
     * It is not known to be in that queue, so the caller must not rely on it.
     *
     * @param uncertainBefore whether an earlier attempt may have been taken
     */
    public static Unsettled notQueued(
        String requestId, String messageKey, boolean uncertainBefore) {
      return because(
          Reason.NOT_QUEUED,
          requestId,
          messageKey,
          uncertainBefore,
          "The queue takes no requests at the moment. " + REPEAT);
    }

    /**
     * The ledger cannot record it.
     *
     * @param messageKey null if the request has none
     * @param attempted whether an attempt may have left before
     */
    public static Unsettled unrecorded(String requestId, String messageKey, boolean attempted) {
      return because(
          Reason.UNRECORDED,
          requestId,
          messageKey,
          attempted,
          attempted
              ? "The outcome cannot be recorded at the moment; the message may have been taken. "
                  + REPEAT
              : "The request cannot be recorded at the moment; nothing was sent");
    }

    /**
     * An operator cancelled the file that it belongs to before it was handed over.
     *
     * @param maybeSent whether it may have been sent before that, under the same key
     */
    public static Unsettled cancelled(String requestId, String messageKey, boolean maybeSent) {
      return because(
          Reason.CANCELLED,
          requestId,
          messageKey,
          maybeSent,
          maybeSent
              ? "Cancelled, but an earlier attempt may have been taken. " + REPEAT
              : ErrorCode.CANCELLED.words());
    }

    /** A caller asks what became of a key, and the ledger cannot be read. */
    public static Unsettled unread(String requestId, String messageKey) {
      return because(
          Reason.UNRECORDED,
          requestId,
          messageKey,
          true,
          "The record of this messageKey cannot be read at the moment; ask again");
    }

    /** The same for another message that was held up with this one. */
    public Unsettled of(String otherRequestId, String otherMessageKey) {
      return new Unsettled(
          otherRequestId,
          Optional.of(otherMessageKey),
          reason,
          uncertain,
          errorCode,
          message,
          retryAfter);
    }

    /** The same, for another reason and in other words. */
    public Unsettled because(Reason other, String words) {
      return new Unsettled(requestId, messageKey, other, uncertain, errorCode, words, retryAfter);
    }

    /** The same, with another time after which it is worth another attempt. */
    public Unsettled after(Duration time) {
      return new Unsettled(
          requestId, messageKey, reason, uncertain, errorCode, message, Optional.of(time));
    }

    @Override
    public State state() {
      return uncertain ? State.UNCERTAIN : State.WAITING;
    }
  }
}
