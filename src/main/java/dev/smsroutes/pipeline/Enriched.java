package dev.smsroutes.pipeline;

import dev.smsroutes.definition.Definition;
import dev.smsroutes.model.SendRequest;

/**
 * A request together with its send definition and with its number in the form that is sent.
 *
 * @param digits the mobile number: country code and digits
 */
record Enriched(SendRequest request, Definition definition, String digits) {}
