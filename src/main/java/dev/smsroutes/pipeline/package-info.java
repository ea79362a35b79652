/**
 * The routes from a request to its outcome, and the steps that the routes name.
 *
 * <p>Used by {@code app}; intakes reach it by {@code direct:sms-send} and {@code
 * direct:sms-send-many}. Threads: steps are thread-safe; the state of a message is in its {@code
 * InFlight}, which one thread has at a time.
 */
package dev.smsroutes.pipeline;
