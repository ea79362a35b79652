package dev.smsroutes.door;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSetCacheRefreshEvaluator;
import com.nimbusds.jose.jwk.source.JWKSetSource;
import com.nimbusds.jose.jwk.source.JWKSetSourceWrapper;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import com.nimbusds.jose.jwk.source.RetryingJWKSetSource;
import com.nimbusds.jose.jwk.source.URLBasedJWKSetSource;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import com.nimbusds.jwt.proc.ExpiredJWTException;
import dev.smsroutes.config.DoorOptions;
import dev.smsroutes.watch.BrokenFileException;
import dev.smsroutes.watch.WatchedFile;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tokens of an issuer (RFC 7519, and RFC 8725 for what must not be trusted): signed with one of its
 * public keys by an algorithm of the settings, for our audience, not expired. What a token says of
 * keys ({@code jku}, {@code x5u}, {@code jwk}) is ignored. Thread-safe.
 *
 * <p>{@link #known} is quick; {@link #verify} may have to fetch keys and is no work for an event
 * loop. If the issuer cannot be reached, its last keys count for a day.
 */
final class IssuerTokens implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(IssuerTokens.class);

  private static final Duration SKEW = Duration.ofMinutes(1);
  private static final Duration OUTAGE = Duration.ofDays(1);
  private static final int FETCH_MS = 2_000;
  private static final int MAX_KEY_SET = 1024 * 1024;

  /** RFC 7519 has the first, RFC 9068 the second; many issuers write none. */
  private static final DefaultJOSEObjectTypeVerifier<SecurityContext> TYPES =
      new DefaultJOSEObjectTypeVerifier<>(JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null);

  /** What a verified token said. */
  record Said(String subject, boolean maySend) {}

  private final DoorOptions.Jwt options;
  private final Clock clock;
  private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
  private final VerifiedTokens<Said> verified = new VerifiedTokens<>();
  private final Runnable closing;
  private final Supplier<Optional<String>> fileOutage;
  private volatile Optional<String> urlOutage = Optional.empty();

  /**
   * @throws IllegalArgumentException if the keys are in a file that cannot be read
   */
  IssuerTokens(DoorOptions.Jwt options, Clock clock) {
    this.options = options;
    this.clock = clock;
    Set<JWSAlgorithm> algorithms =
        options.algorithms().stream().map(JWSAlgorithm::parse).collect(Collectors.toSet());
    JWKSource<SecurityContext> source;
    if (DoorOptions.isUrl(options.keySet())) {
      source = url(options.keySet());
      closing = () -> {};
      fileOutage = Optional::empty;
    } else {
      WatchedFile<JWKSet> file = file(Path.of(options.keySet()));
      source = (selector, context) -> selector.select(file.content());
      closing = file::close;
      fileOutage = file::outage;
    }
    processor.setJWSTypeVerifier(TYPES);
    processor.setJWSKeySelector(new JWSVerificationKeySelector<>(algorithms, source));
    processor.setJWTClaimsSetVerifier(claims());
  }

  private DefaultJWTClaimsVerifier<SecurityContext> claims() {
    DefaultJWTClaimsVerifier<SecurityContext> claims =
        new DefaultJWTClaimsVerifier<>(
            Set.of(options.audience()),
            new JWTClaimsSet.Builder().issuer(options.issuer()).build(),
            Set.of("sub", "exp"),
            Set.of()) {
          @Override
          protected Date currentTime() {
            return Date.from(clock.instant());
          }
        };
    claims.setMaxClockSkew((int) SKEW.toSeconds());
    return claims;
  }

  private JWKSource<SecurityContext> url(String written) {
    URL url;
    try {
      url = URI.create(written).toURL();
    } catch (MalformedURLException e) {
      throw new IllegalArgumentException("sms.http.jwt.jwks: expected a URL", e);
    }
    JWKSetSource<SecurityContext> fetched =
        new RetryingJWKSetSource<>(
            new URLBasedJWKSetSource<>(
                url, new DefaultResourceRetriever(FETCH_MS, FETCH_MS, MAX_KEY_SET)),
            null);
    return JWKSourceBuilder.create(new Told(fetched))
        .retrying(false)
        .outageTolerant(OUTAGE.toMillis())
        .build();
  }

  /** Below the tolerance of outages, which would tell of none. */
  private final class Told extends JWKSetSourceWrapper<SecurityContext> {
    private Told(JWKSetSource<SecurityContext> source) {
      super(source);
    }

    @Override
    public JWKSet getJWKSet(
        JWKSetCacheRefreshEvaluator refreshing, long now, SecurityContext context)
        throws KeySourceException {
      try {
        JWKSet keys = getSource().getJWKSet(refreshing, now, context);
        tell(Optional.empty());
        return keys;
      } catch (KeySourceException e) {
        tell(Optional.of("the public keys of sms.http.jwt.issuer cannot be fetched"));
        throw e;
      }
    }
  }

  private void tell(Optional<String> outage) {
    Optional<String> before = urlOutage;
    urlOutage = outage;
    if (!before.equals(outage)) {
      outage.ifPresentOrElse(
          why -> LOG.error("{}; the last ones count for a day", why),
          () -> LOG.info("the public keys of sms.http.jwt.issuer are here again"));
    }
  }

  private static WatchedFile<JWKSet> file(Path path) {
    try {
      WatchedFile<JWKSet> file =
          WatchedFile.open(
              "public keys of the issuer",
              path,
              IssuerTokens::read,
              read -> LOG.info("public keys of the issuer read keys={}", read.size()));
      file.watch();
      return file;
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "sms.http.jwt.jwks: expected a URL or a file with a JWK set; '"
              + path
              + "': "
              + WatchedFile.why(e),
          e);
    }
  }

  private static JWKSet read(Path file) throws IOException {
    try {
      return JWKSet.parse(Files.readString(file)).toPublicJWKSet();
    } catch (ParseException e) {
      throw new BrokenFileException("it is no JWK set");
    }
  }

  /** Why keys are not up to date, for operators; empty if they are. */
  Optional<String> outage() {
    return urlOutage.or(fileOutage);
  }

  /** What the token said when it was verified; empty if it was not, or has expired since. */
  Optional<Said> known(String token) {
    return verified.find(token, clock.instant());
  }

  /** Whether it is worth to be verified: cheap, so that rubbish keeps no worker busy. */
  boolean looksRight(SignedJWT token) {
    try {
      return options.algorithms().contains(token.getHeader().getAlgorithm().getName())
          && options.issuer().equals(token.getJWTClaimsSet().getIssuer());
    } catch (ParseException e) {
      return false;
    }
  }

  /**
   * Verifies a token; may wait some seconds for the issuer.
   *
   * @param parsed the same token
   * @param sending whether it must allow to send
   */
  Finding verify(String token, SignedJWT parsed, boolean sending) {
    try {
      JWTClaimsSet claims = processor.process(parsed, null);
      if (claims.getSubject() == null || claims.getExpirationTime() == null) {
        // To the library a claim is also there if it is null.
        return Finding.wrong("token whose sub or exp is null");
      }
      Said said = new Said(claims.getSubject(), hasScope(claims));
      Instant end = claims.getExpirationTime().toInstant().plus(SKEW);
      verified.keep(token, said, end);
      return finding(said, sending);
    } catch (ExpiredJWTException e) {
      return Finding.expired("token expired");
    } catch (RateLimitReachedException e) {
      return Finding.wrong("token signed with an unknown key");
    } catch (KeySourceException e) {
      return Finding.unknown("the public keys of the issuer cannot be had");
    } catch (BadJOSEException | JOSEException e) {
      // Never its words, which may quote the token.
      return Finding.wrong("token refused: " + e.getClass().getSimpleName());
    }
  }

  Finding finding(Said said, boolean sending) {
    return sending && !said.maySend()
        ? Finding.lacking("token without the scope of sms.http.jwt.scope")
        : Finding.right(said.subject());
  }

  /** RFC 8693 has a text with blanks between; other issuers write {@code scp}, or a list. */
  private boolean hasScope(JWTClaimsSet claims) {
    return options.scope().isEmpty()
        || scopes(claims, "scope").contains(options.scope().get())
        || scopes(claims, "scp").contains(options.scope().get());
  }

  private static List<String> scopes(JWTClaimsSet claims, String claim) {
    Object value = claims.getClaim(claim);
    if (value instanceof String text) {
      return Arrays.asList(text.split(" "));
    }
    return value instanceof List<?> list
        ? list.stream().filter(String.class::isInstance).map(String.class::cast).toList()
        : List.of();
  }

  @Override
  public void close() {
    closing.run();
  }
}
