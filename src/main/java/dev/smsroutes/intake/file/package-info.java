/**
 * How requests arrive in files, and how their results go back. The routes are in {@code routes/}.
 *
 * <p>Used by {@code app}. Threads: beans of routes are thread-safe.
 */
package dev.smsroutes.intake.file;
