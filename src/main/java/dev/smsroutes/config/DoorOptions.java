package dev.smsroutes.config;

import dev.smsroutes.tls.TlsFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Who may come in to one HTTP server, and how its connections are secured: the keys {@code
 * sms.http.*} or {@code sms.management.*} about it. Immutable.
 *
 * @param keys the beginning of its keys
 * @param ways how callers may show who they are, any of them; empty: nobody is asked
 * @param chosen whether an operator said so, if nobody is asked
 * @param jwt how tokens of an issuer are verified, if that is a way
 * @param tokenLifetime how long a token is valid that {@code POST /v2/token} gives for a key
 * @param tokenKeyFile what these tokens are signed with
 * @param publicUrl by which callers know the intake; empty: what each of them asked
 * @param tls the certificate of this server; empty: plain text
 */
public record DoorOptions(
    String keys,
    Set<Way> ways,
    boolean chosen,
    Optional<Jwt> jwt,
    Duration tokenLifetime,
    Path tokenKeyFile,
    Optional<String> publicUrl,
    Optional<TlsFiles> tls) {
  /** How a caller shows who it is. */
  public enum Way {
    API_KEY,
    JWT,
    MTLS,
    PASSTHROUGH;

    String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /**
   * How tokens of an issuer are verified.
   *
   * @param keySet where its public keys are: an https URL, or a path of a file
   * @param algorithms names of RFC 7518; asymmetric ones only
   * @param scope what a token must allow; empty: anything will do
   */
  public record Jwt(
      String issuer,
      String audience,
      String keySet,
      Set<String> algorithms,
      Optional<String> scope) {}

  private static final String NONE = "none";

  /** No secret is shared with the issuer, so no other algorithm can be right. */
  private static final Set<String> ALGORITHMS =
      Set.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512");

  private static final String JWT = "sms.http.jwt.";

  /** The door of the HTTP intake. */
  static DoorOptions intake(Settings settings) {
    DoorOptions door = from(settings, "sms.http", EnumSet.allOf(Way.class));
    if (door.ways.contains(Way.PASSTHROUGH)) {
      if (door.ways.size() > 1) {
        settings.fault(
            door.key()
                + ": expected passthrough alone: any text would pass beside another way; got"
                + " several");
      }
      if ("queued".equals(settings.text("sms.http.mode"))) {
        settings.fault(
            "sms.http.mode: expected sync with sms.http.authentication=passthrough, because a"
                + " caller's token is never stored; got 'queued'");
      }
    }
    return door;
  }

  /** The door of management: what the API would have to verify cannot open it. */
  static DoorOptions management(Settings settings) {
    return from(settings, "sms.management", EnumSet.of(Way.API_KEY, Way.JWT, Way.MTLS));
  }

  private static DoorOptions from(Settings settings, String keys, Set<Way> possible) {
    String written = settings.text(keys + ".authentication");
    Set<Way> ways = ways(settings, keys + ".authentication", possible);
    Optional<TlsFiles> tls = settings.tlsFiles(keys + ".tls.");
    if (ways.contains(Way.MTLS) && tls.flatMap(TlsFiles::clientCa).isEmpty()) {
      settings.fault(
          keys
              + ".tls.client-ca-file: expected a file, because "
              + keys
              + ".authentication names mtls; it is empty");
    }
    return new DoorOptions(
        keys,
        ways,
        written.equals(NONE),
        jwt(settings, ways.contains(Way.JWT)),
        settings.positiveDuration("sms.http.token-lifetime"),
        settings.path("sms.http.token-key-file"),
        settings.optional("sms.http.public-url"),
        tls);
  }

  private static Set<Way> ways(Settings settings, String key, Set<Way> possible) {
    if (settings.optional(key).filter(word -> !word.equals(NONE)).isEmpty()) {
      return Set.of();
    }
    List<String> words = possible.stream().map(Way::word).sorted().toList();
    Set<Way> ways =
        settings.value(
            key,
            String.join(", ", words) + " (or several with commas), or none",
            text ->
                Arrays.stream(text.split(",", -1))
                    .map(String::strip)
                    .map(word -> way(word, possible))
                    .collect(Collectors.toCollection(() -> EnumSet.noneOf(Way.class))),
            all -> true,
            EnumSet.noneOf(Way.class));
    return Set.copyOf(ways);
  }

  private static Way way(String word, Set<Way> possible) {
    return possible.stream()
        .filter(way -> way.word().equals(word))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(word));
  }

  private static Optional<Jwt> jwt(Settings settings, boolean needed) {
    Set<String> algorithms =
        settings.value(
            JWT + "algorithms",
            "some of " + ALGORITHMS.stream().sorted().collect(Collectors.joining(", ")),
            text -> Arrays.stream(text.split(",")).map(String::strip).collect(Collectors.toSet()),
            ALGORITHMS::containsAll,
            ALGORITHMS);
    Optional<String> issuer = settings.optional(JWT + "issuer");
    Optional<String> audience = settings.optional(JWT + "audience");
    Optional<String> keySet =
        settings
            .optional(JWT + "jwks")
            .map(
                written ->
                    isUrl(written) ? settings.serviceUrl(JWT + "jwks", written, false) : written);
    Optional<String> scope = settings.optional(JWT + "scope");
    if (!needed) {
      return Optional.empty();
    }
    require(settings, "issuer", issuer);
    require(settings, "audience", audience);
    require(settings, "jwks", keySet);
    return Optional.of(
        new Jwt(issuer.orElse(""), audience.orElse(""), keySet.orElse(""), algorithms, scope));
  }

  /** Whether a value is a URL, and not a path. */
  public static boolean isUrl(String written) {
    return written.matches("(?i)https?://.*");
  }

  private static void require(Settings settings, String key, Optional<String> value) {
    if (value.isEmpty()) {
      settings.fault(
          JWT + key + ": expected a value, because an authentication key names jwt; it is empty");
    }
  }

  /**
   * For a start: all who reach a server may use it only if an operator said so.
   *
   * @param host where the server listens
   * @param realApi whether messages leave this machine
   */
  void requireChoice(Settings settings, String host, boolean realApi) {
    if (asks() || chosen) {
      return;
    }
    Function<String, String> fault =
        because ->
            key()
                + ": expected how callers show who they are (api-key, jwt or mtls), or none to let"
                + " everyone in who reaches the port, because "
                + because
                + "; it is empty";
    if (!Settings.isLoopback(host)) {
      settings.fault(fault.apply(keys + ".host is not loopback"));
    } else if (realApi) {
      settings.fault(fault.apply("sms.api.url names an API that is not on this machine"));
    }
  }

  /** What works, but lets in or lets read more than an operator may think. */
  Optional<String> warning(Address address) {
    boolean near = Settings.isLoopback(address.host());
    if (!near && tls.isEmpty()) {
      return Optional.of(
          keys
              + ".tls.certificate-file: it is empty, so callers of other machines send what they"
              + " show, numbers and texts in clear text, unless a gateway in front ends TLS");
    }
    return !asks() && !chosen && keys.equals("sms.http")
        ? Optional.of(key() + ": it is empty, so every process of this machine may send")
        : Optional.empty();
  }

  /** Whether callers must show who they are. */
  public boolean asks() {
    return !ways.isEmpty();
  }

  public boolean has(Way way) {
    return ways.contains(way);
  }

  private String key() {
    return keys + ".authentication";
  }
}
