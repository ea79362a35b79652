package dev.smsroutes.config;

import java.time.Duration;
import java.util.Optional;

/**
 * The keys {@code sms.api.*} that say where the SMS API is and how it is called. Immutable.
 *
 * @param service where it is; empty for the sandbox
 * @param connectTimeout how long to wait for a connection
 * @param responseTimeout how long the API may be silent after a request
 * @param retryDelay the wait before the first repetition of an attempt
 * @param statusCheck whether the API is asked about a message that got no clear answer
 */
public record ApiOptions(
    Optional<Service> service,
    Duration connectTimeout,
    Duration responseTimeout,
    Duration retryDelay,
    boolean statusCheck) {
  private static final String URL = "sms.api.url";
  private static final String AUTH_URL = "sms.api.auth-url";
  private static final String CLIENT_ID = "sms.api.client-id";
  private static final String CLIENT_SECRET = "sms.api.client-secret";

  /**
   * Base URLs of the API and of its tokens, without a slash at the end, and what we authenticate
   * with.
   *
   * @param clientId empty only beside a process that serves
   * @param clientSecret empty only beside a process that serves
   */
  public record Service(
      String url,
      String authUrl,
      String clientId,
      String clientSecret,
      Optional<String> accountId) {
    /** Without credentials: it may end up in a log by accident. */
    @Override
    public String toString() {
      return "Service[url=" + url + "]";
    }
  }

  static ApiOptions from(Settings settings) {
    boolean plain = settings.flag("sms.api.allow-plain-http");
    Optional<String> auth = settings.optional(AUTH_URL);
    String clientId = settings.text(CLIENT_ID);
    String clientSecret = settings.text(CLIENT_SECRET);
    Optional<String> accountId = settings.optional("sms.api.account-id");
    Optional<Service> service =
        settings
            .optional(URL)
            .map(written -> settings.serviceUrl(URL, written, plain))
            .map(
                url ->
                    new Service(
                        url,
                        auth.map(written -> settings.serviceUrl(AUTH_URL, written, plain))
                            .orElse(url),
                        clientId,
                        clientSecret,
                        accountId));
    return new ApiOptions(
        service,
        settings.positiveDuration("sms.api.connect-timeout"),
        settings.positiveDuration("sms.api.response-timeout"),
        settings.duration("sms.api.retry-delay"),
        settings.flag("sms.api.status-check"));
  }

  /**
   * A command that only looks has no need of the secret, which may be known to the service only.
   */
  void requireCredentials(Settings settings) {
    service.ifPresent(
        known -> {
          require(settings, CLIENT_ID, known.clientId());
          require(settings, CLIENT_SECRET, known.clientSecret());
        });
  }

  private static void require(Settings settings, String key, String value) {
    if (value.isEmpty()) {
      settings.fault(key + ": expected a value, because " + URL + " names an API; it is empty");
    }
  }
}
