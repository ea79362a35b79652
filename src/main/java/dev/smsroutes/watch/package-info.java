/**
 * Files that an operator edits while the process runs, and that are read again after each change.
 *
 * <p>Used by {@code access} and {@code contactpolicy}. No Camel here. Threads: one watching thread
 * for each file; what was read is seen by all.
 */
package dev.smsroutes.watch;
