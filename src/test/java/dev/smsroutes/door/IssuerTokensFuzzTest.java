package dev.smsroutes.door;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.smsroutes.config.DoorOptions.Jwt;
import dev.smsroutes.door.Finding.Verdict;
import dev.smsroutes.testing.Mutations;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Whatever a caller shows as a token, only what the issuer signed for us says who it is. */
class IssuerTokensFuzzTest {
  private static final String ISSUER = "https://login.example.com";
  private static final String AUDIENCE = "sms";
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final long LATER = NOW.plusSeconds(600).getEpochSecond();

  private static final String CLAIMS =
      "{\"iss\":\"%s\",\"aud\":\"sms\",\"sub\":\"crm\",\"scope\":\"sms_send\",\"exp\":%d}"
          .formatted(ISSUER, LATER);

  /** Claims of every type, where another one is expected. */
  private static final String[] ODD_CLAIMS = {
    CLAIMS,
    CLAIMS.replace("crm", "admin"),
    CLAIMS.replace("\"crm\"", "null"),
    CLAIMS.replace("\"crm\"", "{\"a\":1}"),
    CLAIMS.replace("\"sms\"", "[\"a\",[\"sms\"],{\"sms\":1},null,\"sms\"]"),
    CLAIMS.replace("\"sms\"", "{\"sms\":true}"),
    CLAIMS.replace("\"sms_send\"", "[[\"sms_send\"],{\"a\":[]},null,7]"),
    CLAIMS.replace("\"sms_send\"", "{\"sms_send\":true}"),
    CLAIMS.replace("\"" + ISSUER + "\"", "[\"" + ISSUER + "\"]"),
    CLAIMS.replace(Long.toString(LATER), "null"),
    CLAIMS.replace(Long.toString(LATER), "\"" + LATER + "\""),
    CLAIMS.replace(Long.toString(LATER), "9223372036854775807"),
    CLAIMS.replace(Long.toString(LATER), "9223372036854775"),
    CLAIMS.replace(Long.toString(LATER), "1e400"),
    CLAIMS.replace(Long.toString(LATER), "-1"),
    CLAIMS.replace("}", ",\"nbf\":9223372036854775807}"),
    CLAIMS.replace("}", ",\"nbf\":-1e308,\"iat\":\"soon\",\"jti\":[]}"),
    CLAIMS.replace("}", ",\"sub\":\"admin\"}")
  };

  private static RSAKey key;
  private static RSAKey strangers;
  private static String publicSet;
  private static Path file;
  private static IssuerTokens tokens;
  private static String good;

  @BeforeContainer
  static void start() throws Exception {
    key = new RSAKeyGenerator(2048).keyID("k1").generate();
    strangers = new RSAKeyGenerator(2048).keyID("k1").generate();
    publicSet =
        new JWKSet(
                List.of(
                    key.toPublicJWK(),
                    new ECKeyGenerator(Curve.P_256).keyID("e1").generate().toPublicJWK()))
            .toString();
    file = Files.writeString(Files.createTempFile("keys", ".json"), publicSet);
    tokens =
        new IssuerTokens(
            new Jwt(
                ISSUER,
                AUDIENCE,
                file.toString(),
                Set.of("RS256", "PS256", "ES256"),
                Optional.of("sms_send")),
            Clock.fixed(NOW, ZoneOffset.UTC));
    good = signed(bytes(CLAIMS));
  }

  @AfterContainer
  static void stop() throws Exception {
    tokens.close();
    Files.delete(file);
  }

  private static String signed(byte[] claims) throws JOSEException {
    Base64URL head = new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("k1").build().toBase64URL();
    String signing = head + "." + Base64URL.encode(claims);
    return signing + "." + signature(key, signing);
  }

  private static Base64URL signature(RSAKey by, String signing) throws JOSEException {
    return new RSASSASigner(by).sign(new JWSHeader(JWSAlgorithm.RS256), bytes(signing));
  }

  private static String mac(byte[] secret, String signing) throws JOSEException {
    return new MACSigner(secret).sign(new JWSHeader(JWSAlgorithm.HS256), bytes(signing)).toString();
  }

  /** What a caller may write before the claims, to have its own signature believed. */
  private static String[] heads() {
    String own = strangers.toPublicJWK().toJSONString();
    return new String[] {
      "{\"alg\":\"RS256\",\"kid\":\"k1\"}",
      "{\"alg\":\"none\"}",
      "{\"alg\":\"NoNe\",\"kid\":\"k1\"}",
      "{\"alg\":\"HS256\",\"kid\":\"k1\"}",
      "{\"alg\":\"HS256\",\"kid\":\"e1\",\"typ\":\"at+jwt\"}",
      "{\"alg\":\"ES256\",\"kid\":\"e1\"}",
      "{\"alg\":\"ES256\",\"kid\":\"k1\"}",
      "{\"alg\":\"PS256\",\"kid\":\"../../k1\"}",
      "{\"alg\":\"RS256\",\"kid\":\"k1' OR '1'='1\"}",
      "{\"alg\":\"RS256\",\"kid\":null}",
      "{\"alg\":\"RS256\",\"kid\":[\"k1\"]}",
      "{\"alg\":[\"RS256\"],\"kid\":\"k1\"}",
      "{\"alg\":\"RS256\",\"jwk\":" + own + "}",
      "{\"alg\":\"RS256\",\"kid\":\"k1\",\"jwk\":" + own + "}",
      "{\"alg\":\"RS256\",\"jku\":\"file://" + file + "\"}",
      "{\"alg\":\"RS256\",\"jku\":\"http://127.0.0.1:1/keys\",\"x5u\":\"http://127.0.0.1:1/c\"}",
      "{\"alg\":\"RS256\",\"x5c\":[\"MIIB\",\"" + own.hashCode() + "\"],\"x5t#S256\":\"AA\"}",
      "{\"alg\":\"RS256\",\"kid\":\"k1\",\"crit\":[\"exp\"],\"exp\":1}",
      "{\"alg\":\"RS256\",\"kid\":\"k1\",\"b64\":false,\"crit\":[\"b64\"]}",
      "{\"alg\":\"RS256\",\"kid\":\"k1\",\"typ\":\"JOSE+JSON\",\"cty\":\"JWT\",\"zip\":\"DEF\"}"
    };
  }

  /** A signature over these two parts, such as one without the issuer's key can make. */
  private enum Forged {
    NONE {
      @Override
      String over(String signing) {
        return "";
      }
    },
    OF_ANOTHER_TOKEN {
      @Override
      String over(String signing) {
        return good.substring(good.lastIndexOf('.') + 1);
      }
    },
    /** ECDSA of r = s = 0, which some versions of Java took for right. */
    ZEROS {
      @Override
      String over(String signing) {
        return Base64URL.encode(new byte[64]).toString();
      }
    },
    BY_A_STRANGER {
      @Override
      String over(String signing) throws JOSEException {
        return signature(strangers, signing).toString();
      }
    },
    /** The public key is known to all, so it must never count as a shared secret. */
    WITH_THE_PUBLIC_KEY {
      @Override
      String over(String signing) throws JOSEException {
        return mac(key.toRSAPublicKey().getEncoded(), signing);
      }
    },
    WITH_THE_KEY_SET {
      @Override
      String over(String signing) throws JOSEException {
        return mac(bytes(publicSet), signing);
      }
    };

    abstract String over(String signing) throws JOSEException;
  }

  /** Changed packed, or packed after it was changed and signed anew. */
  @Provide
  Arbitrary<String> shown() {
    Arbitrary<String> packed = Mutations.ofTexts(good).map(IssuerTokensFuzzTest::text);
    Arbitrary<String> forged =
        Combinators.combine(
                Arbitraries.oneOf(
                    Arbitraries.of(heads()).map(IssuerTokensFuzzTest::bytes),
                    Mutations.ofTexts(heads())),
                Arbitraries.oneOf(
                    Arbitraries.of(ODD_CLAIMS).map(IssuerTokensFuzzTest::bytes),
                    Mutations.ofTexts(ODD_CLAIMS)),
                Arbitraries.of(Forged.class))
            .as(IssuerTokensFuzzTest::forged);
    return Arbitraries.frequencyOf(Tuple.of(1, packed), Tuple.of(3, forged));
  }

  private static String forged(byte[] head, byte[] claims, Forged signature) {
    String signing = Base64URL.encode(head) + "." + Base64URL.encode(claims);
    try {
      return signing + "." + signature.over(signing);
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  @Property
  void nothing_else_is_a_token_of_the_issuer(@ForAll("shown") String token) throws Exception {
    Optional<Finding> finding = Mutations.ends(() -> find(token));

    if (finding.filter(found -> found.verdict() != Verdict.WRONG).isPresent()) {
      // Base64 has more than one way to write the last bits of the same signature.
      String[] shown = token.split("\\.");
      String[] issued = good.split("\\.");
      assertThat(shown[0] + "." + shown[1]).isEqualTo(issued[0] + "." + issued[1]);
      assertThat(new Base64URL(shown[2]).decode()).isEqualTo(new Base64URL(issued[2]).decode());
    }
  }

  @Provide
  Arbitrary<byte[]> claims() {
    return Mutations.ofTexts(ODD_CLAIMS);
  }

  /** What an issuer signs may be odd, too; then it is refused, and nothing breaks. */
  @Property
  void what_the_issuer_signed_is_right_only_for_us_and_in_time(@ForAll("claims") byte[] claims)
      throws Exception {
    String token = signed(claims);

    Optional<Finding> finding = Mutations.ends(() -> find(token));

    if (finding.filter(found -> found.verdict() == Verdict.RIGHT).isPresent()) {
      JWTClaimsSet said = SignedJWT.parse(token).getJWTClaimsSet();
      assertThat(said.getIssuer()).isEqualTo(ISSUER);
      assertThat(said.getAudience()).contains(AUDIENCE);
      assertThat(finding.get().caller()).contains(said.getSubject());
      assertThat(said.getExpirationTime()).isAfter(NOW.minus(Duration.ofMinutes(1)));
    }
  }

  /** To the library a claim is there if it is null: a token that never expires. */
  @Example
  void a_claim_that_is_null_is_none() throws JOSEException {
    for (String written : List.of("\"crm\"", "\"sms\"", Long.toString(LATER))) {
      String token = signed(bytes(CLAIMS.replace(written, "null")));
      assertThat(find(token).orElseThrow().verdict()).as(written).isEqualTo(Verdict.WRONG);
    }
  }

  /** As the door does; empty if it does not even ask who it is. */
  private static Optional<Finding> find(String token) {
    Optional<SignedJWT> parsed = Door.parse(token);
    return parsed.map(
        each -> {
          Finding finding = tokens.verify(token, each, true);
          assertThat(tokens.looksRight(each) || finding.verdict() != Verdict.RIGHT).isTrue();
          assertThat(tokens.known(token).isPresent())
              .isEqualTo(Set.of(Verdict.RIGHT, Verdict.LACKING).contains(finding.verdict()));
          return finding;
        });
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
