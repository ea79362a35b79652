/**
 * The message broker behind the JMS intake: an embedded Artemis, or the client of an external one.
 * The only room that knows Artemis; no Camel here.
 */
package dev.smsroutes.broker;
