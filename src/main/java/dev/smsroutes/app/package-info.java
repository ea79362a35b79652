/**
 * Starts and stops the bundle: puts the rooms together, and checks requests and files without
 * sending.
 *
 * <p>Used by the commands only. Threads: one thread starts and stops; what it starts has its own
 * threads.
 */
package dev.smsroutes.app;
