/** What operators ask over HTTP, on a port of its own: health, meters, the intake's description. */
package dev.smsroutes.management;
