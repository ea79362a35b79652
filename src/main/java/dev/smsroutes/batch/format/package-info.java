/**
 * The formats of a batch file: unpacks, decodes and cuts it into rows, and writes rows back as
 * rejects.
 *
 * <p>Used by the other rooms of {@code batch}, the settings and the file intake. No Camel here.
 * Threads: one thread reads one file.
 */
package dev.smsroutes.batch.format;
