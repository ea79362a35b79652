package dev.smsroutes.ledger;

/**
 * There is no ledger where the settings say, or it is one of another version. The message names the
 * key at fault.
 */
public final class NoLedgerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean ofAnotherVersion;

  public NoLedgerException(String message, boolean ofAnotherVersion) {
    super(message, null, false, false);
    this.ofAnotherVersion = ofAnotherVersion;
  }

  /** Whether there is one, made by another version; else nothing was ever recorded. */
  public boolean isOfAnotherVersion() {
    return ofAnotherVersion;
  }
}
