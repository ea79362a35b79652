/**
 * What is promised of each message key: admitted, attempted, settled; and how people see it.
 *
 * <p>Used by the pipeline, the intakes, the batch, {@code app} and the commands. No Camel here.
 * Threads: implementations are thread-safe; values are immutable.
 */
package dev.smsroutes.ledger;
