package dev.smsroutes.model;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The error codes of the SMS API that we use or act on, with the API's own words, and some of our
 * own.
 *
 * <p>Source: the contract's table of codes. The API knows more and adds new ones; an unknown number
 * is never an error here, it stays a number in the {@link Outcome}. What a code of the API means
 * for a send is said in {@code api.ReplyClassifier}, nowhere else.
 */
public enum ErrorCode {
  OK(0, ""),

  VALIDATION(10000, "Validation error"),
  WRONG_TYPE(10001, "Wrong type of value"),
  MISSING_FIELD(10002, "Missing required field"),
  BAD_FORMAT(10003, "Bad format"),
  MALFORMED_JSON(10004, "Malformed JSON"),
  BAD_VALUE(10005, "Bad value"),

  UNAUTHORIZED(20000, "Not authorized"),
  INSUFFICIENT_PRIVILEGES(20001, "Insufficient privileges"),
  FORBIDDEN(20002, "Forbidden"),
  WRONG_STACK(40002, "Wrong stack for this account"),
  TOKEN_IN_URL(40004, "Token must not be in the URL"),

  INTERNAL(30000, "Internal error"),
  INVALID_OPERATION(30001, "Invalid operation"),
  NOT_FOUND(30003, "Not found"),
  EXISTS(30004, "Already exists"),

  RATE_LIMITED(50100, "Too many requests"),
  BLOCKED(50200, "Temporarily blocked"),
  UNAVAILABLE(50300, "Service unavailable"),

  SOME_FAILED(109001, "Some of the recipients failed"),
  TOO_MANY_RECIPIENTS(109101, "Too many recipients"),
  NO_RECIPIENTS(109102, "No recipients"),
  NO_VALID_RECIPIENTS(109103, "No valid recipients"),
  MISSING_MESSAGE_KEY(109104, "Missing messageKey"),
  MISSING_CONTACT_KEY(109105, "Missing contactKey"),
  MISSING_TO(109106, "Missing to"),
  MISSING_DEFINITION_KEY(109107, "Missing definitionKey"),
  INVALID_MESSAGE_KEY(109108, "Invalid messageKey"),
  INVALID_CONTACT_KEY(109109, "Invalid contactKey"),
  DUPLICATE_MESSAGE_KEY(109110, "Duplicate messageKey"),
  INVALID_DEFINITION_KEY(109111, "Invalid definitionKey"),
  RESUBSCRIBE_WITHOUT_KEYWORD(109116, "Resubscribe needs a keyword"),
  INVALID_TO(109121, "Invalid to"),
  MISPLACED_FIELD(109122, "Unknown or misplaced field"),

  // Ours, where the API has no word for it.
  CANCELLED(900001, "Cancelled before it was sent"),
  SUPPRESSED(900002, "On the suppression list"),
  FORGOTTEN(900009, "Erased at a person's request, and not sent");

  /** Above all codes of the API. */
  private static final int FIRST_OF_OURS = 900_000;

  private static final Map<Integer, ErrorCode> BY_NUMBER =
      Arrays.stream(values()).collect(Collectors.toMap(ErrorCode::number, Function.identity()));

  private final int number;
  private final String words;

  ErrorCode(int number, String words) {
    this.number = number;
    this.words = words;
  }

  /** The number as it stands in {@code errorcode} on the wire. */
  public int number() {
    return number;
  }

  /**
   * Whether it is no code of the API: if that says such a number one day, it means something else.
   */
  public boolean isOurs() {
    return number >= FIRST_OF_OURS;
  }

  /** The API's words for it: a short English phrase without a full stop. */
  public String words() {
    return words;
  }

  /** The words for a number; empty for one that we do not know. */
  public static String words(int number) {
    return of(number).map(ErrorCode::words).orElse("");
  }

  /** The code of this number, or empty for one that we do not know. */
  public static Optional<ErrorCode> of(int number) {
    return Optional.ofNullable(BY_NUMBER.get(number));
  }
}
