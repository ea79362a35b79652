/**
 * Send definitions: the text of a message and how it is sent, read from a directory.
 *
 * <p>Used by the pipeline, {@code app} and the commands. No Camel here. Threads: definitions are
 * immutable; a source of them is thread-safe.
 */
package dev.smsroutes.definition;
