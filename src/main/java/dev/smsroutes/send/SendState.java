package dev.smsroutes.send;

/**
 * Names of the exchange properties in which the pipeline keeps its state. Properties, never
 * headers: a header could come from, or go to, a stranger.
 */
public final class SendState {
  /** The {@code SendRequest} as it came in. */
  static final String REQUEST = "smsRequest";

  /** Our id of this handling. */
  static final String REQUEST_ID = "smsRequestId";

  /** The {@code Message} that is being delivered. */
  static final String MESSAGE = "smsMessage";

  /** Set once an attempt may have been taken by the API. */
  static final String UNCERTAIN = "smsUncertain";

  /** The outcome of the last attempt. */
  static final String OUTCOME = "smsOutcome";

  /** The token with which the last call was made. */
  static final String TOKEN = "smsToken";

  /**
   * How often delivery may repeat an unsettled attempt with the same key, an {@link Integer}; 1
   * unless an intake says otherwise.
   */
  public static final String MAX_RETRIES = "smsMaxRetries";

  private SendState() {}
}
