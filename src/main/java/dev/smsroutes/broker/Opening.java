package dev.smsroutes.broker;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
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

  private final List<byte[]> openings;
  private final Runnable passed;

  /**
   * @param protocols which may pass
   * @param passed told that the connection has passed
   */
  Opening(List<Protocol> protocols, Runnable passed) {
    this.openings = protocols.stream().flatMap(protocol -> protocol.openings().stream()).toList();
    this.passed = passed;
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    if (openings.stream().noneMatch(opening -> begins(in, opening))) {
      in.skipBytes(in.readableBytes());
      LOG.debug("client={} closed: it speaks another protocol", context.channel().remoteAddress());
      context.close();
    } else if (in.readableBytes() >= ENOUGH) {
      passed.run();
      // Hands on what has been read.
      context.pipeline().remove(this);
    }
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

  /** A protocol of the broker; the names are those of Artemis. */
  enum Protocol {
    AMQP("AMQP"),
    /** With the end of the line: HTTP has a method of that name. */
    STOMP("CONNECT\n", "CONNECT\r\n", "STOMP\n", "STOMP\r\n"),
    CORE("ARTEMIS");

    private final List<byte[]> openings;

    Protocol(String... openings) {
      this.openings =
          List.of(openings).stream()
              .map(opening -> opening.getBytes(StandardCharsets.US_ASCII))
              .toList();
    }

    List<byte[]> openings() {
      return openings;
    }
  }
}
