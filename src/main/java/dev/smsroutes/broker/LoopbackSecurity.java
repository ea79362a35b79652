package dev.smsroutes.broker;

import dev.smsroutes.broker.BrokerOptions.Login;
import dev.smsroutes.broker.BrokerOptions.Queues;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import javax.security.auth.Subject;
import org.apache.activemq.artemis.core.security.CheckType;
import org.apache.activemq.artemis.core.security.Role;
import org.apache.activemq.artemis.spi.core.protocol.RemotingConnection;
import org.apache.activemq.artemis.spi.core.security.ActiveMQSecurityManager5;
import org.apache.activemq.artemis.spi.core.security.jaas.NoCacheLoginException;
import org.apache.activemq.artemis.spi.core.security.jaas.UserPrincipal;

/**
 * Checks credentials, and forbids every client to manage the broker by messages or to delete the
 * three queues. Artemis' own switch "security off" would allow both to every local process.
 * Thread-safe.
 */
record LoopbackSecurity(Optional<Login> login, Queues queues) implements ActiveMQSecurityManager5 {
  private static final Set<CheckType> DELETIONS =
      EnumSet.of(
          CheckType.DELETE_ADDRESS,
          CheckType.DELETE_DURABLE_QUEUE,
          CheckType.DELETE_NON_DURABLE_QUEUE);
  private static final Set<CheckType> MANAGEMENT =
      EnumSet.of(CheckType.MANAGE, CheckType.VIEW, CheckType.EDIT);

  @Override
  public Subject authenticate(
      String user, String password, RemotingConnection connection, String domain)
      throws NoCacheLoginException {
    return validateUser(user, password) ? subject(user) : null;
  }

  @Override
  public boolean authorize(Subject subject, Set<Role> roles, CheckType check, String address) {
    if (MANAGEMENT.contains(check) || address.startsWith("activemq.")) {
      return false;
    }
    return !(DELETIONS.contains(check) && queues.contains(queueOf(address)));
  }

  @Override
  public boolean validateUser(String user, String password) {
    return login
        // Compares both in constant time, so that the time does not reveal which one is wrong.
        .map(l -> same(l.user(), user) & same(l.password(), password))
        .orElse(true);
  }

  @Override
  public boolean validateUserAndRole(
      String user, String password, Set<Role> roles, CheckType check) {
    return validateUser(user, password) && !MANAGEMENT.contains(check);
  }

  /** A check may name {@code address::queue}. */
  private static String queueOf(String address) {
    int at = address.indexOf("::");
    return at < 0 ? address : address.substring(at + 2);
  }

  private static Subject subject(String user) {
    Subject subject = new Subject();
    subject.getPrincipals().add(new UserPrincipal(user == null ? "anonymous" : user));
    return subject;
  }

  private static boolean same(String expected, String given) {
    byte[] found = (given == null ? "" : given).getBytes(StandardCharsets.UTF_8);
    return MessageDigest.isEqual(expected.getBytes(StandardCharsets.UTF_8), found);
  }
}
