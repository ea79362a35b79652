package dev.smsroutes.ledger;

/**
 * A record could not be written to disk, or it is unknown whether it was. Nothing may be
 * acknowledged or sent because of it. The message gives the reason, without personal data.
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
