/**
 * The settings as values: each record reads its keys, checks them, and names every key that is
 * wrong.
 *
 * <p>Used by the intakes, {@code app} and the commands. Threads: settings are read by one thread at
 * start; the records are immutable.
 */
package dev.smsroutes.config;
