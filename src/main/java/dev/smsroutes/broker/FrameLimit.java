package dev.smsroutes.broker;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.apache.activemq.artemis.core.protocol.stomp.StompConnection;
import org.apache.activemq.artemis.core.protocol.stomp.StompDecoder;
import org.apache.activemq.artemis.spi.core.protocol.RemotingConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes a connection whose frame is too large. Artemis collects a frame in memory until it is
 * complete, and has a limit of its own for those of AMQP only. For one connection, used by its
 * event loop.
 */
abstract class FrameLimit extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(FrameLimit.class);

  /** A login has no need for more, nor has the head of a frame. */
  private static final int MAX_BEFORE_LOGIN = 64 * 1024;

  /** The largest message, and its head. */
  private static final int MAX = EmbeddedBroker.MAX_MESSAGE_BYTES + 64 * 1024;

  private final Visit visit;

  private FrameLimit(Visit visit) {
    this.visit = visit;
  }

  int limit() {
    return visit.isLoggedIn() ? MAX : MAX_BEFORE_LOGIN;
  }

  void tooLarge(ChannelHandlerContext context) {
    LOG.warn(
        "client={} closed: expected a frame of at most {} bytes; got a larger one",
        visit.address(),
        limit());
    context.close();
  }

  /** Frames that begin with their length, in four bytes. */
  private abstract static class Lengths extends FrameLimit {
    private int skip;
    private int word;
    private int wordBytes;

    private Lengths(Visit visit, int skip) {
      super(visit);
      this.skip = skip;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (message instanceof ByteBuf bytes && !fits(bytes)) {
        bytes.release();
        tooLarge(context);
      } else {
        context.fireChannelRead(message);
      }
    }

    boolean fits(ByteBuf bytes) {
      int at = bytes.readerIndex();
      while (at < bytes.writerIndex()) {
        if (skip > 0) {
          int skipped = Math.min(skip, bytes.writerIndex() - at);
          at += skipped;
          skip -= skipped;
        } else {
          word = word << Byte.SIZE | bytes.getUnsignedByte(at++);
          wordBytes++;
          if (wordBytes == Integer.BYTES) {
            skip = after(word);
            word = 0;
            wordBytes = 0;
          }
        }
        if (skip < 0) {
          return false;
        }
      }
      return true;
    }

    /** The number of bytes after these four; negative if there may not be so many. */
    abstract int after(int length);
  }

  /** CORE: the name of the protocol, and then frames. */
  static final class Core extends Lengths {
    Core(Visit visit) {
      super(visit, Protocol.CORE.openings().get(0).length);
    }

    @Override
    int after(int length) {
      return length > limit() ? -1 : length;
    }
  }

  /**
   * AMQP: a head for the login and one for the rest, each with frames after it. Artemis goes on to
   * read after a broken frame of a login, and spends a thread on it.
   */
  static final class Amqp extends Lengths {
    private static final int HEAD = ByteBuffer.wrap(Protocol.AMQP.openings().get(0)).getInt();

    /** The first byte after it: what follows is a login. */
    private static final int LOGIN = 3;

    private static final int MIN_FRAME = 8;

    /** What Artemis announces. */
    private static final int MAX_FRAME = 128 * 1024;

    private boolean head;
    private boolean login;
    private long loginBytes;

    Amqp(Visit visit) {
      super(visit, 0);
    }

    @Override
    boolean fits(ByteBuf bytes) {
      if (login) {
        loginBytes += bytes.readableBytes();
      }
      return super.fits(bytes) && !(login && loginBytes > MAX_FRAME);
    }

    @Override
    int after(int word) {
      if (head) {
        head = false;
        login = word >>> 24 == LOGIN;
        return 0;
      }
      if (word == HEAD) {
        head = true;
        return 0;
      }
      return word < MIN_FRAME || word > MAX_FRAME ? -1 : word - Integer.BYTES;
    }
  }

  /**
   * STOMP: asks Artemis' own decoder how much it has collected. Another one, beside it, could be
   * made to see other frames than Artemis does.
   */
  static final class Stomp extends FrameLimit {
    /** All frames together that are larger than a login. */
    private static final long MAX_TOGETHER = 64L * 1024 * 1024;

    private final Function<Channel, RemotingConnection> connections;
    private final AtomicLong together;
    private StompConnection connection;
    private int counted;

    /**
     * @param connections finds Artemis' connection
     * @param together the size of the incomplete frames of all connections
     */
    Stomp(Visit visit, Function<Channel, RemotingConnection> connections, AtomicLong together) {
      super(visit);
      this.connections = connections;
      this.together = together;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (connection != null && message instanceof ByteBuf bytes) {
        makeRoom(connection.getStompVersionHandler().getDecoder(), bytes.readableBytes());
      }
      context.fireChannelRead(message);
      if (connection == null
          && connections.apply(context.channel()) instanceof StompConnection found) {
        connection = found;
      }
      if (connection == null) {
        return;
      }
      StompDecoder decoder = connection.getStompVersionHandler().getDecoder();
      count(decoder.data);
      // Of a head, Artemis copies each line again and again.
      int most = decoder.readingHeaders ? MAX_BEFORE_LOGIN : limit();
      boolean tooMuch = together.get() > MAX_TOGETHER && counted > MAX_BEFORE_LOGIN;
      if (counted > most || decoder.contentLength > limit() || tooMuch) {
        tooLarge(context);
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      count(0);
      context.fireChannelInactive();
    }

    /** Artemis would copy the whole frame at each read: a slow one would keep a core busy. */
    private static void makeRoom(StompDecoder decoder, int more) {
      if (decoder.data + more >= decoder.workingBuffer.length) {
        decoder.resizeWorking(2 * (decoder.data + more) + 1);
      }
    }

    private void count(int bytes) {
      together.addAndGet(bytes - (long) counted);
      counted = bytes;
    }
  }
}
