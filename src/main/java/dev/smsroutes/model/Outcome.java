package dev.smsroutes.model;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How one send request ended. Immutable and free of any channel: HTTP, files and JMS each render it
 * in their own way, and the rules of which answer means what are in {@link StatusTable}.
 *
 * <p>The states are those of the delivery contract.
 */
public sealed interface Outcome {

  /** The states of the delivery contract in which the pipeline can leave a request. */
  enum State {
    /** The API took it: 202 and errorcode 0, on top and on the item. */
    ACCEPTED(true),
    /** An earlier attempt of ours had been taken; the API says so with 109110. */
    ACCEPTED_EARLIER(true),
    /** It was never valid: by our own checks, or by the API's. */
    REFUSED(true),
    /** Its key has been used for another request. */
    DUPLICATE(true),
    /** Nobody can say whether it was taken, and no machine may try again: a person decides. */
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

  /** Whether the API has taken it, now or at an earlier attempt of ours. */
  default boolean accepted() {
    return state() == State.ACCEPTED || state() == State.ACCEPTED_EARLIER;
  }

  /** Whether it is in a queue of ours, where it is as safe as with the API. */
  default boolean queued() {
    return this instanceof Unsettled unsettled && unsettled.reason() == Reason.QUEUED;
  }

  /** Why a request is not settled. What each means towards a caller is in {@link StatusTable}. */
  enum Reason {
    /** The API refused our credentials or token, again after a renewal. */
    UNAUTHENTICATED,
    /** The API refused the account: privileges, wrong stack. */
    FORBIDDEN,
    /** Too many requests for the API at this moment. */
    RATE_LIMITED,
    /** The API blocked the account for a while. */
    BLOCKED,
    /** The API says that it is unavailable. */
    UNAVAILABLE,
    /** No connection could be made: nothing left this machine. */
    UNREACHABLE,
    /** The request left; no answer, or one that decides nothing, came back. */
    NO_CLEAR_ANSWER,
    /** Another handling of the same key is under way, and did not end in time. */
    UNDER_WAY,
    /** It is in a queue of ours, on disk; that is as far as the caller wanted to wait. */
    QUEUED,
    /** It was to be put into a queue of ours, which is full or cannot be reached. */
    NOT_QUEUED,
    /** It is not its turn: the pace at which we send leaves no room for it in time. */
    NOT_YET,
    /** It is not the time of day at which messages may leave for where its number belongs. */
    OUTSIDE_WINDOW,
    /** It cannot be recorded, so it must not be sent or told. */
    UNRECORDED,
    /** This process is stopping. */
    STOPPING,
    /** A person cancelled the batch that it belongs to. */
    CANCELLED,
    /** A fault of this bundle. */
    INTERNAL
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

  /** How long to wait before trying again, if somebody said so. */
  default Optional<Duration> retryAfter() {
    return Optional.empty();
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
    public Unsettled {
      Objects.requireNonNull(requestId, "requestId");
      Objects.requireNonNull(messageKey, "messageKey");
      Objects.requireNonNull(reason, "reason");
      Objects.requireNonNull(message, "message");
      Objects.requireNonNull(retryAfter, "retryAfter");
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
