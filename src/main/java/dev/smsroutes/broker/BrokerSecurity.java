package dev.smsroutes.broker;

import static dev.smsroutes.access.Role.OBSERVE;
import static dev.smsroutes.access.Role.OPERATE;
import static dev.smsroutes.access.Role.SEND;

import dev.smsroutes.broker.BrokerOptions.Queues;
import dev.smsroutes.broker.BrokerUser.Kind;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import javax.security.auth.Subject;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyConnection;
import org.apache.activemq.artemis.core.security.CheckType;
import org.apache.activemq.artemis.core.security.Role;
import org.apache.activemq.artemis.spi.core.protocol.RemotingConnection;
import org.apache.activemq.artemis.spi.core.security.ActiveMQSecurityManager5;

/**
 * Checks credentials, and what each user may do with which queue.
 *
 * <p>Nobody manages the broker by messages or deletes one of the three queues. Only this process,
 * and the one login of the settings, take requests off their queue or put messages on the other
 * two. Artemis' own switch "security off" would allow all of it to every local process.
 * Thread-safe.
 *
 * @param replies whether a queue is one of those for replies
 * @param own whether a queue for replies belongs to a user of this name
 * @param temporary whether a queue is a temporary one of a user of this name
 */
record BrokerSecurity(
    Logins logins,
    Queues queues,
    Predicate<String> replies,
    BiPredicate<String, String> own,
    BiPredicate<String, String> temporary)
    implements ActiveMQSecurityManager5 {
  private static final Set<CheckType> DELETIONS =
      EnumSet.of(
          CheckType.DELETE_ADDRESS,
          CheckType.DELETE_DURABLE_QUEUE,
          CheckType.DELETE_NON_DURABLE_QUEUE);
  private static final Set<CheckType> CREATIONS =
      EnumSet.of(
          CheckType.CREATE_ADDRESS,
          CheckType.CREATE_DURABLE_QUEUE,
          CheckType.CREATE_NON_DURABLE_QUEUE);
  private static final Set<CheckType> MANAGEMENT =
      EnumSet.of(CheckType.MANAGE, CheckType.VIEW, CheckType.EDIT);

  @Override
  public Subject authenticate(
      String user, String password, RemotingConnection connection, String domain) {
    Optional<Visit> visit = visit(connection);
    Optional<BrokerUser> found =
        logins.find(
            user,
            password,
            visit.map(Visit::address).orElse(""),
            visit.filter(known -> known.isOf(user)).isPresent());
    if (found.isPresent()) {
      visit.ifPresent(known -> known.loggedIn(user));
    }
    return found.map(BrokerUser::subject).orElse(null);
  }

  /** Empty for a connection within this process. */
  private static Optional<Visit> visit(RemotingConnection connection) {
    return connection != null && connection.getTransportConnection() instanceof NettyConnection tcp
        ? Visit.of(tcp.getChannel())
        : Optional.empty();
  }

  @Override
  public boolean authorize(Subject subject, Set<Role> roles, CheckType check, String address) {
    String queue = queueOf(address);
    if (MANAGEMENT.contains(check) || address.startsWith("activemq.")) {
      return false;
    }
    BrokerUser user = BrokerUser.of(subject);
    if (queues.contains(queue)) {
      if (user.kind() == Kind.BUNDLE || user.kind() == Kind.LOGIN) {
        return !DELETIONS.contains(check);
      }
      return queue.equals(queues.send()) ? mayOnRequests(user, check) : mayOnFailed(user, check);
    }
    return user.kind() != Kind.KEY
        || (replies.test(queue)
            ? mayOnReplies(user, check, queue)
            : mayOnOther(user, check, queue));
  }

  private static boolean mayOnRequests(BrokerUser user, CheckType check) {
    return switch (check) {
      case SEND -> user.has(SEND);
      case BROWSE -> user.has(OBSERVE, OPERATE);
      default -> false;
    };
  }

  private static boolean mayOnFailed(BrokerUser user, CheckType check) {
    return switch (check) {
      case BROWSE -> user.has(OBSERVE, OPERATE);
      case CONSUME -> user.has(OPERATE);
      default -> false;
    };
  }

  private boolean mayOnReplies(BrokerUser user, CheckType check, String queue) {
    if (check == CheckType.SEND) {
      return false;
    }
    return user.has(OPERATE)
        || (check == CheckType.BROWSE && user.has(OBSERVE))
        || (user.has(SEND) && own.test(user.name(), queue));
  }

  /** Temporary queues, and what an older version left. */
  private boolean mayOnOther(BrokerUser user, CheckType check, String queue) {
    return CREATIONS.contains(check)
        || temporary.test(user.name(), queue)
        || (check != CheckType.SEND && user.has(OPERATE));
  }

  @Override
  public boolean validateUser(String user, String password) {
    return logins.find(user, password, "", false).isPresent();
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
}
