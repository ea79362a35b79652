/**
 * The message broker of the JMS intake: an embedded Artemis, or the client of an external one. The
 * only package that knows Artemis; no Camel here.
 */
package dev.smsroutes.broker;
