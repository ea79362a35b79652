package dev.smsroutes.sandbox;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Paths and queries exactly as in the request line: nothing is normalised. */
final class Wire {
  private Wire() {}

  /** The path of a request target, still encoded. */
  static String path(String target) {
    String path = target.split("[?#]", 2)[0];
    // A proxy may get the absolute form.
    if (!path.startsWith("/")) {
      int authority = path.indexOf("://");
      int slash = authority < 0 ? -1 : path.indexOf('/', authority + 3);
      path = slash < 0 ? "/" : path.substring(slash);
    }
    return path;
  }

  /** The query of a request target, still encoded; empty for a target without one. */
  static String query(String target) {
    int query = target.indexOf('?');
    return query < 0 ? "" : target.substring(query + 1).split("#", 2)[0];
  }

  /** The first value of a query parameter, decoded. */
  static Optional<String> parameter(String query, String name) {
    for (String pair : query.split("&")) {
      int equals = pair.indexOf('=');
      String key = equals < 0 ? pair : pair.substring(0, equals);
      if (decode(key.replace('+', ' ')).filter(name::equals).isPresent()) {
        return decode(equals < 0 ? "" : pair.substring(equals + 1).replace('+', ' '));
      }
    }
    return Optional.empty();
  }

  /**
   * Percent-decodes UTF-8, byte for byte. A plus stays a plus.
   *
   * @return empty when an escape is broken or the bytes are not UTF-8
   */
  static Optional<String> decode(String raw) {
    if (raw.indexOf('%') < 0 && raw.chars().allMatch(character -> character < 0x80)) {
      return Optional.of(raw);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(raw.length());
    for (int i = 0; i < raw.length(); i++) {
      char character = raw.charAt(i);
      if (character != '%') {
        // Outside ASCII, each character of a request target holds one raw byte.
        bytes.write(character);
        continue;
      }
      int high = i + 2 < raw.length() ? Character.digit(raw.charAt(i + 1), 16) : -1;
      int low = high < 0 ? -1 : Character.digit(raw.charAt(i + 2), 16);
      if (low < 0) {
        return Optional.empty();
      }
      bytes.write(high * 16 + low);
      i += 2;
    }
    try {
      return Optional.of(
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(bytes.toByteArray()))
              .toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }
}
