package dev.smsroutes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;

/**
 * The switches: points that the API's documentation leaves open, and what applies to every call.
 * Immutable.
 *
 * @param duplicates how 109110 is reported on the keyed route: {@code 400}, or {@code 202} with
 *     109001 on top
 * @param errorcode how the code is written: {@code number}, {@code string}, or under the name
 *     {@code errorCode}
 * @param codesAs how the other 1091xx codes are reported on the keyed route: {@code 4xx} or {@code
 *     202}
 * @param plus whether a {@code to} with a leading plus is {@code accept}ed or {@code refuse}d
 * @param restUrl how the token reply writes {@code rest_instance_url}: {@code full}, {@code
 *     noSlash} at the end, or {@code noScheme} (and no slash)
 * @param idleSeconds when an idle connection is closed; 0: never
 * @param latencyMs how long every call of /messaging waits before it is handled
 */
record SandboxSettings(
    String duplicates,
    String errorcode,
    String codesAs,
    String plus,
    String restUrl,
    double idleSeconds,
    long latencyMs) {
  static final long MAX_MS = 3_600_000;

  private static final Set<String> FIELDS =
      Set.of("duplicates", "errorcode", "codesAs", "plus", "restUrl", "idleSeconds", "latencyMs");

  static SandboxSettings of(SandboxOptions options) {
    return new SandboxSettings(
        "400",
        "number",
        "4xx",
        "refuse",
        "full",
        options.idleTimeout.toMillis() / 1000.0,
        options.latency.toMillis());
  }

  /** A copy with the fields of the document changed. */
  SandboxSettings changedBy(JsonNode document) throws Doc.InvalidDocumentException {
    Doc doc = new Doc("", document, FIELDS);
    return new SandboxSettings(
        doc.choice("duplicates", duplicates, "400", "202"),
        doc.choice("errorcode", errorcode, "number", "string", "errorCode"),
        doc.choice("codesAs", codesAs, "4xx", "202"),
        doc.choice("plus", plus, "refuse", "accept"),
        doc.choice("restUrl", restUrl, "full", "noSlash", "noScheme"),
        doc.number("idleSeconds", 0, 3600, idleSeconds),
        doc.whole("latencyMs", 0, MAX_MS, latencyMs));
  }

  ObjectNode toJson() {
    return Json.object()
        .put("duplicates", duplicates)
        .put("errorcode", errorcode)
        .put("codesAs", codesAs)
        .put("plus", plus)
        .put("restUrl", restUrl)
        .put("idleSeconds", idleSeconds)
        .put("latencyMs", latencyMs);
  }

  /** Whether this code is reported as a 202 with the code on the item. */
  boolean as202(ApiCode code) {
    return code == ApiCode.DUPLICATE_MESSAGE_KEY
        ? duplicates.equals("202")
        : code.number / 100 == 1091 && codesAs.equals("202");
  }

  boolean acceptsPlus() {
    return plus.equals("accept");
  }
}
