/**
 * What operators see of the ledger's entries, and the replay of messages: for the commands and for
 * the page.
 */
package dev.smsroutes.records;
