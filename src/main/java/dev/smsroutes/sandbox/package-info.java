/**
 * The SMS API, played locally: for a first run, for tests, for practice with faults.
 *
 * <p>It shares only the wire with the rest of the project and imports nothing of it, so that it can
 * be the witness of what really arrived. Where the API's documentation is silent or contradicts
 * itself, the point can be switched ({@code PUT /sandbox/settings}).
 */
package dev.smsroutes.sandbox;
