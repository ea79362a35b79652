package dev.smsroutes.broker;

import dev.smsroutes.access.Role;
import java.security.Principal;
import java.util.Set;
import javax.security.auth.Subject;
import org.apache.activemq.artemis.spi.core.security.jaas.UserPrincipal;

/**
 * Who uses a connection of the embedded broker.
 *
 * @param name of the caller, for a login and a caller of the keys file
 * @param roles of a caller of the keys file
 */
record BrokerUser(String name, Kind kind, Set<Role> roles) implements Principal {
  enum Kind {
    /** This process. */
    BUNDLE,
    /** Anyone, on a broker that asks for no login. */
    ANYONE,
    /** The one login of the settings. */
    LOGIN,
    /** A caller of the keys file. */
    KEY
  }

  /** Not a name that a caller can have. */
  static final String BUNDLE_NAME = "<sms-routes>";

  static final BrokerUser BUNDLE = new BrokerUser(BUNDLE_NAME, Kind.BUNDLE, Set.of());
  static final BrokerUser ANYONE = new BrokerUser("<anyone>", Kind.ANYONE, Set.of());

  @Override
  public String getName() {
    return name;
  }

  /** Whether its name is that of a caller. */
  boolean isCaller() {
    return kind == Kind.LOGIN || kind == Kind.KEY;
  }

  /** Whether it has one of these roles; only those of the keys file can lack one. */
  boolean has(Role... any) {
    if (kind != Kind.KEY) {
      return true;
    }
    for (Role role : any) {
      if (roles.contains(role)) {
        return true;
      }
    }
    return false;
  }

  /** In the form in which Artemis keeps it. */
  Subject subject() {
    return new Subject(true, Set.of(this, new UserPrincipal(name)), Set.of(), Set.of());
  }

  static BrokerUser of(Subject subject) {
    return subject.getPrincipals(BrokerUser.class).iterator().next();
  }
}
