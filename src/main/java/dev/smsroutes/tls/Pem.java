package dev.smsroutes.tls;

import dev.smsroutes.watch.BrokenFileException;
import dev.smsroutes.watch.WatchedFile;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads PEM files of at most 4 MiB. Each fault begins with the key of the setting and quotes
 * nothing of a file.
 */
public final class Pem {
  private static final Logger LOG = LoggerFactory.getLogger(Pem.class);
  private static final int MAX_BYTES = 4 * 1024 * 1024;
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN ([A-Z ]*)PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END");

  private static final Map<String, String> SIGNATURES =
      Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "EdDSA", "EdDSA");

  private static final byte[] PROBE = {1, 2, 3};
  private static final char[] IN_MEMORY = new char[0];

  private Pem() {}

  /**
   * Makes something of PEM files, now and after each change, until the result is closed.
   *
   * @param name what they are, in one or two words, for the log and the thread
   * @param files by the keys of their settings
   * @throws IllegalArgumentException if a file does not work; names its key
   */
  public static <T> WatchedFile<T> watch(
      String name, Map<String, Path> files, WatchedFile.Source<T> source) {
    try {
      WatchedFile<T> opened =
          WatchedFile.open(
              name, files, source, read -> LOG.info("{} read, for new connections", name));
      opened.watch();
      return opened;
    } catch (IOException e) {
      throw new IllegalArgumentException(WatchedFile.why(e), e);
    }
  }

  /**
   * A certificate with its chain, and its private key: PKCS #8, or the older forms of an RSA or EC
   * key; not encrypted.
   *
   * @param keys the beginning of the keys of both settings, which go on with {@code
   *     certificate-file} and {@code key-file}
   * @throws BrokenFileException if they do not work, alone or together
   */
  public static X509ExtendedKeyManager keyManager(String keys, Path certificate, Path key)
      throws BrokenFileException {
    String certified = text(keys + "certificate-file", certificate);
    List<X509Certificate> chain = certificates(keys + "certificate-file", certificate, certified);
    PrivateKey found = key(keys, key, certified, chain.get(0).getPublicKey());
    try {
      KeyStore store = empty();
      store.setKeyEntry("own", found, IN_MEMORY, chain.toArray(X509Certificate[]::new));
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(store, IN_MEMORY);
      return (X509ExtendedKeyManager) factory.getKeyManagers()[0];
    } catch (GeneralSecurityException e) {
      throw wrong(
          keys + "certificate-file",
          "a certificate and after it those that signed it, each by the next",
          "others");
    }
  }

  /**
   * Trusts the certificates of a file, and those that they signed.
   *
   * @throws BrokenFileException if it has none
   */
  public static X509ExtendedTrustManager trustManager(String setting, Path file)
      throws BrokenFileException {
    try {
      KeyStore store = empty();
      for (X509Certificate each : certificates(setting, file, text(setting, file))) {
        store.setCertificateEntry("ca-" + store.size(), each);
      }
      return trustManager(store);
    } catch (GeneralSecurityException e) {
      throw none(setting, "certificates", file);
    }
  }

  /** The same for the certificates of a store. */
  public static X509ExtendedTrustManager trustManager(KeyStore store)
      throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return (X509ExtendedTrustManager) factory.getTrustManagers()[0];
  }

  /** Whether a file is meant as PEM, and not as a store of Java. */
  public static boolean isPem(String setting, Path file) throws BrokenFileException {
    return text(setting, file).contains("-----BEGIN ");
  }

  private static List<X509Certificate> certificates(String setting, Path file, String pem)
      throws BrokenFileException {
    try {
      List<X509Certificate> found =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(
                  new ByteArrayInputStream(pem.getBytes(StandardCharsets.ISO_8859_1)))
              .stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (!found.isEmpty()) {
        return found;
      }
    } catch (CertificateException e) {
      // Told below.
    }
    throw none(setting, "certificates", file);
  }

  private static PrivateKey key(String keys, Path file, String certificate, PublicKey certified)
      throws BrokenFileException {
    String setting = keys + "key-file";
    String pem = text(setting, file);
    if (pem.contains("ENCRYPTED")) {
      throw wrong(
          setting,
          "a private key that is not encrypted",
          "an encrypted one (openssl pkcs8 -topk8 -nocrypt makes one that is not)");
    }
    Matcher found = KEY.matcher(pem);
    if (!found.find()) {
      throw none(setting, "a private key", file);
    }
    try {
      PrivateKey key =
          found.group(1).isEmpty()
              ? KeyFactory.getInstance(certified.getAlgorithm())
                  .generatePrivate(
                      new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(found.group(2))))
              : olderForm(pem, certificate, certified);
      if (belongTogether(key, certified)) {
        return key;
      }
    } catch (Exception e) {
      // Told below. Vert.x throws what it likes, and its words may quote the key.
    }
    throw wrong(
        setting, "the private key of the certificate in " + keys + "certificate-file", "another");
  }

  /** Java itself reads PKCS #8 only. */
  private static PrivateKey olderForm(String key, String certificate, PublicKey certified)
      throws Exception {
    X509ExtendedKeyManager read =
        (X509ExtendedKeyManager)
            new PemKeyCertOptions()
                .addCertValue(Buffer.buffer(certificate))
                .addKeyValue(Buffer.buffer(key))
                .getKeyManagerFactory(null)
                .getKeyManagers()[0];
    return read.getPrivateKey(read.getServerAliases(certified.getAlgorithm(), null)[0]);
  }

  /** During a change of both files, one may be new and the other still old. */
  private static boolean belongTogether(PrivateKey key, PublicKey certified)
      throws GeneralSecurityException {
    String algorithm = SIGNATURES.get(key.getAlgorithm());
    if (algorithm == null) {
      // RSASSA-PSS and others that are hardly used: a handshake shows it.
      return true;
    }
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(key);
    signature.update(PROBE);
    byte[] signed = signature.sign();
    signature.initVerify(certified);
    signature.update(PROBE);
    return signature.verify(signed);
  }

  private static KeyStore empty() throws GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try {
      store.load(null, IN_MEMORY);
    } catch (IOException e) {
      throw new IllegalStateException("An empty store in memory cannot fail", e);
    }
    return store;
  }

  private static String text(String setting, Path file) throws BrokenFileException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new BrokenFileException("it has more than 4 MiB");
      }
      return new String(bytes, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw wrong(setting, "a file", "'" + file + "': " + WatchedFile.why(e));
    }
  }

  private static BrokenFileException none(String setting, String expected, Path file) {
    return wrong(setting, expected + " in PEM", "'" + file + "', which has none that can be read");
  }

  private static BrokenFileException wrong(String setting, String expected, String got) {
    return new BrokenFileException(setting + ": expected " + expected + "; got " + got);
  }
}
