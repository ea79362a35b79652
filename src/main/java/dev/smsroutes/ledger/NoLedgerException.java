package dev.smsroutes.ledger;

/**
 * There is no ledger where the settings say, or it is one of another version. The message names the
 * key at fault.
 */
public final class NoLedgerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NoLedgerException(String message) {
    super(message, null, false, false);
  }
}
