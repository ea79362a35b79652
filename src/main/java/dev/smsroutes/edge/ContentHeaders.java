package dev.smsroutes.edge;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.springframework.util.InvalidMimeTypeException;
import org.springframework.util.MimeType;
import org.springframework.util.MimeTypeUtils;

/**
 * What the headers of a request say of its body (RFC 9110, sections 8.3 and 8.4): JSON, and not
 * compressed. Stateless.
 */
final class ContentHeaders {
  private ContentHeaders() {}

  /**
   * What is wrong with the media type; empty for JSON in an encoding that is found out by reading.
   *
   * @param types the values of all headers {@code Content-Type}
   */
  static Optional<String> wrongType(List<String> types) {
    if (types.isEmpty()) {
      return Optional.of("Expected the header Content-Type: application/json; none came");
    }
    for (String type : types) {
      Optional<String> wrong = wrongType(type);
      if (wrong.isPresent()) {
        return wrong;
      }
    }
    return Optional.empty();
  }

  private static Optional<String> wrongType(String type) {
    MimeType came;
    try {
      came = MimeTypeUtils.parseMimeType(type);
    } catch (InvalidMimeTypeException e) {
      return Optional.of(
          "Expected the header Content-Type: application/json; what came is no media type, or has"
              + " a charset that nobody knows");
    }
    if (!came.getType().equals("application") || !came.getSubtype().equals("json")) {
      return Optional.of("Expected the header Content-Type: application/json; another type came");
    }
    return came.getCharset() == null || isOfJson(came.getCharset())
        ? Optional.empty()
        : Optional.of(
            "Expected the header Content-Type: application/json with charset=utf-8, or without a"
                + " charset; another one came");
  }

  /** JSON is UTF-8; a reader tells UTF-16 and UTF-32 by the first bytes. */
  private static boolean isOfJson(Charset charset) {
    return charset.equals(StandardCharsets.US_ASCII) || charset.name().startsWith("UTF-");
  }

  /**
   * Whether the body is encoded, as by gzip.
   *
   * @param codings the values of all headers {@code Content-Encoding}
   */
  static boolean isEncoded(List<String> codings) {
    return codings.stream()
        .flatMap(value -> List.of(value.split(",")).stream())
        .map(String::strip)
        .anyMatch(coding -> !coding.isEmpty() && !coding.equalsIgnoreCase("identity"));
  }
}
