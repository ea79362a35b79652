package dev.smsroutes.tls;

import dev.smsroutes.watch.BrokenFileException;
import dev.smsroutes.watch.WatchedFile;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * The PEM files of a server. Immutable.
 *
 * @param keys the beginning of the keys of their settings, with the full stop
 * @param certificate the certificate, and after it those that signed it
 * @param key its private key, not encrypted
 * @param clientCa who signs the certificates of clients; empty: none is asked for
 */
public record TlsFiles(String keys, Path certificate, Path key, Optional<Path> clientCa) {
  private static final String CLIENT_CA = "client-ca-file";

  /**
   * What the files hold.
   *
   * @param key for the certificate of the server
   * @param clients whom it trusts; empty: no certificate is asked for
   */
  public record Material(X509ExtendedKeyManager key, Optional<X509ExtendedTrustManager> clients) {}

  /**
   * Makes something of what the files hold, now and after each change, until the result is closed.
   *
   * @throws IllegalArgumentException if a file does not work; names its key
   */
  public <T> WatchedFile<T> watch(Function<Material, T> use) {
    Map<String, Path> files = new LinkedHashMap<>();
    files.put(keys + "certificate-file", certificate);
    files.put(keys + "key-file", key);
    clientCa.ifPresent(file -> files.put(keys + CLIENT_CA, file));
    return Pem.watch(keys + "*", files, () -> use.apply(read()));
  }

  private Material read() throws BrokenFileException {
    X509ExtendedKeyManager own = Pem.keyManager(keys, certificate, key);
    return clientCa.isEmpty()
        ? new Material(own, Optional.empty())
        : new Material(own, Optional.of(Pem.trustManager(keys + CLIENT_CA, clientCa.get())));
  }
}
