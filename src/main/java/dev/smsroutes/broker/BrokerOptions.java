package dev.smsroutes.broker;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What the embedded broker needs to know. Immutable.
 *
 * @param directory where journal, pages and large messages live; created when missing; one process
 *     at a time
 * @param port TCP port on 127.0.0.1, 0 to 65535; 0 takes a free one
 * @param login who may connect; empty lets in any credentials, and none
 * @param queues the three queues of the intake
 * @param redelivery when a rolled back message comes again
 * @param maxQueuedBytes how much may lie on the queue of requests, at least 1; then senders are
 *     refused
 * @param replyQueues which other queues clients may have made, by their names
 */
public record BrokerOptions(
    Path directory,
    int port,
    Optional<Login> login,
    Queues queues,
    Redelivery redelivery,
    long maxQueuedBytes,
    Predicate<String> replyQueues) {
  /** Credentials of clients. */
  public record Login(String user, String password) {
    /**
     * @return empty when neither is set
     * @throws IllegalArgumentException when only one of them is: a half-configured lock is open
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

    /** Without the password: it may end up in a log by accident. */
    @Override
    public String toString() {
      return "Login[user=" + user + "]";
    }
  }

  /**
   * Names of the queues: requests, refused messages, and those that were given up.
   *
   * @param send where producers put requests
   * @param invalid where refused messages go
   * @param dead where a message goes after its last attempt
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
   * Back-off of the broker.
   *
   * @param first delay before the second attempt; more than 0
   * @param multiplier each further delay is this many times the one before; at least 1
   * @param most no delay is longer
   * @param attempts deliveries, the first included, before the message is given up; at least 1
   */
  public record Redelivery(Duration first, double multiplier, Duration most, int attempts) {
    public Redelivery {
      if (most.compareTo(first) < 0) {
        throw new IllegalArgumentException(
            "sms.jms.max-redelivery-delay: expected at least sms.jms.redelivery-delay; "
                + most
                + " came");
      }
    }
  }
}
