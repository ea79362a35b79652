package dev.smsroutes.api;

import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.smsroutes.api.ApiTls.ApiTlsFiles;
import dev.smsroutes.testing.TestCertificates;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which files may say whom a connection to the API trusts. */
class ApiTlsTest {
  @TempDir static Path home;

  @BeforeAll
  static void make() throws Exception {
    Path authority = TestCertificates.in(home).certificate("ca");
    for (String type : new String[] {"PKCS12", "JKS"}) {
      KeyStore store = KeyStore.getInstance(type);
      store.load(null, null);
      try (var in = Files.newInputStream(authority)) {
        store.setCertificateEntry(
            "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
      }
      try (OutputStream out = Files.newOutputStream(home.resolve(type))) {
        store.store(out, "the-password".toCharArray());
      }
    }
    Files.writeString(home.resolve("text"), "nothing");
  }

  private static ApiTlsFiles trusting(String file, String password) {
    return new ApiTlsFiles(
        Optional.of(home.resolve(file)),
        Optional.ofNullable(password).map(word -> (Supplier<String>) () -> word),
        Optional.empty(),
        Optional.empty());
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource({"ca.crt,", "PKCS12, the-password", "JKS, the-password"})
  void takes_authorities_in_pem_or_in_a_store(String file, String password) {
    assertThatNoException().isThrownBy(() -> new ApiTls(trusting(file, password)).close());
  }

  @ParameterizedTest(name = "{0} {1}: {2}")
  @CsvSource({
    "PKCS12, another-word, 'in PEM, or a PKCS #12 or JKS store that'",
    "JKS, another-word, 'in PEM, or a PKCS #12 or JKS store that'",
    "PKCS12,, 'in PEM, or a PKCS #12 or JKS store that'",
    "text, the-password, 'in PEM, or a PKCS #12 or JKS store that'",
    "ca.key,, in PEM; got"
  })
  void refuses_others(String file, String password, String words) {
    assertThatThrownBy(() -> ApiTls.check(trusting(file, password)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("sms.api.trust-store-file: expected certificates " + words)
        .hasMessageNotContainingAny("the-password", "another-word");
  }
}
