package dev.smsroutes.broker;

import dev.smsroutes.tls.TlsFiles.Material;
import dev.smsroutes.watch.WatchedFile;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLException;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyAcceptor;
import org.apache.activemq.artemis.core.remoting.server.RemotingService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The TCP port of the embedded broker. It accepts connections itself, and hands over to Artemis
 * those that may pass; Artemis' own port has no place for such a check. Thread-safe.
 *
 * <p>A connection that is silent is closed after the time-out of logins. When there are too many,
 * the oldest silent one goes, so that silent ones cannot keep out a client that logs in.
 */
final class BrokerDoor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BrokerDoor.class);

  /** As many as Artemis would have. */
  private static final int THREADS = 3 * Runtime.getRuntime().availableProcessors();

  private final PortOptions options;
  private final boolean loginsAreNeeded;
  private final EventLoopGroup threads =
      new NioEventLoopGroup(THREADS, new DefaultThreadFactory("sms-broker", true));
  private final AtomicLong stompBytes = new AtomicLong();

  /** Open, and open but not logged in, oldest first; both guarded by this. */
  private final Set<Channel> open = new LinkedHashSet<>();

  private final Set<Channel> silent = new LinkedHashSet<>();
  private Optional<WatchedFile<SslContext>> tls = Optional.empty();
  private Channel listening;

  BrokerDoor(PortOptions options, boolean loginsAreNeeded) {
    this.options = options;
    this.loginsAreNeeded = loginsAreNeeded;
  }

  /**
   * Listens from now on.
   *
   * @param inside takes the connections that may pass
   * @throws IllegalArgumentException if a file of the certificate does not work; names its key
   * @throws Exception if the port is in use
   */
  void open(int port, NettyAcceptor inside, RemotingService remoting) throws Exception {
    tls = options.tls().map(files -> files.watch(BrokerDoor::context));
    listening =
        new ServerBootstrap()
            .group(threads)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    enter(channel, inside, remoting);
                  }
                })
            .bind(new InetSocketAddress(options.host(), port))
            .sync()
            .channel();
  }

  private static SslContext context(Material material) {
    SslContextBuilder builder =
        SslContextBuilder.forServer(material.key())
            .sslProvider(SslProvider.JDK)
            .protocols("TLSv1.3", "TLSv1.2");
    material
        .clients()
        .ifPresent(clients -> builder.trustManager(clients).clientAuth(ClientAuth.REQUIRE));
    try {
      return builder.build();
    } catch (SSLException e) {
      throw new IllegalStateException("A context of managers cannot fail", e);
    }
  }

  private void enter(Channel channel, NettyAcceptor inside, RemotingService remoting) {
    if (!admit(channel)) {
      channel.close();
      return;
    }
    ScheduledFuture<?> timeout =
        channel
            .eventLoop()
            .schedule(
                () -> channel.close(), options.loginTimeout().toMillis(), TimeUnit.MILLISECONDS);
    Visit visit =
        Visit.begin(
            channel,
            () -> {
              timeout.cancel(false);
              noLongerSilent(channel);
            });
    channel
        .closeFuture()
        .addListener(
            closed -> {
              timeout.cancel(false);
              forget(channel);
            });
    // Artemis looks for a client's certificate under this name.
    tls.ifPresent(
        files -> channel.pipeline().addLast("ssl", files.content().newHandler(channel.alloc())));
    channel
        .pipeline()
        .addLast(
            "opening",
            new Opening(options.protocols(), protocol -> pass(channel, visit, protocol, remoting)));
    inside.transfer(channel);
  }

  private void pass(Channel channel, Visit visit, Protocol protocol, RemotingService remoting) {
    ChannelHandler limit =
        switch (protocol) {
          case AMQP -> new FrameLimit.Amqp(visit);
          case STOMP ->
              new FrameLimit.Stomp(visit, of -> remoting.getConnection(of.id()), stompBytes);
          case CORE -> new FrameLimit.Core(visit);
        };
    channel.pipeline().addAfter("opening", "limit", limit);
    if (!loginsAreNeeded) {
      visit.loggedIn(null);
    }
  }

  /** Makes room for a new connection, if it can. */
  private boolean admit(Channel channel) {
    Optional<Channel> oldest = Optional.empty();
    synchronized (this) {
      boolean full = open.size() >= options.maxConnections();
      if (full || silent.size() >= Math.max(1, options.maxConnections() / 4)) {
        oldest = first(silent);
      }
      if (full && oldest.isEmpty()) {
        LOG.warn(
            "client={} refused: {} connections are open (sms.jms.max-connections)",
            channel.remoteAddress(),
            open.size());
        return false;
      }
      oldest.ifPresent(this::forget);
      open.add(channel);
      silent.add(channel);
    }
    oldest.ifPresent(Channel::close);
    return true;
  }

  private static Optional<Channel> first(Set<Channel> channels) {
    Iterator<Channel> all = channels.iterator();
    return all.hasNext() ? Optional.of(all.next()) : Optional.empty();
  }

  private synchronized void forget(Channel channel) {
    silent.remove(channel);
    open.remove(channel);
  }

  private synchronized void noLongerSilent(Channel channel) {
    silent.remove(channel);
  }

  /** The port, also if 0 was asked for. */
  int port() {
    return ((InetSocketAddress) listening.localAddress()).getPort();
  }

  /** Why the certificate in force is not that of the files, for operators; empty if it is. */
  Optional<String> outage() {
    return tls.flatMap(WatchedFile::outage);
  }

  /** Takes no further connections. */
  void shut() {
    if (listening != null && listening.isOpen()) {
      listening.close().syncUninterruptibly();
    }
  }

  /** Closes what is still open; to be called when the broker has stopped. */
  @Override
  public void close() {
    shut();
    tls.ifPresent(WatchedFile::close);
    threads.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
