/**
 * What tests of several packages share: clocks that a test sets, a running bundle and the ways to
 * talk to it, {@code serve} as a process, the sandbox as the oracle, requests that are fine as they
 * are. Tests only. A helper that needs what its package hides stays in that package (TwoSpeedsTest
 * holds this).
 */
package dev.smsroutes.testing;
