package dev.smsroutes.door;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/**
 * The caller that a client certificate names: its common name; without one, its only name among the
 * alternative ones (RFC 5280, section 4.2.1.6). A certificate with two names of one kind names
 * nobody. Stateless.
 */
final class CertificateName {
  private static final int EMAIL = 1;
  private static final int DNS = 2;
  private static final int URI = 6;

  private CertificateName() {}

  static Optional<String> of(X509Certificate certificate) {
    try {
      List<String> common =
          new LdapName(certificate.getSubjectX500Principal().getName())
              .getRdns().stream().flatMap(rdn -> commonNames(rdn).stream()).toList();
      List<String> names = common.isEmpty() ? alternatives(certificate) : common;
      return names.size() == 1 ? Optional.of(names.get(0)) : Optional.empty();
    } catch (InvalidNameException | CertificateParsingException e) {
      return Optional.empty();
    }
  }

  /** One level of a name may have several parts. */
  private static List<String> commonNames(Rdn rdn) {
    Attribute values = rdn.toAttributes().get("CN");
    List<String> names = new ArrayList<>();
    try {
      for (int i = 0; values != null && i < values.size(); i++) {
        names.add(String.valueOf(values.get(i)));
      }
    } catch (NamingException e) {
      throw new IllegalStateException("Values in memory can always be read", e);
    }
    return names;
  }

  private static List<String> alternatives(X509Certificate certificate)
      throws CertificateParsingException {
    Collection<List<?>> all = certificate.getSubjectAlternativeNames();
    return all == null
        ? List.of()
        : all.stream()
            .filter(name -> List.of(EMAIL, DNS, URI).contains(name.get(0)))
            .map(name -> (String) name.get(1))
            .toList();
  }
}
