package dev.smsroutes.app;

import static dev.smsroutes.testing.KeysFiles.shown;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import dev.smsroutes.access.Role;
import dev.smsroutes.testing.KeysFiles;
import dev.smsroutes.testing.Reply;
import dev.smsroutes.testing.Requests;
import dev.smsroutes.testing.RunningBundle;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/**
 * Every route and port with every kind of credential, over the wire: who may not come in gets
 * nowhere, and all who may not come in read the same.
 */
@Timeout(60)
class DoorIT {
  private static final String ISSUER = "https://login.example.com";
  private static final String AUDIENCE = "sms-gateway";

  private static final ListAppender<ILoggingEvent> LOG = new ListAppender<>();

  private static RunningBundle bundle;
  private static RSAKey issuerKey;
  private static RSAKey otherKey;

  @BeforeAll
  static void start(@TempDir Path home) throws Exception {
    LOG.start();
    root().addAppender(LOG);
    issuerKey = new RSAKeyGenerator(2048).keyID("k1").generate();
    otherKey = new RSAKeyGenerator(2048).keyID("k1").generate();
    Path keySet =
        Files.writeString(
            home.resolve("jwks.json"), new JWKSet(issuerKey.toPublicJWK()).toString());
    KeysFiles.write(
        home.resolve("keys.json"),
        KeysFiles.key("shop", Role.SEND),
        KeysFiles.key("watcher", Role.OBSERVE),
        KeysFiles.key("crm-watcher", Role.OBSERVE),
        KeysFiles.expired("old"),
        KeysFiles.revoked("gone"),
        KeysFiles.revoked("gone-by-jwt"));
    bundle =
        RunningBundle.start(
            "sms.http.authentication",
            "api-key,jwt",
            "sms.management.authentication",
            "api-key,jwt",
            "sms.http.keys-file",
            home.resolve("keys.json").toString(),
            "sms.http.token-key-file",
            home.resolve("data/token.key").toString(),
            "sms.http.jwt.issuer",
            ISSUER,
            "sms.http.jwt.audience",
            AUDIENCE,
            "sms.http.jwt.jwks",
            keySet.toString(),
            "sms.management.enabled",
            "true",
            "sms.management.port",
            "0",
            "camel.main.routesIncludePattern",
            "file:routes/*.camel.yaml," + ownRoute(home).toUri());
    assertThat(Files.getPosixFilePermissions(home.resolve("data/token.key")))
        .extracting(Enum::name)
        .containsExactlyInAnyOrder("OWNER_READ", "OWNER_WRITE");
  }

  /** A route of a site that knows nothing of the door. */
  private static Path ownRoute(Path home) throws IOException {
    return Files.writeString(
        home.resolve("own.camel.yaml"),
        """
        - route:
            id: own
            from:
              uri: platform-http
              parameters:
                path: /own
              steps:
                - setBody:
                    expression:
                      simple:
                        expression: "user=${header.CamelVertxPlatformHttpAuthenticatedUser?.principal}"
                - removeHeaders:
                    pattern: "*"
        """);
  }

  @AfterAll
  static void stop() {
    bundle.close();
    root().detachAppender(LOG);
    assertThat(LOG.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .anyMatch(line -> line.contains("door=http refused"))
        .noneMatch(line -> line.contains("-secret-") || line.contains("eyJ"));
  }

  private static Logger root() {
    return (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
  }

  /** What callers show, and the status of intake and management for it. */
  static Stream<Arguments> credentials() throws Exception {
    Instant now = Instant.now();
    JWTClaimsSet right = claims("crm", now.plusSeconds(600)).build();
    String token = token("shop");
    return Stream.of(
        arguments("none", "", 401, 401),
        arguments("a key to send", "Bearer " + shown("shop"), 202, 403),
        arguments("a key to send, scheme in lower case", "bearer " + shown("shop"), 202, 403),
        arguments("id and secret", basic("shop", KeysFiles.secret("shop")), 202, 403),
        arguments("id and whole key", basic("shop", shown("shop")), 202, 403),
        arguments("a key to observe", "Bearer " + shown("watcher"), 403, 200),
        arguments("another secret", "Bearer shop." + KeysFiles.secret("x"), 401, 401),
        arguments("no secret", "Bearer shop.", 401, 401),
        arguments("no id", "Bearer " + KeysFiles.secret("shop"), 401, 401),
        arguments("another id", "Bearer nobody." + KeysFiles.secret("shop"), 401, 401),
        arguments("an expired key", "Bearer " + shown("old"), 401, 401),
        arguments("a revoked key", "Bearer " + shown("gone"), 401, 401),
        arguments("another scheme", "Digest " + shown("shop"), 401, 401),
        arguments("no scheme", shown("shop"), 401, 401),
        arguments("Bearer and nothing", "Bearer", 401, 401),
        arguments("broken Base64", "Basic ***", 401, 401),
        arguments("Basic without colon", basic("shop"), 401, 401),
        arguments("a token of this gateway", "Bearer " + token, 202, 403),
        arguments("the same, changed", "Bearer " + changed(token), 401, 401),
        arguments(
            "the same, cut", "Bearer " + token.substring(0, token.lastIndexOf('.') + 1), 401, 401),
        arguments("a token of the issuer", jwt(right), 202, 403),
        arguments(
            "of one who may observe",
            jwt(claims("crm-watcher", now.plusSeconds(600)).build()),
            403,
            200),
        arguments(
            "of a revoked caller",
            jwt(claims("gone-by-jwt", now.plusSeconds(600)).build()),
            401,
            401),
        arguments(
            "without the scope",
            jwt(claims("crm", now.plusSeconds(600)).claim("scope", "sms_read").build()),
            403,
            403),
        arguments(
            "scope in a list",
            jwt(
                claims("crm", now.plusSeconds(600))
                    .claim("scope", null)
                    .claim("scp", List.of("sms_send"))
                    .build()),
            202,
            403),
        arguments("expired", jwt(claims("crm", now.minusSeconds(61)).build()), 401, 401),
        arguments(
            "expired, within the skew", jwt(claims("crm", now.minusSeconds(20)).build()), 202, 403),
        arguments("without an end", jwt(claims("crm", null).build()), 401, 401),
        arguments(
            "not valid yet",
            jwt(
                claims("crm", now.plusSeconds(600))
                    .notBeforeTime(Date.from(now.plusSeconds(120)))
                    .build()),
            401,
            401),
        arguments(
            "for another audience",
            jwt(claims("crm", now.plusSeconds(600)).audience("other").build()),
            401,
            401),
        arguments(
            "without an audience",
            jwt(claims("crm", now.plusSeconds(600)).audience((String) null).build()),
            401,
            401),
        arguments(
            "of another issuer",
            jwt(claims("crm", now.plusSeconds(600)).issuer("https://evil.example").build()),
            401,
            401),
        arguments(
            "without an issuer",
            jwt(claims("crm", now.plusSeconds(600)).issuer(null).build()),
            401,
            401),
        arguments("without a subject", jwt(claims(null, now.plusSeconds(600)).build()), 401, 401),
        arguments(
            "a subject with a line break",
            jwt(claims("crm\noutcome=ACCEPTED", now.plusSeconds(600)).build()),
            401,
            401),
        arguments("signed with another key", jwt(right, otherKey, JWSAlgorithm.RS256), 401, 401),
        arguments("with another algorithm", jwt(right, issuerKey, JWSAlgorithm.RS512), 401, 401),
        arguments("alg none", "Bearer " + new PlainJWT(right).serialize(), 401, 401),
        arguments("HS256 with the public key", "Bearer " + confused(right), 401, 401),
        arguments("its own key in the header", "Bearer " + ownKey(right), 401, 401),
        arguments("kid: a path", "Bearer " + kid(right, "../../../../dev/null"), 401, 401),
        arguments("kid: SQL", "Bearer " + kid(right, "k1' OR '1'='1"), 401, 401),
        arguments("an unknown kid", "Bearer " + kid(right, "k2"), 401, 401),
        arguments("no token but eyJ", "Bearer eyJ.eyJ.x", 401, 401),
        arguments("a huge one", "Bearer eyJ" + "a".repeat(12_000), 401, 401));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("credentials")
  void lets_in_on_every_route_only_who_may(String what, String shown, int sending, int observing) {
    int other = sending == 202 ? 404 : sending;
    Map<String, Integer> expected = new TreeMap<>();
    Map<String, Integer> got = new TreeMap<>();
    expected.put("POST keyed", sending);
    Reply keyed = send("/messaging/v1/sms/messages/" + Requests.key(), shown);
    got.put("POST keyed", keyed.status());
    if (keyed.status() == 401) {
      assertThat(keyed.code()).isEqualTo(20000);
      assertThat(keyed.message())
          .isEqualTo("Expected credentials that are valid here; got none, or others");
    }
    expected.put("POST keyed //", sending);
    got.put("POST keyed //", send("//messaging/v1/sms/messages/" + Requests.key(), shown).status());
    expected.put("POST bare", sending);
    got.put("POST bare", many(shown).status());
    // Who may observe may ask what became of a message, and of none that it did not send.
    expected.put("GET status", what.contains("observe") ? 404 : other);
    got.put("GET status", get("/messaging/v1/sms/messages/unknown", shown).status());
    expected.put("GET own", sending == 202 ? 200 : sending);
    got.put("GET own", get("/own", shown).status());
    expected.put("GET /", other);
    got.put("GET /", get("/", shown).status());
    expected.put("GET token", sending == 202 ? 405 : sending);
    got.put("GET token", get("/v2/token", shown).status());
    expected.put("description", sending == 202 ? 200 : sending);
    got.put("description", get("/openapi.json", shown).status());
    for (String path : List.of("/openapi.json", "/api/", "/api/swagger-ui.css")) {
      expected.put("management " + path, observing);
      got.put("management " + path, managed(path, shown).status());
    }
    expected.put("DELETE", sending == 202 ? 405 : sending);
    got.put("DELETE", call("DELETE", "/messaging/v1/sms/messages/k", "", shown).status());
    expected.put("metrics", observing);
    got.put("metrics", managed("/observe/metrics", shown).status());
    // Probes have no credentials.
    int health = what.equals("none") ? 200 : observing;
    for (String path :
        List.of("/observe/health", "/observe/health/live", "/observe/health/ready")) {
      expected.put(path, health);
      got.put(path, managed(path, shown).status());
    }
    for (String path : List.of("/", "/page/page.js", "/page/api/session", "/page/api/messages")) {
      boolean asks = path.endsWith("messages");
      expected.put("management " + path, observing == 200 && asks ? 400 : observing);
      got.put("management " + path, managed(path, shown).status());
    }
    expected.put("management other", observing == 200 ? 404 : observing);
    got.put("management other", managed("/other", shown).status());

    assertThat(tooMany(got)).isEqualTo(tooMany(expected));
  }

  /** After ten failures 401 becomes 429; which of them it is depends on the tests before. */
  private static Map<String, Integer> tooMany(Map<String, Integer> statuses) {
    statuses.replaceAll((route, status) -> status == 429 ? 401 : status);
    return statuses;
  }

  @Test
  void answers_all_who_may_not_come_in_with_the_same() {
    Reply none = send("/messaging/v1/sms/messages/k", "");

    assertThat(none.status()).isEqualTo(401);
    assertThat(none.code()).isEqualTo(20000);
    assertThat(none.json().path("requestId").asText()).hasSize(36);
    assertThat(none.header("WWW-Authenticate")).contains("Bearer realm=\"sms-routes\"");
    assertThat(send("/messaging/v1/sms/messages/k", "Bearer " + shown("watcher")).code())
        .isEqualTo(20002);
  }

  /** A door before some paths only can be walked round. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/own",
        "/own/",
        "/OWN",
        "//own",
        "/./own",
        "/x/../own",
        "/%6fwn",
        "/own;x=1",
        "/own%2f",
        "/own%00",
        "/v2/token/../../own",
        "/v2/token/..;/own",
        "/v2/token%2f..%2f..%2fown",
        "/v2/token/x",
        "/observe/health",
        "/messaging/v1/sms/messages/a%2Fb"
      })
  void has_no_path_round_it(String path) {
    assertThat(call("POST", path, "{}", "").status()).isEqualTo(401);
    assertThat(get(path, "").status()).isEqualTo(401);
  }

  @Test
  void takes_no_user_from_a_caller() {
    Reply reply =
        bundle.exchange(
            "GET",
            "/own?CamelVertxPlatformHttpAuthenticatedUser=root&camelvertxplatformhttpauthenticateduser=root",
            "",
            "Authorization",
            "Bearer " + shown("shop"),
            "CamelVertxPlatformHttpAuthenticatedUser",
            "root",
            "CAMELVertxPlatformHttpAuthenticatedUser",
            "root");

    assertThat(reply.body()).isEqualTo("user={\"sub\":\"shop\"}");
  }

  @Test
  void reads_no_body_of_a_stranger() throws IOException {
    try (var socket = bundle.connect()) {
      socket
          .getOutputStream()
          .write(
              ("POST /messaging/v1/sms/messages/k HTTP/1.1\r\nHost: 127.0.0.1:"
                      + bundle.port()
                      + "\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{")
                  .getBytes(StandardCharsets.US_ASCII));

      Reply reply = Reply.read(socket.getInputStream().readAllBytes());

      assertThat(reply.status()).isEqualTo(401);
    }
  }

  private static Reply send(String path, String shown) {
    return call("POST", path, Requests.keyed().toString(), shown);
  }

  private static Reply many(String shown) {
    return call(
        "POST",
        RunningBundle.MESSAGES,
        Requests.bare(Requests.recipient(Requests.key())).toString(),
        shown);
  }

  private static Reply get(String path, String shown) {
    return call("GET", path, "", shown);
  }

  private static Reply call(String method, String path, String body, String shown) {
    return shown.isEmpty()
        ? bundle.exchange(method, path, body, "Content-Type", "application/json")
        : bundle.exchange(
            method, path, body, "Content-Type", "application/json", "Authorization", shown);
  }

  private static Reply managed(String path, String shown) {
    String url = "http://127.0.0.1:" + bundle.bundle().managementPort().orElseThrow() + path;
    return shown.isEmpty()
        ? bundle.elsewhere("GET", URI.create(url), "")
        : bundle.elsewhere("GET", URI.create(url), "", "Authorization", shown);
  }

  private static String token(String id) {
    Reply reply =
        bundle.exchange(
            "POST",
            "/v2/token",
            Requests.json(
                "{\"grant_type\": \"client_credentials\", \"client_id\": \""
                    + id
                    + "\", \"client_secret\": \""
                    + KeysFiles.secret(id)
                    + "\"}"),
            "Content-Type",
            "application/json");
    assertThat(reply.status()).isEqualTo(200);
    JsonNode json = reply.json();
    assertThat(json.path("token_type").asText()).isEqualTo("Bearer");
    return json.path("access_token").asText();
  }

  private static JWTClaimsSet.Builder claims(String subject, Instant end) {
    return new JWTClaimsSet.Builder()
        .issuer(ISSUER)
        .audience(AUDIENCE)
        .subject(subject)
        .claim("scope", "openid sms_send")
        .expirationTime(end == null ? null : Date.from(end));
  }

  private static String jwt(JWTClaimsSet claims) throws JOSEException {
    return jwt(claims, issuerKey, JWSAlgorithm.RS256);
  }

  private static String jwt(JWTClaimsSet claims, RSAKey key, JWSAlgorithm algorithm)
      throws JOSEException {
    return "Bearer " + signed(new JWSHeader.Builder(algorithm).keyID("k1").build(), claims, key);
  }

  private static String signed(JWSHeader header, JWTClaimsSet claims, RSAKey key)
      throws JOSEException {
    SignedJWT jwt = new SignedJWT(header, claims);
    jwt.sign(new RSASSASigner(key));
    return jwt.serialize();
  }

  private static String kid(JWTClaimsSet claims, String kid) throws JOSEException {
    return signed(new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(kid).build(), claims, otherKey);
  }

  /** The classic: the public key as shared secret. */
  private static String confused(JWTClaimsSet claims) throws Exception {
    SignedJWT jwt =
        new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("k1").build(), claims);
    jwt.sign(new MACSigner(issuerKey.toRSAPublicKey().getEncoded()));
    return jwt.serialize();
  }

  /** A token that brings the key with which it is to be verified. */
  private static String ownKey(JWTClaimsSet claims) throws JOSEException {
    return signed(
        new JWSHeader.Builder(JWSAlgorithm.RS256)
            .jwk(otherKey.toPublicJWK())
            .jwkURL(URI.create("http://127.0.0.1:1/jwks"))
            .x509CertURL(URI.create("http://127.0.0.1:1/cert"))
            .build(),
        claims,
        otherKey);
  }

  private static String changed(String token) {
    int at = token.lastIndexOf('.') + 5;
    char other = token.charAt(at) == 'a' ? 'b' : 'a';
    return token.substring(0, at) + other + token.substring(at + 1);
  }

  private static String basic(String... parts) {
    return "Basic "
        + Base64.getEncoder()
            .encodeToString(String.join(":", parts).getBytes(StandardCharsets.UTF_8));
  }
}
