package dev.smsroutes.door;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.smsroutes.access.Key;
import dev.smsroutes.access.Keys;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;

/**
 * The tokens that this gateway gives for a key: signed, with the id of the key, and nowhere stored,
 * so that every node that has the same secret can check them. Thread-safe.
 *
 * <p>A token ends with its time, with its key, and with the secret of the key that it was given
 * for.
 */
final class AccessTokens {
  /** Beginning of the hash of the secret for which the token was given. */
  private static final String GIVEN_FOR = "key";

  private static final int GIVEN_FOR_DIGITS = 16;
  private static final JWSHeader HEADER =
      new JWSHeader.Builder(JWSAlgorithm.HS256).type(new JOSEObjectType("at+jwt")).build();

  private record Said(String id, String givenFor) {}

  private final Keys keys;
  private final Duration lifetime;
  private final Clock clock;
  private final MACSigner signer;
  private final MACVerifier verifier;
  private final VerifiedTokens<Said> verified = new VerifiedTokens<>();

  /**
   * @param secret 32 bytes
   */
  AccessTokens(byte[] secret, Keys keys, Duration lifetime, Clock clock) {
    this.keys = keys;
    this.lifetime = lifetime;
    this.clock = clock;
    try {
      signer = new MACSigner(secret);
      verifier = new MACVerifier(secret);
    } catch (JOSEException e) {
      throw new IllegalStateException("Every Java has HmacSHA256", e);
    }
  }

  Duration lifetime() {
    return lifetime;
  }

  /**
   * A token for a caller.
   *
   * @param secret the one that it showed, without the id
   */
  String give(Key key, String secret) {
    Instant now = clock.instant();
    SignedJWT token =
        new SignedJWT(
            HEADER,
            new JWTClaimsSet.Builder()
                .subject(key.id())
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plus(lifetime)))
                .claim(GIVEN_FOR, Key.hash(secret).substring(0, GIVEN_FOR_DIGITS))
                .build());
    try {
      token.sign(signer);
    } catch (JOSEException e) {
      throw new IllegalStateException("HmacSHA256 signs everything", e);
    }
    return token.serialize();
  }

  /**
   * Whose token this is.
   *
   * @param parsed the same token
   */
  Finding check(String token, SignedJWT parsed) {
    Instant now = clock.instant();
    Optional<Said> known = verified.find(token, now);
    return known.isPresent() ? ofKey(known.get()) : verify(token, parsed, now);
  }

  private Finding verify(String token, SignedJWT parsed, Instant now) {
    try {
      if (!JWSAlgorithm.HS256.equals(parsed.getHeader().getAlgorithm())
          || !parsed.verify(verifier)) {
        return Finding.wrong("token not signed by this gateway");
      }
      JWTClaimsSet claims = parsed.getJWTClaimsSet();
      Date end = claims.getExpirationTime();
      String givenFor = claims.getStringClaim(GIVEN_FOR);
      if (claims.getSubject() == null || end == null || givenFor == null) {
        return Finding.wrong("token of another kind");
      }
      if (!now.isBefore(end.toInstant())) {
        return Finding.expired("token expired");
      }
      Said said = new Said(claims.getSubject(), givenFor);
      verified.keep(token, said, end.toInstant());
      return ofKey(said);
    } catch (JOSEException | ParseException e) {
      return Finding.wrong("token not signed by this gateway");
    }
  }

  /** The key may have been revoked meanwhile. */
  private Finding ofKey(Said said) {
    return keys.withId(said.id())
            .filter(key -> key.hashes().stream().anyMatch(h -> h.startsWith(said.givenFor())))
            .isPresent()
        ? Finding.right(said.id())
        : Finding.wrong("token of a key that is no longer valid");
  }
}
