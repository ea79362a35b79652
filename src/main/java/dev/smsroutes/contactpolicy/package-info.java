/**
 * Who is never sent a message (suppression list), and the hours in which messages may leave (send
 * window).
 *
 * <p>Used by the pipeline, the settings and {@code app}. No Camel here. Threads: all public classes
 * are thread-safe.
 */
package dev.smsroutes.contactpolicy;
