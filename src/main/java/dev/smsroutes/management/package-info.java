/** What operators ask over HTTP, on a port of its own: health and meters. */
package dev.smsroutes.management;
