package dev.smsroutes.door;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import dev.smsroutes.config.DoorOptions.Jwt;
import dev.smsroutes.door.Finding.Verdict;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Keys that an issuer publishes by URL: how often they are fetched, and what an outage means. */
@Timeout(60)
class IssuerTokensIT {
  private static final String ISSUER = "https://login.example.com";

  private final AtomicInteger fetched = new AtomicInteger();
  private ECKey key;
  private HttpServer issuer;
  private volatile boolean down;
  private IssuerTokens tokens;

  @BeforeEach
  void start() throws JOSEException, IOException {
    key = new ECKeyGenerator(Curve.P_256).keyID("k1").generate();
    byte[] keys = new JWKSet(key.toPublicJWK()).toString().getBytes(StandardCharsets.UTF_8);
    issuer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    issuer.createContext(
        "/keys",
        exchange -> {
          fetched.incrementAndGet();
          exchange.sendResponseHeaders(down ? 503 : 200, down ? -1 : keys.length);
          if (!down) {
            exchange.getResponseBody().write(keys);
          }
          exchange.close();
        });
    issuer.start();
    tokens = tokens();
  }

  private IssuerTokens tokens() {
    return new IssuerTokens(
        new Jwt(
            ISSUER,
            "sms",
            "http://127.0.0.1:" + issuer.getAddress().getPort() + "/keys",
            Set.of("ES256"),
            Optional.empty()),
        Clock.systemUTC());
  }

  @AfterEach
  void stop() {
    tokens.close();
    issuer.stop(0);
  }

  @Test
  void fetches_keys_once_and_verifies_a_token_once() throws Exception {
    String token = token("k1", "crm");

    assertThat(check(token).verdict()).isEqualTo(Verdict.RIGHT);
    assertThat(check(token("k1", "other")).caller()).contains("other");

    assertThat(fetched).hasValue(1);
    assertThat(tokens.known(token)).contains(new IssuerTokens.Said("crm", true));
    assertThat(tokens.known(token("k1", "new"))).isEmpty();
    assertThat(tokens.outage()).isEmpty();
  }

  @Test
  void does_not_ask_the_issuer_for_each_unknown_key() throws Exception {
    assertThat(check(token("k1", "crm")).verdict()).isEqualTo(Verdict.RIGHT);

    for (int i = 0; i < 50; i++) {
      assertThat(check(token("made-up-" + i, "crm")).verdict()).isEqualTo(Verdict.WRONG);
    }

    // At most twice in half a minute, however many are made up.
    assertThat(fetched.get()).isLessThanOrEqualTo(3);
    assertThat(check(token("k1", "crm")).verdict()).isEqualTo(Verdict.RIGHT);
  }

  @Test
  void goes_on_with_the_last_keys_while_the_issuer_is_down_and_tells_operators() throws Exception {
    assertThat(check(token("k1", "crm")).verdict()).isEqualTo(Verdict.RIGHT);
    down = true;

    // Makes it ask again.
    assertThat(check(token("k2", "crm")).verdict()).isEqualTo(Verdict.WRONG);

    assertThat(check(token("k1", "crm")).verdict()).isEqualTo(Verdict.RIGHT);
    assertThat(tokens.outage()).isPresent();
  }

  /** A caller with a token that may be right must not be told that it is wrong. */
  @Test
  void says_that_nobody_can_tell_while_there_were_no_keys_yet() throws Exception {
    down = true;

    assertThat(check(token("k1", "crm")).verdict()).isEqualTo(Verdict.UNKNOWN);

    assertThat(tokens.outage()).isPresent();
  }

  private Finding check(String token) throws Exception {
    return tokens.verify(token, SignedJWT.parse(token), true);
  }

  private String token(String kid, String subject) throws JOSEException {
    SignedJWT token =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(kid).build(),
            new JWTClaimsSet.Builder()
                .issuer(ISSUER)
                .audience("sms")
                .subject(subject)
                .expirationTime(Date.from(Instant.now().plusSeconds(60)))
                .build());
    token.sign(new ECDSASigner(key));
    return token.serialize();
  }
}
