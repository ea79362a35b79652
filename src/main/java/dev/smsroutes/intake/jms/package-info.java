/**
 * Requests over JMS and their replies. The routes are in {@code routes/}.
 *
 * <p>Used by {@code app}. Threads: beans of routes are thread-safe; a delivery belongs to the
 * thread that received it.
 */
package dev.smsroutes.intake.jms;
