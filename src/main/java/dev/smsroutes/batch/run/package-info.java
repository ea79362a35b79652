/**
 * One file on its way: rows out, outcomes in, pause, cancel and resume.
 *
 * <p>Used by the file intake, {@code app} and the commands. No Camel here. Threads: a batch may be
 * used by many threads at a time.
 */
package dev.smsroutes.batch.run;
