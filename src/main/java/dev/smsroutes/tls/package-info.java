/**
 * Certificates, private keys and authorities in PEM, for the HTTP servers, the embedded broker and
 * the way to the SMS API.
 *
 * <p>Each user makes of them what its library needs, again after each change. No Camel here.
 * Threads: one watching thread for the files of each place.
 */
package dev.smsroutes.tls;
