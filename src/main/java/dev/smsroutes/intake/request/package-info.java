/**
 * Reads requests: the JSON of the SMS API and, with {@code FieldMapping}, the JSON of a site.
 *
 * <p>Used by the intakes, the batch, {@code app} and the commands. No Camel here. Threads: readers
 * are thread-safe once they are set up.
 */
package dev.smsroutes.intake.request;
