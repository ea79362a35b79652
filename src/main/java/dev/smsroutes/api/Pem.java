package dev.smsroutes.api;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads certificates and keys in PEM. Each fault begins with the key of the setting. */
final class Pem {
  private static final long MAX_BYTES = 4L * 1024 * 1024;
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN ([A-Z ]*)PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END");

  private static final Map<String, String> SIGNATURES =
      Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA");

  private static final byte[] PROBE = {1, 2, 3};

  private Pem() {}

  static boolean isPem(String setting, Path file) {
    return text(setting, file).contains("-----BEGIN ");
  }

  /** At least one, the first of the file first. */
  static List<X509Certificate> certificates(String setting, Path file) {
    byte[] pem = text(setting, file).getBytes(StandardCharsets.ISO_8859_1);
    try {
      List<X509Certificate> found =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(pem))
              .stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (!found.isEmpty()) {
        return found;
      }
    } catch (GeneralSecurityException e) {
      // Told below.
    }
    throw wrong(setting, "certificates in PEM", file, "it has none");
  }

  /**
   * @param certified the public key that belongs to it
   */
  static PrivateKey key(String setting, Path file, PublicKey certified) {
    String expected = "a private key in PEM, in PKCS #8 without a password";
    Matcher found = KEY.matcher(text(setting, file));
    if (!found.find()) {
      throw wrong(setting, expected, file, "it has none");
    }
    if (!found.group(1).isEmpty()) {
      throw wrong(
          setting,
          expected,
          file,
          "it has a key of another kind (openssl pkcs8 -topk8 -nocrypt turns it into one)");
    }
    try {
      PrivateKey key =
          KeyFactory.getInstance(certified.getAlgorithm())
              .generatePrivate(
                  new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(found.group(2))));
      if (belongTogether(key, certified)) {
        return key;
      }
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      // Told below.
    }
    throw wrong(setting, expected, file, "it has another key than the certificate");
  }

  /**
   * While both files are being replaced, the new one of the one may meet the old one of the other.
   */
  private static boolean belongTogether(PrivateKey key, PublicKey certified)
      throws GeneralSecurityException {
    String algorithm = SIGNATURES.getOrDefault(key.getAlgorithm(), key.getAlgorithm());
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(key);
    signature.update(PROBE);
    byte[] signed = signature.sign();
    signature.initVerify(certified);
    signature.update(PROBE);
    return signature.verify(signed);
  }

  private static String text(String setting, Path file) {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw wrong(setting, "certificates or a key", file, "it has more than 4 MiB");
      }
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      throw wrong(setting, "certificates or a key", file, "there is no such file");
    } catch (IOException e) {
      throw wrong(
          setting,
          "certificates or a key",
          file,
          "it cannot be read (" + e.getClass().getSimpleName() + ")");
    }
  }

  private static IllegalArgumentException wrong(
      String setting, String expected, Path file, String why) {
    return new IllegalArgumentException(
        setting + ": expected a file with " + expected + "; got " + file + ": " + why);
  }
}
