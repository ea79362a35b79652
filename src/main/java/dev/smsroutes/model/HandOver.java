package dev.smsroutes.model;

/**
 * Names of the exchange properties with which an intake says how its request is to be handled, next
 * to {@link Origin#PROPERTY}. The pipeline reads them once, when the request is handed over.
 */
public final class HandOver {
  /**
   * {@code true} to answer once the request is on disk in the queue of the JMS intake, which then
   * sends it. Only for {@code direct:sms-send}.
   */
  public static final String QUEUED = "smsQueued";

  /**
   * {@code true} when nobody will hand the request over again: if it ends unsettled, it is parked.
   */
  public static final String LAST_CHANCE = "smsLastChance";

  /**
   * How often delivery may repeat an unsettled attempt with the same key, an {@link Integer}; 1
   * unless an intake says otherwise.
   */
  public static final String MAX_RETRIES = "smsMaxRetries";

  /**
   * How long a request may take, a {@link java.time.Duration} from the creation of its exchange;
   * {@code sms.http.deadline} unless an intake says otherwise. No attempt begins after it.
   */
  public static final String PATIENCE = "smsPatience";

  /**
   * {@value #BATCH} if the requests of an intake give way to single ones. Nothing, or anything
   * else, if they do not.
   */
  public static final String LANE = "smsLane";

  /** The {@link #LANE} that gives way. */
  public static final String BATCH = "batch";

  private HandOver() {}
}
