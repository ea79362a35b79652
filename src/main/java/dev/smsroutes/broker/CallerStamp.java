package dev.smsroutes.broker;

import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.server.ServerSession;
import org.apache.activemq.artemis.protocol.amqp.broker.AMQPMessage;

/**
 * Writes into each message who sent it, so that no sender can claim to be another one. What this
 * process itself sends keeps what it says: it may forward a request for a caller. Thread-safe.
 */
final class CallerStamp implements ArrivalCheck {
  private static final SimpleString CALLER = SimpleString.of(ArtemisMessages.CALLER);

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
    String caller = loginsAreNeeded && user != null ? user : "";
    if (message instanceof AMQPMessage amqp) {
      // The bare message stays as it is. A consumer sees this property instead of one of the
      // sender of the same name.
      amqp.createExtraProperties().putSimpleStringProperty(CALLER, SimpleString.of(caller));
    } else if (caller.isEmpty()) {
      message.removeProperty(CALLER);
    } else {
      message.putStringProperty(CALLER, SimpleString.of(caller));
    }
  }
}
