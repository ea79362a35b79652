/**
 * The operators' page on the management port: static files, a JSON API below {@code /page/api}, and
 * server-sent events for what changes. docs/page.md explains it to operators.
 */
package dev.smsroutes.page;
