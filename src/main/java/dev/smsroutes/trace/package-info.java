/**
 * Spans of requests and of attempts at the SMS API, and their way to a collector. The users of this
 * room see {@link dev.smsroutes.trace.Tracing} only: the OpenTelemetry SDK is loaded when an
 * operator has switched traces on.
 */
package dev.smsroutes.trace;
