package dev.smsroutes.door;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jwt.SignedJWT;
import dev.smsroutes.access.Key;
import dev.smsroutes.access.Keys;
import dev.smsroutes.access.Role;
import dev.smsroutes.config.DoorOptions;
import dev.smsroutes.config.DoorOptions.Way;
import dev.smsroutes.intake.http.Entrance;
import dev.smsroutes.intake.http.Preferences;
import dev.smsroutes.intake.http.SendPath;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.User;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.text.ParseException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * The door of one server: finds out who a caller is, by what its headers or its connection show,
 * and lets it in or not. It leaves the caller as the user of the request, with its id as {@code
 * sub}. Runs on the event loop, before the body is read; only what an issuer has to be asked goes
 * to a worker. Thread-safe.
 */
final class Door implements Entrance {
  /** The caller of every request whose token only the API can verify. */
  static final String PASSED_THROUGH = "passthrough";

  private static final int WORKERS = 4;
  private static final int MAX_TOKEN = 8 * 1024;

  /** What the callers of a server need. */
  interface Need {
    /** Whether this request may go on without credentials. */
    boolean isOpen(RoutingContext request);

    /** The roles of which a caller needs one. */
    Set<Role> roles(RoutingContext request);

    /** Whether people ask for it with a browser, which then is to ask them for id and secret. */
    boolean isForPeople(RoutingContext request);

    /** Whether a caller without an entry in the keys file may do it. */
    boolean withoutEntry();
  }

  private final DoorOptions options;
  private final Need need;
  private final Keys keys;
  private final Optional<AccessTokens> tokens;
  private final Optional<IssuerTokens> issuer;
  private final Optional<ServerTls> tls;
  private final Refusals refusals;
  private final Optional<TokenEndpoint> endpoint;
  private volatile WorkerExecutor workers;

  Door(
      DoorOptions options,
      Need need,
      Keys keys,
      Optional<AccessTokens> tokens,
      Optional<IssuerTokens> issuer,
      Optional<ServerTls> tls,
      Refusals refusals,
      Optional<TokenEndpoint> endpoint) {
    this.options = options;
    this.need = need;
    this.keys = keys;
    this.tokens = tokens.filter(given -> options.has(Way.API_KEY));
    this.issuer = issuer.filter(given -> options.has(Way.JWT));
    this.tls = tls;
    this.refusals = refusals;
    this.endpoint = endpoint;
  }

  @Override
  public boolean asks() {
    return options.asks();
  }

  @Override
  public void secure(HttpServerOptions server) {
    tls.ifPresent(files -> files.secure(server));
  }

  @Override
  public void guard(Router routes) {
    if (!asks()) {
      return;
    }
    endpoint.ifPresent(there -> there.on(routes));
    routes.route().handler(this::enter);
    // Once more behind the door, which would else turn a wrong method there into a 404.
    endpoint.ifPresent(there -> routes.post(TokenEndpoint.PATH).handler(RoutingContext::next));
  }

  private void enter(RoutingContext request) {
    List<String> shown = request.request().headers().getAll("Authorization");
    if (shown.size() > 1) {
      conclude(request, Finding.wrong("several Authorization headers"));
    } else if (!shown.isEmpty()) {
      header(request, shown.get(0).strip());
    } else {
      Optional<X509Certificate[]> certificate = certificate(request);
      if (certificate.isPresent()) {
        conclude(request, ofCertificate(certificate.get()));
      } else if (need.isOpen(request)) {
        request.next();
      } else {
        refusals.stranger(request, asksPeople(request));
      }
    }
  }

  private void header(RoutingContext request, String shown) {
    int blank = shown.indexOf(' ');
    String scheme = blank < 0 ? shown : shown.substring(0, blank);
    String value = blank < 0 ? "" : shown.substring(blank).strip();
    if (value.length() > MAX_TOKEN) {
      conclude(request, Finding.wrong("token of more than " + MAX_TOKEN + " characters"));
    } else if (scheme.equalsIgnoreCase("Basic") && options.has(Way.API_KEY)) {
      conclude(request, ofBasic(value));
    } else if (scheme.equalsIgnoreCase("Bearer") && !value.isEmpty()) {
      bearer(request, value);
    } else {
      conclude(request, Finding.wrong("another scheme than expected"));
    }
  }

  private Finding ofBasic(String value) {
    String decoded;
    try {
      decoded = new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return Finding.wrong("no Base64");
    }
    int colon = decoded.indexOf(':');
    if (colon < 0) {
      return Finding.wrong("no id and secret");
    }
    // An id may have colons, a secret has none.
    int end = decoded.lastIndexOf(':');
    String id = decoded.substring(0, end);
    return keys.withSecret(id, decoded.substring(end + 1))
        .map(key -> Finding.right(key.id()))
        .orElseGet(() -> Finding.wrong(Refusals.whyNot(keys, id)));
  }

  private void bearer(RoutingContext request, String token) {
    if (options.has(Way.PASSTHROUGH)) {
      passThrough(request);
      return;
    }
    if (options.has(Way.API_KEY)) {
      Optional<Key> key = keys.withSecret(token);
      if (key.isPresent()) {
        conclude(request, Finding.right(key.get().id()));
        return;
      }
    }
    Optional<SignedJWT> parsed = parse(token);
    if (parsed.isEmpty()) {
      int end = token.lastIndexOf('.');
      conclude(
          request,
          Finding.wrong(
              options.has(Way.API_KEY)
                  ? Refusals.whyNot(keys, end < 0 ? "" : token.substring(0, end))
                  : "no signed token"));
    } else if (JWSAlgorithm.HS256.equals(parsed.get().getHeader().getAlgorithm())) {
      // Never with the key of an issuer, which is public.
      conclude(
          request,
          tokens
              .map(ours -> ours.check(token, parsed.get()))
              .orElseGet(() -> Finding.wrong("token with a shared secret")));
    } else {
      ofIssuer(request, token, parsed.get());
    }
  }

  /** Empty if it is no signed token. */
  static Optional<SignedJWT> parse(String token) {
    if (!token.startsWith("eyJ")) {
      return Optional.empty();
    }
    try {
      return Optional.of(SignedJWT.parse(token));
    } catch (ParseException | RuntimeException e) {
      return Optional.empty();
    }
  }

  private void ofIssuer(RoutingContext request, String token, SignedJWT parsed) {
    if (issuer.isEmpty() || !issuer.get().looksRight(parsed)) {
      conclude(request, Finding.wrong("token of another issuer or algorithm"));
      return;
    }
    IssuerTokens verifying = issuer.get();
    Optional<Finding> known =
        verifying.known(token).map(said -> verifying.finding(said, need.withoutEntry()));
    if (known.isPresent()) {
      conclude(request, known.get());
      return;
    }
    HttpServerRequest in = request.request();
    in.pause();
    workers(request)
        .executeBlocking(() -> verifying.verify(token, parsed, need.withoutEntry()), false)
        .onComplete(
            done -> {
              conclude(
                  request,
                  done.succeeded()
                      ? done.result()
                      : Finding.unknown(done.cause().getClass().getSimpleName()));
              in.resume();
            });
  }

  private synchronized WorkerExecutor workers(RoutingContext request) {
    if (workers == null) {
      workers = request.vertx().createSharedWorkerExecutor("sms-door", WORKERS);
    }
    return workers;
  }

  private Optional<X509Certificate[]> certificate(RoutingContext request) {
    SSLSession session = request.request().sslSession();
    if (session == null || !options.has(Way.MTLS)) {
      return Optional.empty();
    }
    try {
      Certificate[] chain = session.getPeerCertificates();
      return chain instanceof X509Certificate[] x509 ? Optional.of(x509) : Optional.empty();
    } catch (SSLPeerUnverifiedException e) {
      return Optional.empty();
    }
  }

  private Finding ofCertificate(X509Certificate[] chain) {
    if (!tls.orElseThrow().trusts(chain)) {
      return Finding.wrong("certificate that is no longer trusted");
    }
    return CertificateName.of(chain[0])
        .map(Finding::right)
        .orElseGet(() -> Finding.wrong("certificate without one name"));
  }

  /**
   * A token that only the API can verify. So nothing may happen for it but one call of the API: no
   * queue, whose messages leave with our token, no status, and no route of a site.
   */
  private void passThrough(RoutingContext request) {
    if (!Paths.isSend(request)) {
      refusals.forbidden(
          request,
          "",
          "path that a token of the API cannot open",
          "Expected POST /messaging/v1/sms/messages/{messageKey}: with"
              + " sms.http.authentication=passthrough nothing else can be asked");
    } else if (Paths.prefersNotToWait(request)) {
      refusals.invalid(
          request,
          "Expected no Prefer: respond-async: with sms.http.authentication=passthrough a request"
              + " is sent at once or not at all");
    } else {
      request.setUser(User.create(new JsonObject().put("sub", PASSED_THROUGH)));
      request.next();
    }
  }

  private void conclude(RoutingContext request, Finding finding) {
    switch (finding.verdict()) {
      case RIGHT -> admit(request, finding.caller().orElseThrow());
      case WRONG, EXPIRED -> refusals.unknown(request, finding, asksPeople(request));
      case LACKING ->
          refusals.forbidden(
              request, "", finding.why(), "Expected a token with the scope to send; got another");
      case UNKNOWN -> refusals.later(request, finding.why());
    }
  }

  private boolean asksPeople(RoutingContext request) {
    return options.has(Way.API_KEY) && need.isForPeople(request);
  }

  /** The credentials are right: what remains is what the keys file says of the caller. */
  private void admit(RoutingContext request, String caller) {
    if (!Key.isId(caller)) {
      refusals.unknown(
          request, Finding.wrong("name that cannot be one of a caller"), asksPeople(request));
      return;
    }
    Optional<Key> entry = keys.withId(caller);
    if (entry.filter(key -> !keys.isValid(key)).isPresent()) {
      refusals.unknown(request, Finding.wrong(Refusals.whyNot(keys, caller)), asksPeople(request));
      return;
    }
    Set<Role> needed = need.roles(request);
    if (!entry
        .map(key -> key.roles().stream().anyMatch(needed::contains))
        .orElse(need.withoutEntry())) {
      refusals.forbidden(
          request,
          caller,
          "missing role",
          "Expected a caller with the role "
              + needed.iterator().next().word()
              + "; this one has others");
      return;
    }
    request.setUser(User.create(new JsonObject().put("sub", caller)));
    request.next();
  }

  /** What requests ask for. */
  static final class Paths {
    private Paths() {}

    static boolean isSend(RoutingContext request) {
      return SendPath.of(request) != SendPath.NONE;
    }

    static boolean isStatus(RoutingContext request) {
      return request.request().method() == HttpMethod.GET
          && request.normalizedPath().matches("/messaging/v1/sms/messages/[^/]+/?");
    }

    static boolean isHealth(RoutingContext request) {
      return request.request().method() == HttpMethod.GET
          && request.normalizedPath().matches("/observe/health(/live|/ready)?/?");
    }

    /** The pages for operators, and what they ask for. */
    static boolean isPage(RoutingContext request) {
      String path = request.normalizedPath();
      return path.equals("/")
          || path.startsWith("/page/")
          || path.equals("/api")
          || path.startsWith("/api/")
          || path.equals("/openapi.json");
    }

    static boolean prefersNotToWait(RoutingContext request) {
      return Preferences.respondAsync(request.request().headers().getAll("Prefer"));
    }
  }
}
