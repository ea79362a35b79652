package dev.smsroutes.broker;

import dev.smsroutes.broker.Opening.Protocol;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyAcceptor;

/**
 * The TCP port of the embedded broker. It accepts connections itself, and hands over to Artemis
 * those that may pass; Artemis' own port has no place for such a check. Thread-safe.
 */
final class BrokerDoor implements AutoCloseable {
  /** As many as Artemis would have. */
  private static final int THREADS = 3 * Runtime.getRuntime().availableProcessors();

  private final EventLoopGroup threads =
      new NioEventLoopGroup(THREADS, new DefaultThreadFactory("sms-broker", true));
  private final List<Protocol> protocols;
  private Channel listening;

  BrokerDoor(List<Protocol> protocols) {
    this.protocols = protocols;
  }

  /**
   * Listens from now on.
   *
   * @param inside takes the connections that may pass
   * @throws Exception if the port is in use
   */
  void open(String host, int port, NettyAcceptor inside) throws Exception {
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
                    channel.pipeline().addLast(new Opening(protocols, () -> {}));
                    inside.transfer(channel);
                  }
                })
            .bind(new InetSocketAddress(host, port))
            .sync()
            .channel();
  }

  /** The port, also if 0 was asked for. */
  int port() {
    return ((InetSocketAddress) listening.localAddress()).getPort();
  }

  /** Takes no further connections. */
  void shut() {
    if (listening != null) {
      listening.close().syncUninterruptibly();
    }
  }

  /** Closes what is still open; to be called when the broker has stopped. */
  @Override
  public void close() {
    shut();
    threads.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
