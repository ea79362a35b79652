package dev.smsroutes.ledger;

/**
 * There is no ledger where the settings say, or it has another version. The message names the key
 * of the setting.
 */
public final class NoLedgerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Found found;

  /** What is where the settings say. */
  public enum Found {
    NOTHING,
    /** A start of this version would update it. */
    OLDER,
    NEWER
  }

  public NoLedgerException(String message, Found found) {
    super(message, null, false, false);
    this.found = found;
  }

  public Found found() {
    return found;
  }

  /** Whether there is a ledger of another version; else nothing was ever recorded. */
  public boolean isOfAnotherVersion() {
    return found != Found.NOTHING;
  }
}
