/**
 * The fault suite: starts the bundle and the sandbox as processes, breaks them under load, and
 * compares what callers were told with what the API accepted (docs/reliability.md).
 *
 * <p>It knows the bundle by its wire only: HTTP, files, JMS, exit codes, health, and keys of {@code
 * application.properties}. Every random choice comes from the seed.
 */
package dev.smsroutes.faults;
