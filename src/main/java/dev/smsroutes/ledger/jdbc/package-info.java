/**
 * The ledger on a database: claims, group commit, maintenance.
 *
 * <p>Used by {@code app} and the commands; other packages use {@code ledger}. No Camel here.
 * Threads: the ledger is thread-safe; one thread at a time writes to the database.
 */
package dev.smsroutes.ledger.jdbc;
