/**
 * The SMS API over HTTP: the client, the token, the wire format of a message, and what a reply
 * means.
 *
 * <p>Used by the pipeline and by {@code app}. Threads: all classes are thread-safe or immutable.
 */
package dev.smsroutes.api;
