/**
 * The settings as one tree of records, {@link dev.smsroutes.config.Configuration}. One reader reads
 * it once, at start, and names every key that is wrong.
 *
 * <p>Used by the intakes, {@code app} and the commands. Threads: settings are read by one thread at
 * start; the records are immutable.
 */
package dev.smsroutes.config;
