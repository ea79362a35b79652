/**
 * Spans of requests and of attempts at the SMS API, and their way to a collector. Whoever uses this
 * room sees {@link dev.smsroutes.trace.Tracing} only: the OpenTelemetry SDK is loaded when an
 * operator has switched traces on.
 */
package dev.smsroutes.trace;
