package dev.smsroutes.ledger;

/**
 * There is no ledger where the settings say, or it has another version. The message names the key
 * of the setting.
 */
public final class NoLedgerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean ofAnotherVersion;

  public NoLedgerException(String message, boolean ofAnotherVersion) {
    super(message, null, false, false);
    this.ofAnotherVersion = ofAnotherVersion;
  }

  /** Whether there is a ledger of another version; else nothing was ever recorded. */
  public boolean isOfAnotherVersion() {
    return ofAnotherVersion;
  }
}
