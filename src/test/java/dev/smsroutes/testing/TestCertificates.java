package dev.smsroutes.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A certificate authority for one test, made with the {@code keytool} of this Java. */
public final class TestCertificates {
  private static final char[] PASSWORD = "changeit".toCharArray();
  private static final Base64.Encoder PEM =
      Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));

  private final Path folder;
  private final Path store;

  private TestCertificates(Path folder) {
    this.folder = folder;
    store = folder.resolve("store.p12");
  }

  /** Makes an authority; its files are in this folder. */
  public static TestCertificates in(Path folder) throws IOException {
    Files.createDirectories(folder);
    TestCertificates made = new TestCertificates(folder);
    made.keytool("ca", "CN=Test CA", "-ext", "bc:critical=ca:true");
    return made;
  }

  /** Makes a certificate of a server on loopback. */
  public TestCertificates server(String alias) throws IOException {
    return signed(alias, "CN=localhost", "-ext", "san=dns:localhost,ip:127.0.0.1");
  }

  /** Makes a certificate of a client with this subject. */
  public TestCertificates client(String alias, String subject, String... more) throws IOException {
    return signed(alias, subject, more);
  }

  private TestCertificates signed(String alias, String subject, String... more) throws IOException {
    List<String> all = new ArrayList<>(List.of("-signer", "ca"));
    all.addAll(List.of(more));
    keytool(alias, subject, all.toArray(String[]::new));
    return this;
  }

  private void keytool(String alias, String subject, String... more) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-validity",
                "30",
                "-keystore",
                store.toString(),
                "-storepass",
                new String(PASSWORD),
                "-alias",
                alias,
                "-dname",
                subject));
    command.addAll(List.of(more));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IllegalStateException("keytool: " + said);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** A PEM file with the certificate of an alias. */
  public Path certificate(String alias) {
    return pem(alias + ".crt", "CERTIFICATE", key -> key.getCertificate(alias).getEncoded());
  }

  /** A PEM file with the private key of an alias. */
  public Path key(String alias) {
    return pem(alias + ".key", "PRIVATE KEY", key -> key.getKey(alias, PASSWORD).getEncoded());
  }

  private interface Der {
    byte[] of(KeyStore store) throws GeneralSecurityException;
  }

  private Path pem(String name, String what, Der der) {
    try {
      return Files.writeString(
          folder.resolve(name),
          "-----BEGIN "
              + what
              + "-----\n"
              + PEM.encodeToString(der.of(load()))
              + "\n-----END "
              + what
              + "-----\n");
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private KeyStore load() throws IOException, GeneralSecurityException {
    KeyStore loaded = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      loaded.load(in, PASSWORD);
    }
    return loaded;
  }

  /**
   * What a client needs that trusts this authority.
   *
   * @param alias of its own certificate; null for none
   */
  public SSLContext ofClient(String alias) {
    return ofClient(alias == null ? null : this, alias);
  }

  /** As above, with a certificate of another authority. */
  public SSLContext ofClient(TestCertificates own, String alias) {
    try {
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      trusted.setCertificateEntry("ca", load().getCertificate("ca"));
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      KeyStore mine = KeyStore.getInstance("PKCS12");
      mine.load(null, null);
      if (own != null) {
        KeyStore all = own.load();
        mine.setKeyEntry(
            "own", all.getKey(alias, PASSWORD), PASSWORD, all.getCertificateChain(alias));
      }
      keys.init(mine, PASSWORD);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
