package dev.smsroutes.config;

import dev.smsroutes.disk.FileFailure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A secret in a file, as Docker and Kubernetes provide them. The file is read each time the secret
 * is needed, which is rarely, so that a new one counts from then on without a restart.
 *
 * <p>Thread-safe. No message shows what is in the file.
 */
final class SecretFile implements Supplier<String> {
  private static final Logger LOG = LoggerFactory.getLogger(SecretFile.class);

  /** Longer than any key or token; a larger file is another one. */
  static final int MAX_BYTES = 8 * 1024;

  private final String key;
  private final Path file;
  private volatile String last;

  private SecretFile(String key, Path file) {
    this.key = key;
    this.file = file;
  }

  /**
   * Reads the file for the first time.
   *
   * @param key the setting that names the file, for messages
   * @throws IllegalArgumentException if it holds no secret; the message begins with the key
   */
  static SecretFile open(String key, Path file) {
    SecretFile secret = new SecretFile(key, file);
    secret.last = secret.read();
    return secret;
  }

  /** The secret as the file has it now; the one before if it cannot be read at the moment. */
  @Override
  public String get() {
    try {
      last = read();
    } catch (IllegalArgumentException e) {
      LOG.warn("secret=kept {}; the one that was read before is used", e.getMessage());
    }
    return last;
  }

  /** Whether every user of this machine may read it. */
  boolean isOpenToAll() {
    try {
      return Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ);
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  private String read() {
    byte[] bytes;
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      // A pipe would block.
      throw wrong("it is no regular file");
    }
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MAX_BYTES + 1);
    } catch (IOException e) {
      throw wrong(FileFailure.why(e));
    }
    if (bytes.length > MAX_BYTES) {
      throw wrong("it has more than " + MAX_BYTES + " bytes");
    }
    String secret = text(bytes).replaceFirst("[\r\n]+$", "");
    if (secret.isBlank()) {
      throw wrong("it is empty");
    }
    if (secret.chars().anyMatch(each -> each < ' ')) {
      throw wrong("it has several lines, or control characters");
    }
    return secret;
  }

  private String text(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw wrong("it is not UTF-8");
    }
  }

  private IllegalArgumentException wrong(String why) {
    return new IllegalArgumentException(
        key + ": expected a file with a secret in one line; got " + file + ": " + why);
  }

  @Override
  public String toString() {
    return "SecretFile[" + file + "]";
  }
}
