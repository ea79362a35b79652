package dev.smsroutes.outcome;

/**
 * The old name under which a site's own error routes may catch {@link
 * dev.smsroutes.model.InvalidRequestException}: a clause for this class catches that one, too. Goes
 * in the next release.
 *
 * @deprecated name {@code dev.smsroutes.model.InvalidRequestException} in {@code onException}
 */
@Deprecated(forRemoval = false)
public abstract class InvalidRequestException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  protected InvalidRequestException(String message) {
    // No stack trace: this is an answer to a caller, not a fault of the program.
    super(message, null, false, false);
  }
}
