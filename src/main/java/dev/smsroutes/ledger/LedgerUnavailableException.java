package dev.smsroutes.ledger;

/**
 * A record could not be put on disk, or it is not known whether it was. Nothing may be acknowledged
 * or sent on its strength. The message says why, without any personal data.
 */
public class LedgerUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public LedgerUnavailableException(String message) {
    super(message, null, false, false);
  }

  public LedgerUnavailableException(String message, Throwable cause) {
    super(message, cause, false, false);
  }
}
