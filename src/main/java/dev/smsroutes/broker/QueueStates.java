package dev.smsroutes.broker;

import java.util.List;
import java.util.function.Function;

/**
 * The state of the three queues. Immutable.
 *
 * @param send requests
 * @param invalid refused messages
 * @param dead dead letters
 */
public record QueueStates(QueueState send, QueueState invalid, QueueState dead) {
  /** What a queue is for, which is its name in meters, whatever the site calls it. */
  public static final List<String> ROLES = List.of("send", "invalid", "dead");

  /** The queue with this role. */
  public QueueState of(String role) {
    return List.of(send, invalid, dead).get(ROLES.indexOf(role));
  }

  static QueueStates of(BrokerOptions.Queues queues, Function<String, QueueState> look) {
    return new QueueStates(
        look.apply(queues.send()), look.apply(queues.invalid()), look.apply(queues.dead()));
  }
}
