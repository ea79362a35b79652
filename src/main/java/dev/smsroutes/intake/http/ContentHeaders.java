package dev.smsroutes.intake.http;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.springframework.util.InvalidMimeTypeException;
import org.springframework.util.MimeType;
import org.springframework.util.MimeTypeUtils;

/**
 * Checks the headers about the body of a request: it must be JSON, and not compressed (RFC 9110,
 * sections 8.3 and 8.4). Stateless.
 */
final class ContentHeaders {
  private ContentHeaders() {}

  /**
   * The fault of the media type; empty for JSON whose encoding the parser finds out.
   *
   * @param types the values of all {@code Content-Type} headers
   */
  static Optional<String> wrongType(List<String> types) {
    if (types.isEmpty()) {
      return Optional.of("Expected the header Content-Type: application/json; got none");
    }
    return types.stream().map(ContentHeaders::wrongType).flatMap(Optional::stream).findFirst();
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

  /** JSON is UTF-8; a parser recognises UTF-16 and UTF-32 by the first bytes. */
  private static boolean isOfJson(Charset charset) {
    return charset.equals(StandardCharsets.US_ASCII) || charset.name().startsWith("UTF-");
  }

  /**
   * Whether the body is encoded, for example by gzip.
   *
   * @param codings the values of all {@code Content-Encoding} headers
   */
  static boolean isEncoded(List<String> codings) {
    return codings.stream()
        .flatMap(value -> List.of(value.split(",")).stream())
        .map(String::strip)
        .anyMatch(coding -> !coding.isEmpty() && !coding.equalsIgnoreCase("identity"));
  }
}
