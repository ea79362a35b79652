package dev.smsroutes.config;

import dev.smsroutes.api.ApiEndpoints;
import dev.smsroutes.api.TokenRoute.Credentials;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Optional;

/**
 * The keys {@code sms.api.*} that say where the SMS API is and how it is called. Immutable.
 *
 * @param service where it is; empty for the sandbox. Credentials may be missing for a command
 * @param connectTimeout how long to wait for a connection
 * @param responseTimeout how long the API may be silent after a request
 * @param retryDelay the wait before the first repetition of an attempt
 * @param statusCheck whether the API is asked about a message that got no clear answer
 */
public record ApiOptions(
    Optional<ApiEndpoints> service,
    Duration connectTimeout,
    Duration responseTimeout,
    Duration retryDelay,
    boolean statusCheck) {
  private static final String URL = "sms.api.url";
  private static final String AUTH_URL = "sms.api.auth-url";
  private static final String CLIENT_ID = "sms.api.client-id";
  private static final String CLIENT_SECRET = "sms.api.client-secret";

  static ApiOptions from(Settings settings) {
    boolean plain = settings.flag("sms.api.allow-plain-http");
    Optional<String> auth = settings.optional(AUTH_URL);
    Credentials credentials =
        new Credentials(
            settings.text(CLIENT_ID),
            settings.text(CLIENT_SECRET),
            settings.optional("sms.api.account-id"));
    Optional<ApiEndpoints> service =
        settings
            .optional(URL)
            .map(written -> settings.serviceUrl(URL, written, plain))
            .map(
                url ->
                    new ApiEndpoints(
                        url,
                        auth.map(written -> settings.serviceUrl(AUTH_URL, written, plain))
                            .orElse(url),
                        credentials));
    return new ApiOptions(
        service,
        settings.positiveDuration("sms.api.connect-timeout"),
        settings.positiveDuration("sms.api.response-timeout"),
        settings.duration("sms.api.retry-delay"),
        settings.flag("sms.api.status-check"));
  }

  /** Whether messages leave this machine: there is an API, and its host is not loopback. */
  public boolean isReal() {
    return service
        .flatMap(known -> host(known.url()))
        .filter(host -> !Settings.isLoopback(host))
        .isPresent();
  }

  private static Optional<String> host(String url) {
    try {
      return Optional.ofNullable(new URI(url).getHost());
    } catch (URISyntaxException e) {
      // Told already.
      return Optional.empty();
    }
  }

  /** For a start: another command may not know the secret, which it does not use. */
  void requireCredentials(Settings settings) {
    service.ifPresent(
        known -> {
          require(settings, CLIENT_ID, known.credentials().clientId());
          require(settings, CLIENT_SECRET, known.credentials().clientSecret());
        });
  }

  private static void require(Settings settings, String key, String value) {
    if (value.isEmpty()) {
      settings.fault(key + ": expected a value, because " + URL + " names an API; it is empty");
    }
  }
}
