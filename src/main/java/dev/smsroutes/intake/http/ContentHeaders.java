package dev.smsroutes.intake.http;

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
      return Optional.of("Expected the header Content-Type: application/json; got none");
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
    MimeType mime;
    try {
      mime = MimeTypeUtils.parseMimeType(type);
    } catch (InvalidMimeTypeException e) {
      return Optional.of(
          "Expected the header Content-Type: application/json; got one that is not a media type, or"
              + " has an unknown charset");
    }
    if (!mime.getType().equals("application") || !mime.getSubtype().equals("json")) {
      return Optional.of("Expected the header Content-Type: application/json; got another type");
    }
    return mime.getCharset() == null || isOfJson(mime.getCharset())
        ? Optional.empty()
        : Optional.of(
            "Expected the header Content-Type: application/json with charset=utf-8, or without a"
                + " charset; got another charset");
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
