/**
 * The SMS API, played locally: for a first run, for tests, and to practise outages.
 *
 * <p>It shares only the wire with the rest of the project and imports nothing of it. So it is an
 * independent oracle of what arrived. Where the API's documentation is silent or contradicts
 * itself, a switch chooses ({@code PUT /sandbox/settings}).
 */
package dev.smsroutes.sandbox;
