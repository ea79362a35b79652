/**
 * The audit log: who did what to which thing, and how it ended.
 *
 * <p>Used by {@code access}, {@code app}, the commands, and whatever takes orders of people. No
 * Camel here. Threads: all methods are stateless.
 */
package dev.smsroutes.audit;
