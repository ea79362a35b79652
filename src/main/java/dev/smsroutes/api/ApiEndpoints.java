package dev.smsroutes.api;

import dev.smsroutes.api.TokenRoute.Credentials;

/**
 * The Camel endpoints of the SMS API (contract, sections 1 and 2), and what we authenticate with.
 * Immutable.
 *
 * @param url base URL of the API, without a slash at the end
 * @param authUrl base URL of its tokens, or the whole URL of them
 */
public record ApiEndpoints(String url, String authUrl, Credentials credentials) {
  private static final String MESSAGES = "/messaging/v1/sms/messages";
  private static final String DEFINITIONS = "/messaging/v1/sms/definitions";
  private static final String TOKEN = "/v2/token";

  /** Where messages are sent. */
  public String messages() {
    return url + MESSAGES + ApiClient.ENDPOINT_OPTIONS;
  }

  /** Where the status of a message is asked for. */
  public String status() {
    return url + MESSAGES + ApiClient.QUESTION_OPTIONS;
  }

  /** Where its send definitions are listed. */
  String definitions() {
    return url + DEFINITIONS + ApiClient.QUESTION_OPTIONS;
  }

  /** Where tokens come from. */
  public String token() {
    return (authUrl.endsWith(TOKEN) ? authUrl : authUrl + TOKEN) + ApiClient.ENDPOINT_OPTIONS;
  }
}
