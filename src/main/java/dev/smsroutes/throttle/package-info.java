/**
 * Decides when a call may leave: permits, rate, concurrency, breaker, and the pauses that the API
 * asks for.
 *
 * <p>Used by the pipeline, {@code api} and {@code app}. No Camel here. Threads: {@code Throttle} is
 * thread-safe; the rules behind it are called under its lock.
 */
package dev.smsroutes.throttle;
