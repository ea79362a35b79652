/**
 * Requests over HTTP and their answers: the servers, admission, JSON of outcomes.
 *
 * <p>Used by {@code app}. The routes are in {@code routes/}. Threads: beans of routes are
 * thread-safe.
 */
package dev.smsroutes.intake.http;
