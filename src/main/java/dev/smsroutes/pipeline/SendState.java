package dev.smsroutes.pipeline;

import dev.smsroutes.model.HandOver;

/**
 * Names of the exchange properties in which the pipeline keeps its state. Properties, never
 * headers: a header could come from, or go to, a stranger.
 */
public final class SendState {
  /** All that is the pipeline's own, as a pattern. */
  static final String ALL = "smsSend*";

  /** The {@code SendRequest} as it came in. */
  static final String REQUEST = "smsSendRequest";

  /** Our id of this handling. */
  static final String REQUEST_ID = "smsSendRequestId";

  /** What the exchange's clock said when it began, in milliseconds, a {@link Long}. */
  static final String BEGAN = "smsSendBegan";

  /** The {@code Message} that is being delivered. */
  static final String MESSAGE = "smsSendMessage";

  /** How many attempts were about to leave, an {@link Integer}. */
  static final String ATTEMPTS = "smsSendAttempts";

  /** Set once an attempt may have been taken by the API. */
  static final String UNCERTAIN = "smsSendUncertain";

  /** The ledger's claim on the key. */
  static final String CLAIM = "smsSendClaim";

  /** The turn at the API that the attempt has. */
  static final String TURN = "smsSendTurn";

  /** How many messages had got through when the turn began, a {@link Long}. */
  static final String GOT_THROUGH_BEFORE = "smsSendGotThroughBefore";

  /** How many attempts ended for a reason that held up everything, an {@link Integer}. */
  static final String HELD_UP = "smsSendHeldUp";

  /** Set when an attempt got no turn, so that repeating it at once is in vain. */
  static final String NOT_NOW = "smsSendNotNow";

  /** Whether the window was open when it was last looked at, and until when that holds. */
  static final String STRETCH = "smsSendStretch";

  /** The requests that were handed over together; not among {@link #ALL}, for it outlives each. */
  static final String MANY = "smsManyRequests";

  /** The one of them that goes alone. */
  static final String ITEM = "smsManyItem";

  /** The call in which some of them travel. */
  static final String CALL = "smsSendCall";

  /** The outcome of the last attempt. */
  static final String OUTCOME = "smsSendOutcome";

  /** The outcome of the attempt before. */
  static final String OUTCOME_BEFORE = "smsSendOutcomeBefore";

  /** The token with which the last call was made. */
  static final String TOKEN = "smsSendToken";

  /** See {@link HandOver#MAX_RETRIES}. */
  public static final String MAX_RETRIES = HandOver.MAX_RETRIES;

  /** See {@link HandOver#PATIENCE}. */
  public static final String PATIENCE = HandOver.PATIENCE;

  /** See {@link HandOver#LANE}. */
  public static final String LANE = HandOver.LANE;

  /** See {@link HandOver#BATCH}. */
  public static final String BATCH = HandOver.BATCH;

  /** See {@link HandOver#LAST_CHANCE}. */
  public static final String LAST_CHANCE = HandOver.LAST_CHANCE;

  /** See {@link HandOver#QUEUED}. */
  public static final String QUEUED = HandOver.QUEUED;

  private SendState() {}
}
