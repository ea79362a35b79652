/**
 * Reads a batch file as a pass over it does and says what would become of each row; sends nothing.
 *
 * <p>Used by the file intake, {@code app} and the commands. No Camel here. Threads: one thread
 * checks one file.
 */
package dev.smsroutes.batch.check;
