package dev.smsroutes.intake.jms;

import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Fault;
import dev.smsroutes.model.Recipient;
import dev.smsroutes.model.SendRequest;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds U+FFFD in a request. A decoder writes it for bytes that are not text: the broker delivers a
 * STOMP frame in Latin-1 in this form, with its umlauts lost.
 */
final class ReplacementCharacters {
  private static final char REPLACEMENT = '\uFFFD';

  private ReplacementCharacters() {}

  /** One fault for each field that contains it. */
  static List<Fault> in(SendRequest request) {
    List<Fault> faults = new ArrayList<>();
    check("messageKey", request.messageKey(), ErrorCode.INVALID_MESSAGE_KEY, faults);
    check("definitionKey", request.definitionKey(), ErrorCode.BAD_VALUE, faults);
    check("content.message", request.message(), ErrorCode.BAD_VALUE, faults);
    Recipient recipient = request.recipient();
    if (recipient != null) {
      check("recipient.contactKey", recipient.contactKey(), ErrorCode.BAD_VALUE, faults);
      check("recipient.to", recipient.to(), ErrorCode.BAD_VALUE, faults);
      recipient
          .attributes()
          .forEach(
              (name, value) -> {
                check("recipient.attributes", name, ErrorCode.BAD_VALUE, faults);
                check("recipient.attributes." + name, value, ErrorCode.BAD_VALUE, faults);
              });
    }
    return faults;
  }

  private static void check(String field, String text, ErrorCode code, List<Fault> faults) {
    int at = text == null ? -1 : text.indexOf(REPLACEMENT);
    if (at >= 0) {
      faults.add(
          new Fault(
              field,
              code,
              "Expected text in UTF-8; got U+FFFD as character "
                  + (text.codePointCount(0, at) + 1)
                  + ", which stands for other bytes"));
    }
  }
}
