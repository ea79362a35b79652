package dev.smsroutes.ledger;

/** Another process uses the file of this ledger. */
public final class LedgerInUseException extends LedgerUnavailableException {
  private static final long serialVersionUID = 1L;

  public LedgerInUseException(String message) {
    super(message);
  }
}
