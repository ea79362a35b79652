package dev.smsroutes.door;

import dev.smsroutes.disk.FileFailure;
import dev.smsroutes.disk.PrivateFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;

/** The file with the secret that access tokens are signed with. */
final class TokenKeyFile {
  /** As long as the hash of HS256 (RFC 7518, section 3.2). */
  private static final int BYTES = 32;

  private TokenKeyFile() {}

  /**
   * Reads the secret; makes it if there is none. Nodes that start together agree: the first file
   * counts, and appears with its whole content.
   *
   * @throws IllegalArgumentException if it cannot be read or made; names the key of the setting
   */
  static byte[] readOrMake(Path file) {
    try {
      if (!Files.exists(file)) {
        make(file);
      }
      byte[] secret = Base64.getDecoder().decode(Files.readString(file).strip());
      if (secret.length == BYTES) {
        return secret;
      }
    } catch (IllegalArgumentException e) {
      // Told below.
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "sms.http.token-key-file: expected a file that can be read or made; got "
              + FileFailure.words(e),
          e);
    }
    throw new IllegalArgumentException(
        "sms.http.token-key-file: expected "
            + BYTES
            + " bytes in Base64; got others. Delete the file: a start makes a new one, and tokens"
            + " given before end");
  }

  private static void make(Path file) throws IOException {
    byte[] secret = new byte[BYTES];
    new SecureRandom().nextBytes(secret);
    Path folder = file.toAbsolutePath().getParent();
    PrivateFiles.createFolders(folder);
    // Readable for its owner only, from its first byte on.
    Path made = Files.createTempFile(folder, ".token", ".key");
    try {
      if (Files.getFileStore(made).supportsFileAttributeView("posix")) {
        Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rw-------"));
      }
      try (FileChannel out = FileChannel.open(made, StandardOpenOption.WRITE)) {
        out.write(
            ByteBuffer.wrap(
                (Base64.getEncoder().encodeToString(secret) + "\n")
                    .getBytes(StandardCharsets.US_ASCII)));
        out.force(true);
      }
      appear(made, file);
    } finally {
      Files.deleteIfExists(made);
    }
  }

  /** Under its name, at once, unless another node was faster. */
  private static void appear(Path made, Path file) throws IOException {
    try {
      Files.createLink(file, made);
    } catch (FileAlreadyExistsException e) {
      // That one counts.
    } catch (UnsupportedOperationException e) {
      try {
        Files.move(made, file);
      } catch (FileAlreadyExistsException faster) {
        // That one counts.
      }
    }
  }
}
