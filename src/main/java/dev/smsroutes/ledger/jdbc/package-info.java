/**
 * The ledger on a database, SQLite or PostgreSQL: claims, group commit, maintenance.
 *
 * <p>Used by {@code app} and the commands; all others know {@code ledger}. No Camel here. Threads:
 * the ledger is thread-safe; one thread at a time writes to the store.
 */
package dev.smsroutes.ledger.jdbc;
