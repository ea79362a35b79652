package dev.smsroutes.page;

import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * Lets only the page itself act: a browser sends a login along with the request of any page, but
 * only a page of the same origin can read the token. One token for each start. Thread-safe.
 */
final class SameOrigin {
  static final String HEADER = "SMS-Routes-Token";
  private static final int BYTES = 32;

  private final String token;

  SameOrigin() {
    byte[] random = new byte[BYTES];
    new SecureRandom().nextBytes(random);
    token = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
  }

  String token() {
    return token;
  }

  boolean accepts(RoutingContext request) {
    String shown = request.request().getHeader(HEADER);
    String site = request.request().getHeader("Sec-Fetch-Site");
    return shown != null
        && (site == null || site.equals("same-origin"))
        && MessageDigest.isEqual(
            shown.getBytes(StandardCharsets.UTF_8), token.getBytes(StandardCharsets.UTF_8));
  }
}
