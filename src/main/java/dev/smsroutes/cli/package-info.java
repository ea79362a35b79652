/**
 * The commands; those for people work on the ledger, the queue and the inbox beside the serving
 * process.
 *
 * <p>Used by the main class only. Threads: each command runs in the thread that called it.
 */
package dev.smsroutes.cli;
