package dev.smsroutes.model;

/** A caller's own token of the SMS API. Its text shows nowhere, not even in an exchange's dump. */
public record CallerToken(String value) {
  @Override
  public String toString() {
    return "CallerToken[…]";
  }
}
