/**
 * Who may send, and what: the callers of the keys file, and their rights.
 *
 * <p>Used by the intakes, which find out who a caller is, and by {@code pipeline}, which checks
 * what it may do. No Camel here. Threads: keys and rights are immutable; the keys file is read by a
 * thread of its own.
 */
package dev.smsroutes.access;
