package dev.smsroutes.door;

import dev.smsroutes.tls.TlsFiles;
import dev.smsroutes.tls.TlsFiles.Material;
import dev.smsroutes.watch.WatchedFile;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * The certificate of a server, and who signs those of its clients. New connections get what the
 * files hold now. Thread-safe.
 */
final class ServerTls implements AutoCloseable {
  private static final int MOST_CHECKED = 10_000;

  private final WatchedFile<Material> files;

  /** Certificates of clients, and by whose word they are trusted. */
  private final Map<X509Certificate, X509ExtendedTrustManager> checked = new ConcurrentHashMap<>();

  /**
   * @throws IllegalArgumentException if the files do not work; names the key
   */
  ServerTls(TlsFiles tls) {
    files = tls.watch(Function.identity());
  }

  /** Secures the connections of a server. */
  void secure(HttpServerOptions server) {
    server
        .setSsl(true)
        .setEnabledSecureTransportProtocols(Set.of("TLSv1.3", "TLSv1.2"))
        .setKeyCertOptions(KeyCertOptions.wrap(new CurrentKey()));
    if (files.content().clients().isPresent()) {
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
    X509ExtendedTrustManager now = files.content().clients().orElse(null);
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
    return files.outage();
  }

  @Override
  public void close() {
    files.close();
  }

  /** Asks for the key anew with each connection. */
  private final class CurrentKey extends X509ExtendedKeyManager {
    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
      return files.content().key().getClientAliases(keyType, issuers);
    }

    @Override
    public String chooseClientAlias(String[] keyType, Principal[] issuers, Socket socket) {
      return files.content().key().chooseClientAlias(keyType, issuers, socket);
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
      return files.content().key().getServerAliases(keyType, issuers);
    }

    @Override
    public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
      return files.content().key().chooseServerAlias(keyType, issuers, socket);
    }

    @Override
    public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
      return files.content().key().chooseEngineServerAlias(keyType, issuers, engine);
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      return files.content().key().getCertificateChain(alias);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      return files.content().key().getPrivateKey(alias);
    }
  }

  /** Asks for the certificates anew with each connection. */
  private final class CurrentClients extends X509ExtendedTrustManager {
    private X509ExtendedTrustManager now() {
      return files.content().clients().orElseThrow();
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
