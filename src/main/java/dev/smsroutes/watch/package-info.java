/**
 * Files that an operator edits while the process runs, and that are read again after each change.
 *
 * <p>Used by {@code access}, {@code contactpolicy} and {@code tls}. No Camel here. Threads: one
 * watching thread for each file, or for those that are read together; what was read is seen by all.
 */
package dev.smsroutes.watch;
