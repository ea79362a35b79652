package dev.smsroutes.ledger;

/** A ledger was made for another API. The message names the key of the setting. */
public final class OtherApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public OtherApiException(String message) {
    super(message, null, false, false);
  }
}
