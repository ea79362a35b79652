/**
 * The rules about recipients: suppression list and send window.
 *
 * <p>Used by the pipeline, the settings and {@code app}. No Camel here. Threads: all public classes
 * are thread-safe.
 */
package dev.smsroutes.contactpolicy;
