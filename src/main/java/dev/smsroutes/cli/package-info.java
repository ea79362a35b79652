/**
 * The commands. Those for operators work on the ledger, the queue and the inbox while another
 * process serves.
 *
 * <p>Used by the main class only. Threads: each command runs in the thread that called it.
 */
package dev.smsroutes.cli;
