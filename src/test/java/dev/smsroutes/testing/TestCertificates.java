package dev.smsroutes.testing;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.security.auth.x500.X500Principal;

/**
 * A certificate authority for one test: EC keys if nothing else is said, valid for a day. It writes
 * the DER of RFC 5280 by itself, since Java has no public API for it, and a {@code keytool} for
 * each certificate takes seconds.
 */
public final class TestCertificates {
  private static final AtomicLong SERIAL = new AtomicLong(System.nanoTime());
  private static final byte[] ECDSA_SHA256 = hex("300a06082a8648ce3d040302");
  private static final byte[] BASIC_CONSTRAINTS_CA = hex("300f0603551d130101ff040530030101ff");
  private static final byte[] SECP256R1 = hex("06082a8648ce3d030107");
  private static final byte[] SUBJECT_ALT_NAME = hex("0603551d11");
  private static final String CA = "ca";
  private static final String EC = "EC";
  private static final Base64.Encoder PEM =
      Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));

  private record Made(PrivateKey key, X509Certificate certificate) {}

  private final Path folder;
  private final Map<String, Made> made = new HashMap<>();

  private TestCertificates(Path folder) {
    this.folder = folder;
  }

  /** Makes an authority; its files are in this folder. */
  public static TestCertificates in(Path folder) throws IOException {
    Files.createDirectories(folder);
    TestCertificates authority = new TestCertificates(folder);
    authority.make(CA, EC, "CN=Test CA", BASIC_CONSTRAINTS_CA);
    return authority;
  }

  /** Makes a certificate of a server on loopback. */
  public TestCertificates server(String alias) throws IOException {
    return server(alias, EC);
  }

  /** As above, with a key of this algorithm: EC, RSA or Ed25519. */
  public TestCertificates server(String alias, String algorithm) throws IOException {
    byte[] localhost = der(0x82, "localhost".getBytes(StandardCharsets.US_ASCII));
    return make(
        alias, algorithm, "CN=localhost", alternatives(localhost, der(0x87, hex("7f000001"))));
  }

  /** Writes the key of an alias, EC or RSA, as OpenSSL did before PKCS #8. */
  public Path olderKey(String alias) throws IOException {
    String name = "older-" + alias + ".key";
    if (made.get(alias).key() instanceof ECPrivateKey key) {
      byte[] secret = new byte[32];
      byte[] number = key.getS().toByteArray();
      int length = Math.min(secret.length, number.length);
      System.arraycopy(number, number.length - length, secret, secret.length - length, length);
      write(
          name,
          "EC PRIVATE KEY",
          der(0x30, hex("020101"), der(0x04, secret), der(0xa0, SECP256R1)));
    } else {
      // PKCS #8 has the older form after its head.
      byte[] newer = made.get(alias).key().getEncoded();
      write(name, "RSA PRIVATE KEY", Arrays.copyOfRange(newer, 26, newer.length));
    }
    return folder.resolve(name);
  }

  /** Makes a certificate of a client with this subject. */
  public TestCertificates client(String alias, String subject) throws IOException {
    return make(alias, EC, subject);
  }

  /** As above, with a DNS name among the alternative names. */
  public TestCertificates client(String alias, String subject, String dnsName) throws IOException {
    return make(
        alias, EC, subject, alternatives(der(0x82, dnsName.getBytes(StandardCharsets.US_ASCII))));
  }

  private TestCertificates make(
      String alias, String algorithm, String subject, byte[]... extensions) throws IOException {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
      if (algorithm.equals(EC)) {
        generator.initialize(new ECGenParameterSpec("secp256r1"));
      }
      KeyPair pair = generator.generateKeyPair();
      PrivateKey signer = alias.equals(CA) ? pair.getPrivate() : made.get(CA).key();
      made.put(alias, new Made(pair.getPrivate(), sign(body(subject, pair, extensions), signer)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
    write(alias + ".crt", "CERTIFICATE", encoded(alias));
    write(alias + ".key", "PRIVATE KEY", made.get(alias).key().getEncoded());
    return this;
  }

  private byte[] encoded(String alias) {
    try {
      return made.get(alias).certificate().getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] body(String subject, KeyPair pair, byte[]... extensions) {
    Instant now = Instant.now();
    return der(
        0x30,
        hex("a003020102"),
        der(0x02, BigInteger.valueOf(SERIAL.incrementAndGet()).toByteArray()),
        ECDSA_SHA256,
        new X500Principal("CN=Test CA").getEncoded(),
        der(0x30, time(now.minus(Duration.ofHours(1))), time(now.plus(Duration.ofDays(1)))),
        new X500Principal(subject).getEncoded(),
        pair.getPublic().getEncoded(),
        extensions.length == 0 ? new byte[0] : der(0xa3, der(0x30, extensions)));
  }

  private static X509Certificate sign(byte[] body, PrivateKey signer)
      throws GeneralSecurityException {
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(signer);
    signature.update(body);
    byte[] whole = der(0x30, body, ECDSA_SHA256, der(0x03, new byte[] {0}, signature.sign()));
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(whole));
  }

  private static byte[] alternatives(byte[]... names) {
    return der(0x30, SUBJECT_ALT_NAME, der(0x04, der(0x30, names)));
  }

  private static byte[] time(Instant time) {
    String written =
        DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC).format(time);
    return der(0x18, written.getBytes(StandardCharsets.US_ASCII));
  }

  private static byte[] der(int tag, byte[]... parts) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      content.writeBytes(part);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    int length = content.size();
    if (length > 0xff) {
      out.writeBytes(new byte[] {(byte) 0x82, (byte) (length >> 8), (byte) length});
    } else if (length > 0x7f) {
      out.writeBytes(new byte[] {(byte) 0x81, (byte) length});
    } else {
      out.write(length);
    }
    out.writeBytes(content.toByteArray());
    return out.toByteArray();
  }

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits);
  }

  private void write(String name, String what, byte[] der) throws IOException {
    Files.writeString(
        folder.resolve(name),
        "-----BEGIN %s-----\n%s\n-----END %s-----\n"
            .formatted(what, PEM.encodeToString(der), what));
  }

  /** A PEM file with the certificate of an alias; {@code ca} is the authority. */
  public Path certificate(String alias) {
    return folder.resolve(alias + ".crt");
  }

  /** A PEM file with the private key of an alias. */
  public Path key(String alias) {
    return folder.resolve(alias + ".key");
  }

  /**
   * What a client needs that trusts this authority.
   *
   * @param alias of its own certificate; null for none
   */
  public SSLContext ofClient(String alias) {
    return ofClient(this, alias);
  }

  /** As above, with a certificate of another authority. */
  public SSLContext ofClient(TestCertificates own, String alias) {
    try {
      KeyStore trusted = empty();
      trusted.setCertificateEntry(CA, made.get(CA).certificate());
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      KeyStore mine = empty();
      if (alias != null) {
        Made shown = own.made.get(alias);
        mine.setKeyEntry(
            alias, shown.key(), new char[0], new X509Certificate[] {shown.certificate()});
      }
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(mine, new char[0]);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyStore empty() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }
}
