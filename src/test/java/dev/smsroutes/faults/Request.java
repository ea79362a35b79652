package dev.smsroutes.faults;

import java.util.List;

/**
 * One message that a client wants to be sent. What is in it follows from these three alone, so it
 * can be asked again at any time, byte for byte.
 *
 * @param id unique in a run; travels as contactKey, which is how the API's record is matched even
 *     if a second SMS went out under another key
 * @param key the message key; empty when the gateway is to make one
 */
record Request(String id, String key, Flaw flaw) {
  static final List<String> CSV_HEADER =
      List.of("definitionKey", "messageKey", "contactKey", "to", "FirstName", "password");

  static Request inOrder(String id) {
    return new Request(id, id, Flaw.NONE);
  }

  boolean isInOrder() {
    return flaw == Flaw.NONE;
  }

  /** Another request that wants the same key. */
  Request reuse() {
    return new Request(id + "-reuse", key, Flaw.USED_KEY);
  }

  /** The same request under the key that the gateway has given it. */
  Request withKey(String given) {
    return new Request(id, given, flaw);
  }

  private String definition() {
    return flaw == Flaw.UNKNOWN_DEFINITION ? "no-such-definition" : "account-reset";
  }

  private String number() {
    return flaw == Flaw.BAD_NUMBER
        ? "+49 12"
        : "+49151" + (10_000_000 + Math.floorMod(id.hashCode(), 80_000_000));
  }

  private String password() {
    return flaw == Flaw.NO_ATTRIBUTE ? "" : id;
  }

  /** The body of the keyed HTTP route. */
  String json() {
    return "{" + members() + "}";
  }

  /** The body of a JMS message. */
  String jsonWithKey() {
    return "{\"messageKey\":\"" + key + "\"," + members() + "}";
  }

  private String members() {
    String attribute = password().isEmpty() ? "" : ",\"password\":\"" + password() + "\"";
    return "\"definitionKey\":\""
        + definition()
        + "\",\"recipient\":{\"contactKey\":\""
        + id
        + "\",\"to\":\""
        + number()
        + "\",\"attributes\":{\"FirstName\":\"Ada\""
        + attribute
        + "}}";
  }

  /** Its cells under {@link #CSV_HEADER}; an empty cell is no value. */
  List<String> csv() {
    return List.of(definition(), key, id, number(), "Ada", password());
  }
}
