package dev.smsroutes.ledger;

/** The ledger is a file, and another process serves with it. */
public final class LedgerInUseException extends LedgerUnavailableException {
  private static final long serialVersionUID = 1L;

  public LedgerInUseException(String message) {
    super(message);
  }
}
