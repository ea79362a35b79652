package dev.smsroutes.broker;

import dev.smsroutes.access.Role;
import javax.security.auth.Subject;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.server.ServerSession;
import org.apache.activemq.artemis.protocol.amqp.broker.AMQPMessage;

/**
 * Writes into each message who sent it, so that no sender can claim to be another one. What this
 * process itself sends keeps what it says: it may forward a request for a caller. Only an operator
 * can say that a message replays another one, which is then sent for that one's caller.
 * Thread-safe.
 */
final class CallerStamp implements ArrivalCheck {
  private static final SimpleString CALLER = SimpleString.of(ArtemisMessages.CALLER);
  private static final SimpleString REPLAY_OF = SimpleString.of(ArtemisMessages.REPLAY_OF);
  private static final SimpleString NOTHING = SimpleString.of("");

  private final boolean loginsAreNeeded;

  /**
   * @param loginsAreNeeded if not, a user's name is a claim
   */
  CallerStamp(boolean loginsAreNeeded) {
    this.loginsAreNeeded = loginsAreNeeded;
  }

  @Override
  public void arrives(ServerSession session, Message message) {
    String user = session.getValidatedUser();
    if (BrokerUser.BUNDLE_NAME.equals(user)) {
      return;
    }
    write(message, CALLER, loginsAreNeeded && user != null ? SimpleString.of(user) : NOTHING);
    if (!mayReplay(session.getRemotingConnection().getSubject())) {
      write(message, REPLAY_OF, NOTHING);
    }
  }

  private static boolean mayReplay(Subject subject) {
    return subject != null && BrokerUser.of(subject).has(Role.OPERATE);
  }

  private static void write(Message message, SimpleString property, SimpleString value) {
    if (message instanceof AMQPMessage amqp) {
      // The bare message stays as it is. A consumer sees this property instead of one of the
      // sender of the same name.
      amqp.createExtraProperties().putSimpleStringProperty(property, value);
    } else if (value.isEmpty()) {
      message.removeProperty(property);
    } else {
      message.putStringProperty(property, value);
    }
  }
}
