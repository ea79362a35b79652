package dev.smsroutes.model;

/**
 * Names of the exchange properties with which an intake says how its request is to be handled. They
 * stand here because the intakes and the pipeline share nothing but this room and the outcomes.
 */
public final class HandOver {
  /**
   * {@code true} to answer once the request is on disk in the queue of the JMS intake, which then
   * sends it.
   */
  public static final String QUEUED = "smsQueued";

  /**
   * {@code true} when nobody will hand the request over again: what is then unsettled is parked.
   */
  public static final String LAST_CHANCE = "smsLastChance";

  /** Where the request came from, an {@link Origin}. */
  public static final String ORIGIN = "smsOrigin";

  /**
   * The id of the caller, a {@link String}: whose rights the request is checked against (package
   * {@code access}). Each intake sets it; none if the site does not ask who its callers are.
   */
  public static final String CALLER = "smsCaller";

  /**
   * The caller's own token of the API, a {@link CallerToken}: the request is sent with it instead
   * of ours, at once and never through a queue. For this exchange only.
   */
  public static final String CALLER_TOKEN = "smsCallerToken";

  /**
   * Where the request stands in the trace of its caller: a {@link TraceContext}, or a {@link
   * String} with a {@code traceparent}, of which a malformed one counts as none.
   */
  public static final String TRACEPARENT = "smsTraceparent";

  /**
   * After the hand-over of one request: its span, a {@link TraceContext}, where traces are on. An
   * answer says so.
   */
  public static final String SPAN = "smsSpan";

  /**
   * Names the message of a broker that brought the request, a {@link String}, the same at each
   * delivery: all of them are in one trace. Only where traces are on, and only of a request without
   * a {@link #TRACEPARENT}.
   */
  public static final String DELIVERY = "smsDelivery";

  /**
   * The id that the caller gave to its request, a {@link String}. One that is no such id counts as
   * none ({@link Correlation#callerRequestId(String)}).
   */
  public static final String CALLER_REQUEST_ID = "smsCallerRequestId";

  /**
   * How often delivery may repeat an unsettled attempt with the same key, an {@link Integer}; 1
   * unless an intake says otherwise.
   */
  public static final String MAX_RETRIES = "smsMaxRetries";

  /**
   * How long a request may take, a {@link java.time.Duration} from its arrival; {@code
   * sms.http.deadline} unless an intake says otherwise. No attempt begins after it.
   */
  public static final String PATIENCE = "smsPatience";

  /**
   * Whether the sends of an intake give way to single requests: {@value #BATCH} if they do.
   * Nothing, or anything else, if they do not.
   */
  public static final String LANE = "smsLane";

  /** The {@link #LANE} that gives way. */
  public static final String BATCH = "batch";

  private HandOver() {}
}
