/**
 * The ledger: what is promised for each message key, and how operators see it.
 *
 * <p>Used by the pipeline, the intakes, the batch, {@code app} and the commands. No Camel here.
 * Threads: implementations are thread-safe; values are immutable.
 */
package dev.smsroutes.ledger;
