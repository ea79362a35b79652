package dev.smsroutes.intake.http;

import dev.smsroutes.config.HttpOptions.Connections;
import dev.smsroutes.intake.http.HttpRefusals.Why;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;

/**
 * Closes connections of one server that only cost: those over the limit of their number, and those
 * whose headers do not come, that are idle, whose answered request goes on arriving, or whose
 * caller does not take its answer. A request that is being handled has no limit here. It looks at
 * all connections a few times a second, so that a request needs no timer. Thread-safe.
 *
 * <p>Vert.x has a time-out for idle connections only. It would also cut off a slow answer, and a
 * byte now and then keeps headers alive.
 */
final class ConnectionLimits implements Handler<HttpConnection> {
  private static final long SWEEP_MS = 250;

  /** Requests of one connection that wait for the answer to an earlier one, and that one. */
  private static final int MOST_PIPELINED = 16;

  /** While connections are too many, nearly all of them are of those who do harm. */
  private static final int MOST_LOOKED_AT = 256;

  private final int most;
  private final long headerNanos;
  private final long idleNanos;
  private final long slowNanos;
  private final HttpRefusals refusals;
  private final AtomicInteger open = new AtomicInteger();
  private final Set<Watch> watches = ConcurrentHashMap.newKeySet();

  /**
   * @param slow how long a caller may take for the rest of an answered request, and for an answer
   */
  ConnectionLimits(Connections limits, Duration slow, HttpRefusals refusals) {
    this.refusals = refusals;
    most = limits.most();
    headerNanos = limits.headerTimeout().toNanos();
    idleNanos = limits.idleTimeout().toNanos();
    slowNanos = slow.toNanos();
  }

  /**
   * Begins to close connections.
   *
   * @param answers is told, again and again, how many bytes of answers wait to be taken
   */
  void start(Vertx vertx, LongConsumer answers) {
    vertx.setPeriodic(SWEEP_MS, timer -> answers.accept(sweep(System.nanoTime())));
  }

  /** How many connections are open. */
  int open() {
    return open.get();
  }

  @Override
  public void handle(HttpConnection connection) {
    Channel channel = ((ConnectionBase) connection).channel();
    boolean tooMany = open.incrementAndGet() > most;
    channel.closeFuture().addListener(closed -> open.decrementAndGet());
    if (tooMany) {
      refusals.count(Why.CONNECTIONS);
      Watch dispensable = dispensable();
      if (dispensable == null) {
        channel.close();
        return;
      }
      watches.remove(dispensable);
      dispensable.channel.close();
    }
    Watch watch = new Watch(channel);
    // Between the codec and Vert.x: it sees whole headers, and the ends of requests and answers.
    channel.pipeline().addBefore("handler", "limits", watch);
    watches.add(watch);
    channel.closeFuture().addListener(closed -> watches.remove(watch));
  }

  /**
   * The connection to close for a new one: of those that are looked at, one that never had a whole
   * request, or else an idle one, and the one that has waited longest; null if none waits.
   */
  private Watch dispensable() {
    Watch found = null;
    int left = MOST_LOOKED_AT;
    for (Watch watch : watches) {
      if (watch.isWaiting() && (found == null || watch.waitsMore(found))) {
        found = watch;
      }
      if (--left == 0) {
        break;
      }
    }
    return found;
  }

  private long sweep(long now) {
    long waiting = 0;
    for (Watch watch : watches) {
      if (watch.isOver(now)) {
        watch.channel.close();
      }
      waiting += watch.waiting();
    }
    return waiting;
  }

  /** One connection. Changed by its event loop, looked at by the sweep. */
  private final class Watch extends ChannelDuplexHandler {
    private final Channel channel;
    private final ChannelFutureListener taken = sent -> taken();
    private volatile long since = System.nanoTime();
    private volatile boolean first = true;
    private volatile boolean arriving;
    private volatile int unanswered;
    private volatile int untaken;

    Watch(Channel channel) {
      this.channel = channel;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
      if (message instanceof HttpRequest) {
        if (unanswered + untaken >= MOST_PIPELINED) {
          ReferenceCountUtil.release(message);
          context.close();
          return;
        }
        first = false;
        arriving = true;
        since = System.nanoTime();
        unanswered = unanswered + 1;
      }
      if (message instanceof LastHttpContent) {
        arriving = false;
      }
      super.channelRead(context, message);
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise)
        throws Exception {
      if (message instanceof LastHttpContent && !isInterim(message)) {
        if (untaken == 0) {
          since = System.nanoTime();
        }
        untaken = untaken + 1;
        unanswered = unanswered - 1;
        super.write(context, message, promise.unvoid().addListener(taken));
      } else {
        super.write(context, message, promise);
      }
    }

    /** Such as 100 Continue: the answer is still to come. */
    private static boolean isInterim(Object message) {
      return message instanceof HttpResponse response
          && response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
    }

    private void taken() {
      untaken = untaken - 1;
      since = System.nanoTime();
    }

    /** Whether it has neither a request nor an answer. */
    boolean isWaiting() {
      return unanswered == 0 && untaken == 0 && !arriving;
    }

    boolean waitsMore(Watch other) {
      return first == other.first ? since - other.since < 0 : first;
    }

    boolean isOver(long now) {
      long limit;
      if (untaken > 0) {
        limit = slowNanos;
      } else if (unanswered > 0) {
        return false;
      } else if (arriving) {
        limit = slowNanos;
      } else {
        limit = first ? headerNanos : idleNanos;
      }
      return now - since > limit;
    }

    long waiting() {
      ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
      return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }
  }
}
