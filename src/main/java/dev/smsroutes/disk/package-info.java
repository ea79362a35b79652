/**
 * Who may read what the bundle writes to the disk, and what it says when the disk refuses.
 *
 * <p>Used by the ledger, the broker, the batch, {@code app} and the commands. No Camel here.
 * Threads: all methods are stateless.
 */
package dev.smsroutes.disk;
