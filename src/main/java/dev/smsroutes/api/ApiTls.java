package dev.smsroutes.api;

import dev.smsroutes.tls.Pem;
import dev.smsroutes.watch.BrokenFileException;
import dev.smsroutes.watch.WatchedFile;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.apache.hc.client5.http.ssl.ClientTlsStrategyBuilder;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.ssl.TLS;

/**
 * Whom a connection to the SMS API trusts, and by which certificate it is known there. TLS 1.2 or
 * later; the name of the host is always checked. Thread-safe: changed files count for new
 * connections, and idle ones live for 4 s.
 */
public final class ApiTls implements AutoCloseable {
  private static final String TRUST = "sms.api.trust-store-file";
  private static final String OWN = "sms.api.client-";

  /**
   * The files.
   *
   * @param trustStore the authorities to trust, in place of Java's own: certificates in PEM, or a
   *     PKCS #12 or JKS store
   * @param trustStorePassword of a store; empty for PEM
   * @param certificate our own certificate in PEM, with its chain
   * @param key its private key in PEM, not encrypted; together with the certificate
   */
  public record ApiTlsFiles(
      Optional<Path> trustStore,
      Optional<Supplier<String>> trustStorePassword,
      Optional<Path> certificate,
      Optional<Path> key) {}

  private final WatchedFile<TlsSocketStrategy> files;

  /**
   * Reads the files, and again after each change, until this is closed.
   *
   * @throws IllegalArgumentException if a file cannot be used; the message begins with its key
   */
  public ApiTls(ApiTlsFiles files) {
    Map<String, Path> all = new LinkedHashMap<>();
    files.trustStore().ifPresent(file -> all.put(TRUST, file));
    files.certificate().ifPresent(file -> all.put(OWN + "certificate-file", file));
    files.key().ifPresent(file -> all.put(OWN + "key-file", file));
    this.files = Pem.watch("certificates for the API", all, () -> read(files));
  }

  /**
   * Reads the files once.
   *
   * @return the same files
   * @throws IllegalArgumentException as the constructor
   */
  public static ApiTlsFiles check(ApiTlsFiles files) {
    try {
      read(files);
      return files;
    } catch (BrokenFileException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /** Upgrades each connection by what the files hold then. */
  TlsSocketStrategy strategy() {
    return (socket, target, port, attachment, context) ->
        files.content().upgrade(socket, target, port, attachment, context);
  }

  /** Why changed files are not in force; empty if they are. */
  public Optional<String> outage() {
    return files.outage();
  }

  private static TlsSocketStrategy read(ApiTlsFiles files) throws BrokenFileException {
    KeyManager[] own =
        files.certificate().isEmpty()
            ? null
            : new KeyManager[] {
              Pem.keyManager(OWN, files.certificate().get(), files.key().orElseThrow())
            };
    TrustManager[] trusted =
        files.trustStore().isEmpty() ? null : new TrustManager[] {trustManager(files)};
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(own, trusted, null);
      return ClientTlsStrategyBuilder.create()
          .setSslContext(context)
          .setTlsVersions(TLS.V_1_3, TLS.V_1_2)
          .buildClassic();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("A context of managers cannot fail", e);
    }
  }

  private static TrustManager trustManager(ApiTlsFiles files) throws BrokenFileException {
    Path file = files.trustStore().orElseThrow();
    if (Pem.isPem(TRUST, file)) {
      return Pem.trustManager(TRUST, file);
    }
    try {
      char[] password = files.trustStorePassword().map(Supplier::get).orElse("").toCharArray();
      KeyStore store = KeyStore.getInstance(file.toFile(), password);
      if (store.size() > 0) {
        return Pem.trustManager(store);
      }
    } catch (IOException | GeneralSecurityException e) {
      // Told below. The message of the exception may be of any kind.
    }
    throw new BrokenFileException(
        TRUST
            + ": expected certificates in PEM, or a PKCS #12 or JKS store that"
            + " sms.api.trust-store-password opens; got '"
            + file
            + "', which is neither");
  }

  @Override
  public void close() {
    files.close();
  }
}
