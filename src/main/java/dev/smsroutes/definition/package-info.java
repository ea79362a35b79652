/**
 * Send definitions: the text of a message and how it is sent, read from a directory.
 *
 * <p>Used by the pipeline, {@code app} and the commands. No Camel here. Threads: definitions are
 * immutable; their source is thread-safe.
 */
package dev.smsroutes.definition;
