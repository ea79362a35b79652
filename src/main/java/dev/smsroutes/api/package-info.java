/**
 * The SMS API over HTTP: the client, the token, and the wire format of a message.
 *
 * <p>Used by the pipeline and by {@code app}. Threads: all classes are thread-safe or immutable.
 */
package dev.smsroutes.api;
