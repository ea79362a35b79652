package dev.smsroutes.broker;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The options of the embedded broker. Immutable.
 *
 * @param directory the directory of journal, pages and large messages; created if missing; for one
 *     process at a time
 * @param port the TCP port on 127.0.0.1, 0 to 65535; 0: any free port
 * @param login the credentials of clients; empty: clients need none
 * @param queues the three queues of the intake
 * @param invalidRetention how long refused messages are kept; zero: until a person takes them
 * @param deadRetention the same for dead letters
 * @param redelivery when a rolled back message is delivered again
 * @param maxQueuedBytes the maximum size of the queue of requests, at least 1; above it senders are
 *     refused
 * @param replyQueues which other queues clients may create, by name
 */
public record BrokerOptions(
    Path directory,
    int port,
    Optional<Login> login,
    Queues queues,
    Duration invalidRetention,
    Duration deadRetention,
    Redelivery redelivery,
    long maxQueuedBytes,
    Predicate<String> replyQueues) {
  /** The credentials of clients. */
  public record Login(String user, String password) {
    /**
     * @return empty if neither is set
     * @throws IllegalArgumentException if only one of them is set: that would ask for no
     *     credentials
     */
    public static Optional<Login> of(String user, String password) {
      boolean noUser = user.isBlank();
      boolean noPassword = password.isBlank();
      if (noUser != noPassword) {
        throw new IllegalArgumentException(
            "sms.jms.user and sms.jms.password: expected both or neither; only "
                + (noUser ? "sms.jms.password" : "sms.jms.user")
                + " is set");
      }
      return noUser ? Optional.empty() : Optional.of(new Login(user, password));
    }

    /** Without the password, so that it may be logged. */
    @Override
    public String toString() {
      return "Login[user=" + user + "]";
    }
  }

  /**
   * The names of the queues: requests, refused messages, dead letters.
   *
   * @param send where producers put requests
   * @param invalid the queue of refused messages
   * @param dead the queue of messages whose last attempt failed
   */
  public record Queues(String send, String invalid, String dead) {
    public Queues {
      if (send.equals(invalid) || send.equals(dead) || invalid.equals(dead)) {
        throw new IllegalArgumentException(
            "sms.jms.queue, sms.jms.invalid-queue, sms.jms.dead-letter-queue: expected three names;"
                + " two are the same");
      }
    }

    public boolean contains(String name) {
      return name.equals(send) || name.equals(invalid) || name.equals(dead);
    }
  }

  /**
   * The back-off of the broker.
   *
   * @param first the delay before the second delivery; more than 0
   * @param multiplier the factor from one delay to the next; at least 1
   * @param max the longest delay
   * @param attempts the maximum number of deliveries, the first included; at least 1
   */
  public record Redelivery(Duration first, double multiplier, Duration max, int attempts) {
    public Redelivery {
      if (max.compareTo(first) < 0) {
        throw new IllegalArgumentException(
            "sms.jms.max-redelivery-delay: expected at least sms.jms.redelivery-delay; got " + max);
      }
    }
  }
}
