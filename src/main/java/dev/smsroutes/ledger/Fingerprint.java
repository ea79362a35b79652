package dev.smsroutes.ledger;

import dev.smsroutes.model.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * Tells whether two requests with one key are the same: 128 bits of a SHA-256 over the key and all
 * fields of the request. The number counts in the form in which it is sent, so its spelling does
 * not matter; nor does the order of attributes.
 */
public final class Fingerprint {
  /** For an edited entry: matches any request with its key. */
  public static final String ANY = "any";

  private static final int BYTES = 16;

  private Fingerprint() {}

  public static String of(Submission submission) {
    MessageDigest digest = Sha256.digest();
    add(digest, submission.messageKey());
    add(digest, submission.message().definitionKey());
    add(digest, submission.message().contactKey());
    add(digest, submission.message().to());
    add(digest, submission.request().message());
    add(digest, submission.message().resubscribe() ? "resubscribe" : null);
    Map<String, String> attributes = submission.message().attributes();
    if (attributes.size() > 1) {
      attributes = new TreeMap<>(attributes);
    }
    attributes.forEach(
        (name, value) -> {
          add(digest, name);
          add(digest, value);
        });
    return HexFormat.of().formatHex(digest.digest(), 0, BYTES);
  }

  /** Adds the length before each part, so that different parts never give the same input. */
  private static void add(MessageDigest digest, String part) {
    byte[] bytes = part == null ? new byte[0] : part.getBytes(StandardCharsets.UTF_8);
    int length = part == null ? -1 : bytes.length;
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(length).array());
    digest.update(bytes);
  }
}
