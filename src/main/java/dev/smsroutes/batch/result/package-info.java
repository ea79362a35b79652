/**
 * What a batch leaves on disk: results, rejects, reports and the marker that it is complete, each
 * written as a whole.
 *
 * <p>Used by the other rooms of {@code batch}, the settings, the file intake and the commands. No
 * Camel here. Threads: one thread writes the results of one file.
 */
package dev.smsroutes.batch.result;
