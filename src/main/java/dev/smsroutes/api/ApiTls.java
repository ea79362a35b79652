package dev.smsroutes.api;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.apache.hc.client5.http.ssl.ClientTlsStrategyBuilder;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.ssl.TLS;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whom a connection to the SMS API trusts, and by which certificate it is known there. TLS 1.2 or
 * later; the name of the host is always checked. Thread-safe: changed files count for the next
 * connection, and idle ones live for 4 s.
 */
public final class ApiTls {
  private static final Logger LOG = LoggerFactory.getLogger(ApiTls.class);
  private static final String TRUST = "sms.api.trust-store-file";
  private static final char[] IN_MEMORY = new char[0];

  /**
   * The files.
   *
   * @param trustStore the authorities to trust, in place of Java's own: certificates in PEM, or a
   *     PKCS #12 or JKS store
   * @param trustStorePassword of a store; empty for PEM
   * @param certificate our own certificate in PEM, with its chain
   * @param key its private key in PEM, PKCS #8 without a password; together with the certificate
   */
  public record ApiTlsFiles(
      Optional<Path> trustStore,
      Optional<Supplier<String>> trustStorePassword,
      Optional<Path> certificate,
      Optional<Path> key) {
    private List<Path> all() {
      return Stream.of(trustStore, certificate, key).flatMap(Optional::stream).toList();
    }
  }

  private record Loaded(List<String> stamps, TlsSocketStrategy strategy) {}

  private final ApiTlsFiles files;
  private volatile Loaded loaded;

  /**
   * @throws IllegalArgumentException if a file cannot be used; the message begins with its key
   */
  public ApiTls(ApiTlsFiles files) {
    this.files = files;
    this.loaded = load();
  }

  /** Upgrades each connection by what the files hold then. */
  TlsSocketStrategy strategy() {
    return (socket, target, port, attachment, context) ->
        current().upgrade(socket, target, port, attachment, context);
  }

  private synchronized TlsSocketStrategy current() {
    List<String> stamps = stamps();
    if (!stamps.equals(loaded.stamps())) {
      try {
        loaded = load();
        LOG.info("tls=reloaded the certificates towards the SMS API were read again");
      } catch (IllegalArgumentException e) {
        LOG.warn("tls=kept {}; the certificates that were read before are used", e.getMessage());
        loaded = new Loaded(stamps, loaded.strategy());
      }
    }
    return loaded.strategy();
  }

  private List<String> stamps() {
    List<String> stamps = new ArrayList<>();
    for (Path file : files.all()) {
      try {
        stamps.add(Files.getLastModifiedTime(file) + "/" + Files.size(file));
      } catch (IOException e) {
        stamps.add("");
      }
    }
    return stamps;
  }

  private Loaded load() {
    // Before the reading: a change in between is seen the next time.
    List<String> stamps = stamps();
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys(), trust(), null);
      return new Loaded(
          stamps,
          ClientTlsStrategyBuilder.create()
              .setSslContext(context)
              .setTlsVersions(TLS.V_1_3, TLS.V_1_2)
              .buildClassic());
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "sms.api.client-certificate-file: expected a certificate and its key; got "
              + e.getClass().getSimpleName());
    }
  }

  private KeyManager[] keys() throws GeneralSecurityException {
    if (files.certificate().isEmpty()) {
      return null;
    }
    List<X509Certificate> chain =
        Pem.certificates("sms.api.client-certificate-file", files.certificate().get());
    KeyStore store = empty();
    store.setKeyEntry(
        "client",
        Pem.key("sms.api.client-key-file", files.key().orElseThrow(), chain.get(0).getPublicKey()),
        IN_MEMORY,
        chain.toArray(X509Certificate[]::new));
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, IN_MEMORY);
    return factory.getKeyManagers();
  }

  private TrustManager[] trust() throws GeneralSecurityException {
    if (files.trustStore().isEmpty()) {
      return null;
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(trustStore(files.trustStore().get()));
    return factory.getTrustManagers();
  }

  private KeyStore trustStore(Path file) throws GeneralSecurityException {
    if (Pem.isPem(TRUST, file)) {
      KeyStore store = empty();
      for (X509Certificate authority : Pem.certificates(TRUST, file)) {
        store.setCertificateEntry(authority.getSubjectX500Principal().getName(), authority);
      }
      return store;
    }
    try {
      char[] password = files.trustStorePassword().map(Supplier::get).orElse("").toCharArray();
      KeyStore store = KeyStore.getInstance(file.toFile(), password);
      if (store.size() > 0) {
        return store;
      }
    } catch (IOException | GeneralSecurityException e) {
      // Told below. The message of the exception may be of any kind.
    }
    throw new IllegalArgumentException(
        TRUST
            + ": expected certificates in PEM, or a PKCS #12 or JKS store that"
            + " sms.api.trust-store-password opens; got "
            + file
            + ", which is neither");
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

  @Override
  public String toString() {
    return "ApiTls" + files.all();
  }
}
