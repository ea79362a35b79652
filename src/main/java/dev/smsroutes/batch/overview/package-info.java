/**
 * What lies in the folders: files that are sent at the moment, those that have ended, and those not
 * taken.
 *
 * <p>Used by the file intake and the commands. No Camel here. Threads: classes are immutable or
 * stateless.
 */
package dev.smsroutes.batch.overview;
