package dev.smsroutes.model;

import static dev.smsroutes.model.Reason.Trait.ACCOUNT_WIDE;
import static dev.smsroutes.model.Reason.Trait.RETRYABLE;
import static org.apache.hc.core5.http.HttpStatus.SC_ACCEPTED;
import static org.apache.hc.core5.http.HttpStatus.SC_FORBIDDEN;
import static org.apache.hc.core5.http.HttpStatus.SC_INTERNAL_SERVER_ERROR;
import static org.apache.hc.core5.http.HttpStatus.SC_SERVICE_UNAVAILABLE;
import static org.apache.hc.core5.http.HttpStatus.SC_TOO_MANY_REQUESTS;
import static org.apache.hc.core5.http.HttpStatus.SC_UNAUTHORIZED;

import java.util.List;

/**
 * Why a request is not settled, as a table: the error code and the HTTP status that the caller
 * gets, whether we try again, and whether the API would say the same to every message. The source
 * of each row is the delivery contract.
 */
public enum Reason {
  /** The API refused our credentials or token, again after a renewal. */
  UNAUTHENTICATED(ErrorCode.UNAUTHORIZED, SC_UNAUTHORIZED, ACCOUNT_WIDE),
  /** The API refused the account: privileges, wrong stack. */
  FORBIDDEN(ErrorCode.FORBIDDEN, SC_FORBIDDEN, ACCOUNT_WIDE),
  /** The API refused the caller's own token, with which the request was sent. */
  CALLER_UNAUTHENTICATED(ErrorCode.UNAUTHORIZED, SC_UNAUTHORIZED),
  /** The API refused the account of the caller's own token. */
  CALLER_FORBIDDEN(ErrorCode.FORBIDDEN, SC_FORBIDDEN),
  /** Too many requests for the API at this moment. */
  RATE_LIMITED(ErrorCode.RATE_LIMITED, SC_INTERNAL_SERVER_ERROR, RETRYABLE, ACCOUNT_WIDE),
  /** The API blocked the account for a while; an attempt soon may prolong that. */
  BLOCKED(ErrorCode.BLOCKED, SC_INTERNAL_SERVER_ERROR, ACCOUNT_WIDE),
  /** The API says that it is unavailable. */
  UNAVAILABLE(ErrorCode.UNAVAILABLE, SC_INTERNAL_SERVER_ERROR, RETRYABLE, ACCOUNT_WIDE),
  /** No connection could be made: nothing left this machine. */
  UNREACHABLE(ErrorCode.UNAVAILABLE, SC_INTERNAL_SERVER_ERROR, RETRYABLE, ACCOUNT_WIDE),
  /** The request left; the API gave no answer, or one that decides nothing. */
  NO_CLEAR_ANSWER(ErrorCode.INTERNAL, SC_INTERNAL_SERVER_ERROR, RETRYABLE),
  /** Another request with the same key is under way, and did not end in time. */
  UNDER_WAY(ErrorCode.UNAVAILABLE, SC_INTERNAL_SERVER_ERROR),
  /** It is on disk in the queue of the JMS intake; the caller wanted to wait no longer. */
  QUEUED(ErrorCode.OK, SC_ACCEPTED),
  /** That queue is full or cannot be reached. */
  NOT_QUEUED(ErrorCode.UNAVAILABLE, SC_SERVICE_UNAVAILABLE),
  /** The throttle has no permit for it before the deadline. */
  NOT_YET(ErrorCode.UNAVAILABLE, SC_INTERNAL_SERVER_ERROR),
  /** Its caller has sent as many messages a second as it may: waits at the sender's. */
  CALLER_RATE(ErrorCode.RATE_LIMITED, SC_TOO_MANY_REQUESTS),
  /** The send window of its recipient is closed. */
  OUTSIDE_WINDOW(ErrorCode.UNAVAILABLE, SC_INTERNAL_SERVER_ERROR),
  /** The ledger cannot record it, so it must not be sent or reported. */
  UNRECORDED(ErrorCode.UNAVAILABLE, SC_INTERNAL_SERVER_ERROR),
  /** This process is stopping. */
  STOPPING(ErrorCode.UNAVAILABLE, SC_SERVICE_UNAVAILABLE),
  /** An operator cancelled the file that it belongs to. */
  CANCELLED(ErrorCode.CANCELLED, SC_INTERNAL_SERVER_ERROR),
  /** A fault of this bundle. */
  INTERNAL(ErrorCode.INTERNAL, SC_INTERNAL_SERVER_ERROR);

  /** What only some of the reasons are. */
  enum Trait {
    RETRYABLE,
    ACCOUNT_WIDE
  }

  private final ErrorCode errorCode;
  private final int httpStatus;
  private final boolean retryable;
  private final boolean accountWide;

  Reason(ErrorCode errorCode, int httpStatus, Trait... traits) {
    this.errorCode = errorCode;
    this.httpStatus = httpStatus;
    this.retryable = List.of(traits).contains(RETRYABLE);
    this.accountWide = List.of(traits).contains(ACCOUNT_WIDE);
  }

  /** The code that the caller gets, unless the API gave one with its answer. */
  public ErrorCode errorCode() {
    return errorCode;
  }

  int httpStatus() {
    return httpStatus;
  }

  boolean isRetryable() {
    return retryable;
  }

  boolean isAccountWide() {
    return accountWide;
  }
}
