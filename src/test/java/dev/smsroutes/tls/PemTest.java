package dev.smsroutes.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.smsroutes.testing.TestCertificates;
import dev.smsroutes.tls.TlsFiles.Material;
import dev.smsroutes.watch.WatchedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.function.Function;
import javax.net.ssl.X509ExtendedKeyManager;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is read of PEM files, and what is said of those that do not work. */
class PemTest {
  @TempDir static Path home;

  private static TestCertificates certificates;

  @BeforeAll
  static void make() throws IOException {
    certificates =
        TestCertificates.in(home)
            .server("ec", "EC")
            .server("rsa", "RSA")
            .server("ed", "Ed25519")
            .server("other", "EC");
    certificates.olderKey("ec");
    certificates.olderKey("rsa");
    Files.writeString(
        home.resolve("parameters.key"),
        "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
            + Files.readString(certificates.olderKey("ec")));
    Files.writeString(
        home.resolve("chain.crt"),
        "Server\n"
            + Files.readString(certificates.certificate("ec"))
            + "Authority\n"
            + Files.readString(certificates.certificate("ca")));
    Files.writeString(
        home.resolve("turned.crt"),
        Files.readString(certificates.certificate("other"))
            + Files.readString(certificates.certificate("ec")));
    String body = Files.readString(certificates.key("ec")).replaceAll("-----.*-----\n", "");
    Files.writeString(
        home.resolve("encrypted.key"),
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\n" + body + "-----END ENCRYPTED PRIVATE KEY-----\n");
    Files.writeString(
        home.resolve("older-encrypted.key"),
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\n"
            + body
            + "-----END RSA PRIVATE KEY-----\n");
    Files.writeString(
        home.resolve("broken.key"), "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----");
    Files.writeString(
        home.resolve("broken.crt"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----");
    Files.writeString(home.resolve("text"), "no-secret-to-quote");
    Files.write(home.resolve("large"), new byte[4 * 1024 * 1024 + 1]);
  }

  @ParameterizedTest(name = "{0} and {1}")
  @CsvSource({
    "ec.crt, ec.key, EC, 1",
    "rsa.crt, rsa.key, RSA, 1",
    "ed.crt, ed.key, EdDSA, 1",
    "ec.crt, older-ec.key, EC, 1",
    "ec.crt, parameters.key, EC, 1",
    "rsa.crt, older-rsa.key, RSA, 1",
    "chain.crt, ec.key, EC, 2"
  })
  void reads_a_certificate_and_its_key(String certificate, String key, String type, int length)
      throws IOException {
    X509ExtendedKeyManager manager =
        Pem.keyManager("x.", home.resolve(certificate), home.resolve(key));

    String alias = manager.chooseEngineServerAlias(type, null, null);
    assertThat(manager.getPrivateKey(alias).getAlgorithm()).isEqualTo(type);
    assertThat(manager.getCertificateChain(alias)).hasSize(length);
  }

  @ParameterizedTest(name = "{0} and {1}: {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "missing | ec.key | x.certificate-file: expected a file; got '",
        "text | ec.key | x.certificate-file: expected certificates in PEM; got '",
        "broken.crt | ec.key | x.certificate-file: expected certificates in PEM; got '",
        "large | ec.key | x.certificate-file: expected a file; got '",
        "ec.key | ec.crt | x.certificate-file: expected certificates in PEM; got '",
        "turned.crt | other.key | x.certificate-file: expected a certificate and after it",
        "ec.crt | missing | x.key-file: expected a file; got '",
        "ec.crt | text | x.key-file: expected a private key in PEM; got '",
        "ec.crt | ec.crt | x.key-file: expected a private key in PEM; got '",
        "ec.crt | encrypted.key | x.key-file: expected a private key that is not encrypted; got",
        "ec.crt | older-encrypted.key | x.key-file: expected a private key that is not encrypted",
        "ec.crt | broken.key | x.key-file: expected the private key of the certificate in x.cert",
        "ec.crt | rsa.key | x.key-file: expected the private key of the certificate in x.cert",
        "ec.crt | other.key | x.key-file: expected the private key of the certificate in x.cert",
        "other.crt | older-ec.key | x.key-file: expected the private key of the certificate in x.",
        "rsa.crt | older-ec.key | x.key-file: expected the private key of the certificate in x.c"
      })
  void says_which_file_does_not_work(String certificate, String key, String words) {
    TlsFiles files =
        new TlsFiles("x.", home.resolve(certificate), home.resolve(key), Optional.empty());

    assertThatThrownBy(() -> files.watch(Function.identity()).close())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(words)
        .hasMessageNotContaining("no-secret-to-quote");
  }

  @Test
  void says_that_an_authority_is_not_one() {
    TlsFiles files =
        new TlsFiles(
            "x.",
            certificates.certificate("ec"),
            certificates.key("ec"),
            Optional.of(home.resolve("text")));

    assertThatThrownBy(() -> files.watch(Function.identity()).close())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("x.client-ca-file: expected certificates in PEM; got '");
  }

  @Test
  void takes_a_new_pair_at_once_and_keeps_the_last_one_that_belongs_together() throws IOException {
    Path certificate = Files.copy(certificates.certificate("ec"), home.resolve("own.crt"));
    Path key = Files.copy(certificates.key("ec"), home.resolve("own.key"));
    try (WatchedFile<Material> files =
        new TlsFiles("x.", certificate, key, Optional.of(certificates.certificate("ca")))
            .watch(Function.identity())) {
      X509Certificate first = own(files);

      Files.copy(certificates.key("rsa"), key, StandardCopyOption.REPLACE_EXISTING);
      files.check();
      files.check();
      assertThat(own(files)).isEqualTo(first);
      assertThat(files.outage().orElseThrow()).startsWith("x.key-file: expected the private key");

      Files.delete(key);
      files.check();
      assertThat(files.outage().orElseThrow()).startsWith("x.key-file: expected a file; got '");

      Files.copy(certificates.key("rsa"), key);
      Files.copy(certificates.certificate("rsa"), certificate, StandardCopyOption.REPLACE_EXISTING);
      files.check();
      files.check();
      assertThat(own(files)).isNotEqualTo(first);
      assertThat(files.outage()).isEmpty();
      assertThat(files.content().clients().orElseThrow().getAcceptedIssuers()).hasSize(1);
    }
  }

  private static X509Certificate own(WatchedFile<Material> files) {
    return files.content().key().getCertificateChain("own")[0];
  }
}
