/**
 * Holds one class under the name that YAML of a site may still say. Goes in the next release; the
 * class itself is in {@code dev.smsroutes.intake.request}.
 */
package dev.smsroutes.request;
