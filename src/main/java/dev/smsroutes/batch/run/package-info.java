/**
 * One file on its way: rows out, outcomes in, pause, cancel and resume.
 *
 * <p>Used by the file intake, {@code app} and the commands. No Camel here. Threads: a batch may be
 * used by many at a time. {@code RowFlow} has the lock of the rows, {@code BatchFiles} that of the
 * files; the window, the reader and the control have none.
 */
package dev.smsroutes.batch.run;
