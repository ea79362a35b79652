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

  private HandOver() {}
}
