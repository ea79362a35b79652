package dev.smsroutes.broker;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a connection pass if its first bytes are those of a protocol that the broker is to speak;
 * closes any other one. For one connection, used by its event loop.
 *
 * <p>Artemis looks for HTTP and WebSocket on each of its ports, and has no switch for it. So any
 * page in a browser of this machine could send and read: a page cannot choose the first bytes of a
 * connection, but it can choose all bytes after the head of an HTTP request.
 */
final class Opening extends ByteToMessageDecoder {
  private static final Logger LOG = LoggerFactory.getLogger(Opening.class);

  /** Artemis needs as many to tell the protocols apart. */
  private static final int ENOUGH = 8;

  private final List<Protocol> protocols;
  private final Consumer<Protocol> passing;

  /**
   * @param protocols which may pass
   * @param passing told the protocol, before the first bytes are handed on
   */
  Opening(List<Protocol> protocols, Consumer<Protocol> passing) {
    this.protocols = protocols;
    this.passing = passing;
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    Optional<Protocol> spoken =
        protocols.stream()
            .filter(protocol -> protocol.openings().stream().anyMatch(each -> begins(in, each)))
            .findFirst();
    if (spoken.isEmpty()) {
      in.skipBytes(in.readableBytes());
      LOG.debug("client={} closed: it speaks another protocol", context.channel().remoteAddress());
      context.close();
    } else if (in.readableBytes() >= ENOUGH) {
      passing.accept(spoken.get());
      // Hands on what has been read.
      context.pipeline().remove(this);
    }
  }

  /** A client without TLS, or without a certificate: nothing to warn of. */
  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
    LOG.debug("client={} closed", context.channel().remoteAddress(), failure);
    context.close();
  }

  /** Whether the bytes so far are those of the opening, or the beginning of them. */
  private static boolean begins(ByteBuf in, byte[] opening) {
    int length = Math.min(in.readableBytes(), opening.length);
    for (int i = 0; i < length; i++) {
      if (in.getByte(in.readerIndex() + i) != opening[i]) {
        return false;
      }
    }
    return true;
  }
}
