package dev.smsroutes.sandbox;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The error codes that the sandbox knows, with their HTTP status and text. */
enum ApiCode {
  OK(0, 202, "Accepted", ""),
  VALIDATION(10000, 400, "ValidationError", "The request is not valid"),
  WRONG_TYPE(10001, 400, "WrongType", "The type of a value is wrong"),
  MISSING_FIELD(10002, 400, "MissingField", "A required field is missing"),
  BAD_FORMAT(10003, 400, "BadFormat", "The format of a value is wrong"),
  MALFORMED_JSON(10004, 400, "MalformedJson", "The body is not well-formed JSON"),
  BAD_VALUE(10005, 400, "BadValue", "A value is not allowed"),
  UNAUTHORIZED(20000, 401, "Unauthorized", "Not authorized"),
  INSUFFICIENT_PRIVILEGES(20001, 403, "InsufficientPrivileges", "Insufficient privileges"),
  FORBIDDEN(20002, 403, "Forbidden", "Forbidden"),
  INTERNAL(30000, 500, "InternalError", "Internal error"),
  INVALID_OPERATION(30001, 400, "InvalidOperation", "The operation is not valid"),
  NOT_FOUND(30003, 404, "NotFound", "Not found"),
  EXISTS(30004, 409, "AlreadyExists", "It exists already"),
  AUTHORIZATION(40000, 401, "Authorization", "Authorization failed"),
  TOKEN_EXPIRED(40001, 401, "TokenExpired", "The token is not valid any more"),
  WRONG_STACK(40002, 403, "WrongStack", "The account lives on another stack"),
  NOT_ALLOWED(40003, 403, "NotAllowed", "The account may not do this"),
  TOKEN_IN_URL(40004, 401, "TokenInUrl", "The token must not be in the URL"),
  RATE_LIMITED(50100, 429, "RateLimited", "Too many requests"),
  BLOCKED(50200, 429, "Blocked", "Temporarily blocked"),
  UNAVAILABLE(50300, 503, "Unavailable", "The service is unavailable"),
  SOME_FAILED(109001, 202, "SomeRecipientsFailed", "Some of the recipients failed"),
  TOO_MANY_RECIPIENTS(109101, 400, "TooManyRecipients", "Too many recipients"),
  NO_RECIPIENTS(109102, 400, "NoRecipients", "There are no recipients"),
  NO_VALID_RECIPIENTS(109103, 400, "NoValidRecipients", "None of the recipients is valid"),
  MISSING_MESSAGE_KEY(109104, 400, "MissingMessageKey", "The messageKey is missing"),
  MISSING_CONTACT_KEY(109105, 400, "MissingContactKey", "The contactKey is missing"),
  MISSING_TO(109106, 400, "MissingTo", "The to is missing"),
  MISSING_DEFINITION_KEY(109107, 400, "MissingDefinitionKey", "The definitionKey is missing"),
  INVALID_MESSAGE_KEY(109108, 400, "InvalidMessageKey", "The messageKey is not valid"),
  INVALID_CONTACT_KEY(109109, 400, "InvalidContactKey", "The contactKey is not valid"),
  DUPLICATE_MESSAGE_KEY(109110, 400, "DuplicateMessageKey", "The messageKey was used before"),
  UNKNOWN_DEFINITION(109111, 400, "InvalidDefinitionKey", "The definitionKey is not known"),
  RESUBSCRIBE_WITHOUT_KEYWORD(
      109116, 400, "ResubscribeWithoutKeyword", "Resubscribing needs a keyword in the definition"),
  INVALID_TO(109121, 400, "InvalidTo", "The to is not a mobile number"),
  MISPLACED_FIELD(109122, 400, "UnknownField", "A field is unknown or misplaced here");

  private static final Map<Integer, ApiCode> BY_NUMBER =
      Arrays.stream(values()).collect(Collectors.toMap(code -> code.number, Function.identity()));

  final int number;
  final int status;
  private final String name;
  private final String words;

  ApiCode(int number, int status, String name, String words) {
    this.number = number;
    this.status = status;
    this.name = name;
    this.words = words;
  }

  /** In the API's form: a symbol, a colon, a sentence. */
  String message() {
    return "MCMS_UTM_" + name + ": " + words;
  }

  String message(String detail) {
    return detail.isEmpty() ? message() : message() + ": " + detail;
  }

  /** The HTTP status of a code; 400 for an unknown one. */
  static int statusOf(int number) {
    ApiCode code = BY_NUMBER.get(number);
    return code == null ? 400 : code.status;
  }

  static String messageOf(int number) {
    ApiCode code = BY_NUMBER.get(number);
    return code == null ? "MCMS_UTM_Other: Refused with code " + number : code.message();
  }

  /** The most likely code of an HTTP status. */
  static int numberFor(int status) {
    return switch (status) {
      case 400 -> VALIDATION.number;
      case 401 -> OK.number;
      case 403 -> INSUFFICIENT_PRIVILEGES.number;
      case 404 -> NOT_FOUND.number;
      case 409 -> EXISTS.number;
      case 429 -> RATE_LIMITED.number;
      case 503 -> UNAVAILABLE.number;
      default -> status < 500 ? VALIDATION.number : INTERNAL.number;
    };
  }
}
