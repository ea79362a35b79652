package dev.smsroutes.records;

import dev.smsroutes.intake.request.RequestReader;
import dev.smsroutes.ledger.Entry;
import dev.smsroutes.model.Recipient;
import dev.smsroutes.model.SendRequest;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The request of an entry, with or without personal data. */
public final class StoredRequest {
  private static final String HIDDEN = "…";
  private static final int SHOWN_AT_EACH_END = 2;
  private static final RequestReader READER = new RequestReader(1);

  private StoredRequest() {}

  /** Empty once it is erased. */
  public static Optional<SendRequest> of(Entry entry) {
    return entry
        .request()
        .map(json -> read(json.getBytes(StandardCharsets.UTF_8), entry.messageKey()));
  }

  /**
   * @param key the key if the JSON has none
   * @throws dev.smsroutes.model.InvalidRequestException if it is not a JSON object
   */
  public static SendRequest read(byte[] json, String key) {
    return READER.one(json, Optional.of(key));
  }

  /** Without personal data: only the ends of the number and the names of the attributes. */
  public static SendRequest masked(SendRequest request) {
    Recipient recipient = request.recipient();
    Map<String, String> attributes = new LinkedHashMap<>();
    recipient.attributes().keySet().forEach(name -> attributes.put(name, HIDDEN));
    return new SendRequest(
        request.messageKey(),
        request.definitionKey(),
        new Recipient(HIDDEN, maskedNumber(recipient.to()), attributes),
        request.message() == null ? null : HIDDEN,
        request.resubscribe(),
        request.unreadable());
  }

  /** {@code +49…17} for {@code +49 151 1234 5617}. */
  static String maskedNumber(String number) {
    String digits = number.replaceAll("[^0-9]", "");
    if (digits.length() < 4 * SHOWN_AT_EACH_END) {
      return HIDDEN;
    }
    return (number.strip().startsWith("+") ? "+" : "")
        + digits.substring(0, SHOWN_AT_EACH_END)
        + HIDDEN
        + digits.substring(digits.length() - SHOWN_AT_EACH_END);
  }
}
