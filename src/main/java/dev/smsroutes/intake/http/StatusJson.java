package dev.smsroutes.intake.http;

import dev.smsroutes.ledger.Entry;
import dev.smsroutes.model.ErrorCode;
import java.util.Optional;
import java.util.UUID;

/**
 * Writes what the ledger knows about a key in the API's form of a message status (contract,
 * sections 2 and 7), with one more field: {@code outcome}. Contains no number and no attribute.
 * Thread-safe.
 */
final class StatusJson {
  private static final String EVENT = "TransactionalSendEvents.";

  /** The API's own status of a message that it has accepted and sends. */
  private static final String SENT_CODE = "2000";

  private StatusJson() {}

  static String of(Entry entry) {
    return OutcomeJson.write(
        json -> {
          json.writeStartObject();
          json.writeStringField(
              "requestId", entry.requestId().orElseGet(() -> UUID.randomUUID().toString()));
          json.writeStringField("eventCategoryType", EVENT + event(entry));
          json.writeStringField("timestamp", entry.changedAt().toString());
          json.writeStringField("messageKey", entry.messageKey());
          switch (entry.state()) {
            case ACCEPTED, ACCEPTED_EARLIER -> {
              json.writeStringField("statusCode", SENT_CODE);
              json.writeStringField("statusMessage", "Sent");
            }
            case REFUSED, DUPLICATE, PARKED -> {
              json.writeNumberField("errorcode", entry.code().orElse(ErrorCode.INTERNAL.number()));
              json.writeStringField("message", entry.message());
            }
            case ADMITTED, ATTEMPTED, WAITING, UNCERTAIN -> {
              // No more fields: the outcome is still open.
            }
          }
          json.writeStringField("outcome", entry.state().name());
          json.writeEndObject();
        });
  }

  private static String event(Entry entry) {
    return switch (entry.state()) {
      case ACCEPTED, ACCEPTED_EARLIER -> "SmsSent";
      case REFUSED, DUPLICATE -> "SmsNotSent";
      // Never "not sent" for a message that may have been sent: the caller would send it again.
      case PARKED -> entry.uncertain() ? "SmsTransient" : "SmsNotSent";
      case ADMITTED, ATTEMPTED, WAITING, UNCERTAIN -> "SmsQueued";
    };
  }

  static String unknown(String messageKey) {
    return OutcomeJson.error(
        ErrorCode.NOT_FOUND,
        "Expected a messageKey that the ledger knows; it does not know this one",
        Optional.of(messageKey));
  }
}
