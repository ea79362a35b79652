/**
 * The values that all rooms share: request, message, outcome, faults, reasons and error codes.
 *
 * <p>Used by every room but the sandbox and the broker. No Camel here. Threads: values are
 * immutable.
 */
package dev.smsroutes.model;
