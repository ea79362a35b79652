package dev.smsroutes.config;

import dev.smsroutes.api.ApiClient;
import dev.smsroutes.api.ApiEndpoints;
import dev.smsroutes.api.ApiProxy;
import dev.smsroutes.api.ApiTls;
import dev.smsroutes.api.ApiTls.ApiTlsFiles;
import dev.smsroutes.api.TokenRoute.Credentials;
import dev.smsroutes.ledger.MadeFor;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The keys {@code sms.api.*} that say where the SMS API is and how it is called. Immutable.
 *
 * @param service where it is; empty for the sandbox. Credentials may be missing for a command
 * @param connectTimeout how long to wait for a connection
 * @param responseTimeout how long the API may be silent after a request
 * @param retryDelay the wait before the first repetition of an attempt
 * @param proxy what its calls go through
 * @param tls the certificates towards it; empty for what Java trusts
 * @param statusCheck whether the API is asked about a message that got no clear answer
 */
public record ApiOptions(
    Optional<ApiEndpoints> service,
    Duration connectTimeout,
    Duration responseTimeout,
    Duration retryDelay,
    boolean statusCheck,
    Optional<ApiProxy> proxy,
    Optional<ApiTlsFiles> tls) {
  static final String URL = "sms.api.url";
  private static final String AUTH_URL = "sms.api.auth-url";
  private static final String CLIENT_ID = "sms.api.client-id";
  private static final String CLIENT_SECRET = "sms.api.client-secret";

  private static final String PROXY_URL = "sms.api.proxy-url";
  private static final String PROXY_USER = "sms.api.proxy-user";
  private static final String PROXY_PASSWORD = "sms.api.proxy-password";
  private static final String TRUST_STORE = "sms.api.trust-store-file";
  private static final String CERTIFICATE = "sms.api.client-certificate-file";
  private static final String KEY = "sms.api.client-key-file";
  private static final String ACCOUNT_ID = "sms.api.account-id";

  /** They are of no use without the URL. */
  private static final List<String> ONLY_WITH_URL =
      List.of(AUTH_URL, CLIENT_ID, CLIENT_SECRET, ACCOUNT_ID);

  static ApiOptions from(Settings settings) {
    boolean plain = settings.flag("sms.api.allow-plain-http");
    Optional<String> auth = settings.optional(AUTH_URL);
    Credentials credentials =
        new Credentials(
            settings.secret(CLIENT_ID).orElse(() -> ""),
            settings.secret(CLIENT_SECRET).orElse(() -> ""),
            settings.optional(ACCOUNT_ID));
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
        settings.flag("sms.api.status-check"),
        // The sandbox is on this machine.
        proxy(settings).filter(known -> service.isPresent()),
        tls(settings));
  }

  private static Optional<ApiProxy> proxy(Settings settings) {
    Optional<URI> url =
        settings.optional(PROXY_URL).flatMap(written -> settings.hostUrl(PROXY_URL, written));
    Optional<String> user = settings.optional(PROXY_USER);
    Optional<Supplier<String>> password = settings.secret(PROXY_PASSWORD);
    if (user.isPresent() != password.isPresent()) {
      settings.fault(PROXY_USER + " and " + PROXY_PASSWORD + ": expected both or neither; got one");
    }
    return url.map(
        there ->
            new ApiProxy(
                there.getHost(),
                there.getPort() < 0 ? 80 : there.getPort(),
                user.flatMap(name -> password.map(secret -> new ApiProxy.Login(name, secret)))));
  }

  private static Optional<ApiTlsFiles> tls(Settings settings) {
    Optional<Path> trustStore = settings.optionalPath(TRUST_STORE);
    Optional<Path> certificate = settings.optionalPath(CERTIFICATE);
    Optional<Path> key = settings.optionalPath(KEY);
    Optional<Supplier<String>> password = settings.secret("sms.api.trust-store-password");
    if (certificate.isPresent() != key.isPresent()) {
      settings.fault(CERTIFICATE + " and " + KEY + ": expected both or neither; got one");
    }
    return trustStore.isEmpty() && certificate.isEmpty()
        ? Optional.empty()
        : Optional.of(new ApiTlsFiles(trustStore, password, certificate, key));
  }

  /** A key that nobody sets who wants the sandbox. */
  static Optional<String> hintOfApi(Settings settings) {
    return ONLY_WITH_URL.stream().filter(settings::hasSecret).findFirst();
  }

  /**
   * The API whose messages this process handles.
   *
   * @throws IllegalArgumentException if its URL is wrong, as was told
   */
  MadeFor madeFor() {
    return service
        .map(known -> MadeFor.api(known.url(), known.credentials().accountId()))
        .orElse(MadeFor.SANDBOX);
  }

  /**
   * The client that calls it.
   *
   * @param connections how many at a time
   * @param certificates those of {@link #tls}; closed by the caller
   */
  public ApiClient client(int connections, Optional<ApiTls> certificates) {
    return new ApiClient(
        connections, connectTimeout, responseTimeout, connectTimeout, proxy, certificates);
  }

  /** Whether messages leave this machine: there is an API, and its host is not loopback. */
  public boolean isReal() {
    try {
      return madeFor().isReal();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** For a start: another command may not know the secret, which it does not use. */
  void requireCredentials(Settings settings) {
    tls.filter(files -> files.certificate().isPresent() == files.key().isPresent())
        .ifPresent(files -> settings.group(() -> ApiTls.check(files)));
    service.ifPresent(
        known -> {
          require(settings, CLIENT_ID);
          require(settings, CLIENT_SECRET);
        });
  }

  private static void require(Settings settings, String key) {
    if (!settings.hasSecret(key)) {
      settings.fault(key + ": expected a value, because " + URL + " names an API; it is empty");
    }
  }
}
