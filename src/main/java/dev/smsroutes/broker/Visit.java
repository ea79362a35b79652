package dev.smsroutes.broker;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.Optional;

/** One connection to the door, from its first moment on. Thread-safe. */
final class Visit {
  private static final AttributeKey<Visit> KEY = AttributeKey.valueOf(Visit.class, "visit");

  private final String address;
  private final Runnable whenLoggedIn;
  private volatile boolean loggedIn;
  private volatile String user;

  /**
   * @param whenLoggedIn called once
   */
  private Visit(String address, Runnable whenLoggedIn) {
    this.address = address;
    this.whenLoggedIn = whenLoggedIn;
  }

  static Visit begin(Channel channel, Runnable whenLoggedIn) {
    String address =
        channel.remoteAddress() instanceof InetSocketAddress client
            ? client.getAddress().getHostAddress()
            : "";
    Visit visit = new Visit(address, whenLoggedIn);
    channel.attr(KEY).set(visit);
    return visit;
  }

  static Optional<Visit> of(Channel channel) {
    return Optional.ofNullable(channel.attr(KEY).get());
  }

  /** Of the client, without its port. */
  String address() {
    return address;
  }

  boolean isLoggedIn() {
    return loggedIn;
  }

  /** Whether it is logged in under this name. */
  boolean isOf(String name) {
    return loggedIn && Objects.equals(user, name);
  }

  void loggedIn(String name) {
    user = name;
    if (!loggedIn) {
      loggedIn = true;
      whenLoggedIn.run();
    }
  }
}
