package dev.smsroutes.door;

import dev.smsroutes.config.DoorOptions;
import dev.smsroutes.watch.BrokenFileException;
import dev.smsroutes.watch.WatchedFile;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate of a server, and who signs those of its clients: PEM files, read again when they
 * change. New connections get the new ones; if the new files do not work, the last ones stay.
 * Thread-safe.
 */
final class PemFiles implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PemFiles.class);
  private static final int MAX_BYTES = 1024 * 1024;
  private static final int MOST_CHECKED = 10_000;

  private record Material(X509ExtendedKeyManager key, Optional<X509ExtendedTrustManager> clients) {}

  private final String keys;
  private final List<WatchedFile<byte[]>> files = new ArrayList<>();
  private volatile Material material;
  private volatile Optional<String> broken = Optional.empty();

  /** Certificates of clients, and by whose word they are trusted. */
  private final Map<X509Certificate, X509ExtendedTrustManager> checked = new ConcurrentHashMap<>();

  private PemFiles(String keys) {
    this.keys = keys;
  }

  /**
   * Reads the files for the first time, and from then on when they change.
   *
   * @throws IllegalArgumentException if they do not work; names the key
   */
  static PemFiles open(DoorOptions.Tls tls) {
    PemFiles opened = new PemFiles(tls.keys());
    try {
      opened.add("certificate-file", tls.certificate());
      opened.add("key-file", tls.key());
      tls.clientCa().ifPresent(file -> opened.add("client-ca-file", file));
      opened.material = opened.read();
    } catch (BrokenFileException e) {
      opened.close();
      throw new IllegalArgumentException(e.getMessage(), e);
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
    opened.files.forEach(WatchedFile::watch);
    return opened;
  }

  private void add(String key, Path file) {
    try {
      files.add(WatchedFile.open(keys + key, file, PemFiles::bytes, content -> changed()));
    } catch (IOException e) {
      throw new IllegalArgumentException(
          keys + key + ": expected a PEM file; '" + file + "': " + WatchedFile.why(e), e);
    }
  }

  private static byte[] bytes(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new BrokenFileException("expected at most " + MAX_BYTES + " bytes; got more");
      }
      return bytes;
    }
  }

  /** Two files change one after the other: in between they do not belong together. */
  private synchronized void changed() {
    if (material == null) {
      return;
    }
    Optional<String> before = broken;
    try {
      material = read();
      broken = Optional.empty();
      LOG.info("{}*: the certificate was read again, for new connections", keys);
    } catch (BrokenFileException e) {
      broken = Optional.of(e.getMessage());
      if (!before.equals(broken)) {
        LOG.error("{}; the last one stays in force", e.getMessage());
      }
    }
  }

  private Material read() throws BrokenFileException {
    return new Material(
        keyManager(files.get(0).content(), files.get(1).content()),
        files.size() < 3 ? Optional.empty() : Optional.of(trustManager(files.get(2).content())));
  }

  private X509ExtendedKeyManager keyManager(byte[] certificate, byte[] key)
      throws BrokenFileException {
    X509ExtendedKeyManager manager;
    try {
      manager =
          (X509ExtendedKeyManager)
              new PemKeyCertOptions()
                  .addCertValue(Buffer.buffer(certificate))
                  .addKeyValue(Buffer.buffer(key))
                  .getKeyManagerFactory(null)
                  .getKeyManagers()[0];
    } catch (Exception e) {
      // Vert.x throws what it likes; its words may quote the key.
      throw new BrokenFileException(
          keys
              + "certificate-file: expected a certificate here and its private key, not encrypted,"
              + " in "
              + keys
              + "key-file, both in PEM; cannot read them");
    }
    if (!belongTogether(manager)) {
      throw new BrokenFileException(
          keys
              + "key-file: expected the private key of the certificate in "
              + keys
              + "certificate-file; got another one");
    }
    return manager;
  }

  private static boolean belongTogether(X509ExtendedKeyManager manager) {
    for (String type : List.of("RSA", "EC", "EdDSA", "RSASSA-PSS")) {
      String[] aliases = manager.getServerAliases(type, null);
      if (aliases != null && aliases.length > 0) {
        PrivateKey key = manager.getPrivateKey(aliases[0]);
        X509Certificate certificate = manager.getCertificateChain(aliases[0])[0];
        return signs(
            key,
            certificate,
            type.equals("EdDSA") ? "EdDSA" : "SHA256with" + (type.equals("EC") ? "ECDSA" : "RSA"));
      }
    }
    return false;
  }

  private static boolean signs(PrivateKey key, X509Certificate certificate, String algorithm) {
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update(new byte[] {1});
      byte[] signed = signature.sign();
      signature.initVerify(certificate.getPublicKey());
      signature.update(new byte[] {1});
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private X509ExtendedTrustManager trustManager(byte[] ca) throws BrokenFileException {
    try {
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      for (Certificate each :
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(ca))) {
        trusted.setCertificateEntry("ca-" + trusted.size(), each);
      }
      if (trusted.size() > 0) {
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(trusted);
        return (X509ExtendedTrustManager) factory.getTrustManagers()[0];
      }
    } catch (GeneralSecurityException | IOException e) {
      // Told below.
    }
    throw new BrokenFileException(
        keys + "client-ca-file: expected certificates in PEM; cannot read them");
  }

  /** Secures the connections of a server. */
  void secure(HttpServerOptions server) {
    server
        .setSsl(true)
        .setEnabledSecureTransportProtocols(Set.of("TLSv1.3", "TLSv1.2"))
        .setKeyCertOptions(KeyCertOptions.wrap(new CurrentKey()));
    if (material.clients().isPresent()) {
      // Not required: a client without a certificate gets an answer, not a broken connection.
      server
          .setClientAuth(ClientAuth.REQUEST)
          .setTrustOptions(TrustOptions.wrap(new CurrentClients()));
    }
  }

  /**
   * Whether the certificate of a client is trusted now. The connection, or one before it that it
   * resumes, may have begun when it was.
   */
  boolean trusts(X509Certificate[] chain) {
    X509ExtendedTrustManager now = material.clients().orElse(null);
    if (now == null) {
      return false;
    }
    try {
      chain[0].checkValidity();
      if (checked.get(chain[0]) != now) {
        now.checkClientTrusted(chain, chain[0].getPublicKey().getAlgorithm());
        if (checked.size() >= MOST_CHECKED) {
          checked.clear();
        }
        checked.put(chain[0], now);
      }
      return true;
    } catch (CertificateException e) {
      return false;
    }
  }

  /** Why the files are not those in force, for operators; empty if they are. */
  Optional<String> outage() {
    return broken.or(
        () ->
            files.stream()
                .map(WatchedFile::outage)
                .flatMap(Optional::stream)
                .findFirst()
                .map(why -> keys + "*: " + why));
  }

  @Override
  public void close() {
    files.forEach(WatchedFile::close);
  }

  /** Asks for the key anew with each connection. */
  private final class CurrentKey extends X509ExtendedKeyManager {
    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
      return material.key().getClientAliases(keyType, issuers);
    }

    @Override
    public String chooseClientAlias(String[] keyType, Principal[] issuers, Socket socket) {
      return material.key().chooseClientAlias(keyType, issuers, socket);
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
      return material.key().getServerAliases(keyType, issuers);
    }

    @Override
    public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
      return material.key().chooseServerAlias(keyType, issuers, socket);
    }

    @Override
    public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
      return material.key().chooseEngineServerAlias(keyType, issuers, engine);
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      return material.key().getCertificateChain(alias);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      return material.key().getPrivateKey(alias);
    }
  }

  /** Asks for the certificates anew with each connection. */
  private final class CurrentClients extends X509ExtendedTrustManager {
    private X509ExtendedTrustManager now() {
      return material.clients().orElseThrow();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      now().checkClientTrusted(chain, type);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      now().checkClientTrusted(chain, type, socket);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      now().checkClientTrusted(chain, type, engine);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      now().checkServerTrusted(chain, type);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      now().checkServerTrusted(chain, type, socket);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      now().checkServerTrusted(chain, type, engine);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return now().getAcceptedIssuers();
    }
  }
}
